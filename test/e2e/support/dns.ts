import { createSocket, Socket } from 'node:dgram';

/** A DNS server for one name, whose addresses a test can change at any time, and for other names with fixed addresses. */
export class Dns {
  /** The addresses in responses. Their time to live is one second. */
  addresses: string[] = [];
  private readonly socket: Socket = createSocket('udp4');

  constructor(
    private readonly name: string,
    private readonly others: { readonly [name: string]: string[] } = {},
  ) {
    this.socket.on('message', (question, from) => {
      const answer = this.answer(question);
      this.socket.send(answer, from.port, from.address);
    });
  }

  listen(address: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.once('error', reject);
      this.socket.bind(53, address, resolve);
    });
  }

  close(): void {
    this.socket.close();
  }

  /** Responds to a single question according to RFC 1035: https://www.rfc-editor.org/rfc/rfc1035#section-4 */
  private answer(query: Buffer): Buffer {
    let end = 12;
    const labels: string[] = [];
    while (query[end] > 0) {
      labels.push(query.toString('latin1', end + 1, end + 1 + query[end]));
      end += query[end] + 1;
    }
    const type = query.readUInt16BE(end + 1);
    const name = labels.join('.').toLowerCase();
    const found = name === this.name ? this.addresses : this.others[name];
    const known = found !== undefined;
    const addresses = known && type === 1 ? found : [];
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(known ? 0x8580 : 0x8583, 2); // an authoritative response: no error, or no such name
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(addresses.length, 6);
    const records = addresses.map((address) => {
      const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 0, 0, 0, 0]);
      address.split('.').forEach((part, index) => record.writeUInt8(Number(part), 12 + index));
      return record;
    });
    return Buffer.concat([header, query.subarray(12, end + 5), ...records]);
  }
}
