import { connect, Socket } from 'node:net';
import { createServer, Server, TLSSocket } from 'node:tls';
import { KeyPair } from './certificates';

/** The behaviour of an address of S3. */
export type Behaviour = 'answers' | 'answers-late' | 'sends-request-ids' | 'resets';

/** A recorded connection: the server name of the TLS handshake, and the received bytes as latin1 text. */
export interface SeenConnection {
  readonly servername: string | undefined;
  sent: string;
}

/** A request id of S3, which the S3 server of the tests does not send. */
export const REQUEST_ID = '79A59DF900B949E5';

/**
 * An address of S3: terminates TLS and forwards the bytes to the S3 server unchanged. It records the bytes that the proxy
 * sends, and can inject faults.
 */
export class Upstream {
  behaviour: Behaviour = 'answers';
  readonly seen: SeenConnection[] = [];
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor(
    readonly address: string,
    s3Port: number,
    certificate: KeyPair,
  ) {
    this.server = createServer({ ...certificate, minVersion: 'TLSv1.2', ALPNProtocols: ['http/1.1'] }, (client) =>
      this.serve(client, s3Port),
    );
    this.server.on('tlsClientError', () => undefined);
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      if (this.behaviour === 'resets') socket.resetAndDestroy();
    });
  }

  /** The number of received reads. Health checks use HEAD. */
  get reads(): number {
    return this.seen.flatMap(({ sent }) => sent.match(/^GET /gm) ?? []).length;
  }

  /** Clears the recorded bytes. Connections stay open. */
  forget(): void {
    for (const connection of this.seen) connection.sent = '';
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(443, this.address, resolve);
    });
  }

  /** Replaces the certificate and closes all connections. */
  present(certificate: KeyPair): void {
    this.server.setSecureContext(certificate);
    this.dropConnections();
  }

  dropConnections(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  close(): Promise<void> {
    this.dropConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private serve(client: TLSSocket, s3Port: number): void {
    const connection: SeenConnection = { servername: client.servername || undefined, sent: '' };
    this.seen.push(connection);
    const s3 = connect(s3Port, '127.0.0.1');
    const end = () => {
      client.destroy();
      s3.destroy();
    };
    for (const socket of [client, s3]) socket.on('error', end).on('close', end);
    client.on('data', (chunk) => {
      connection.sent += chunk.toString('latin1');
      if (this.behaviour === 'answers') s3.write(chunk);
      if (this.behaviour === 'sends-request-ids') {
        client.write(`HTTP/1.1 200 OK\r\nx-amz-request-id: ${REQUEST_ID}\r\nContent-Length: 0\r\n\r\n`);
      }
      if (this.behaviour === 'answers-late') setTimeout(() => s3.writable && s3.write(chunk), 2000);
    });
    s3.on('data', (chunk) => {
      if (!client.write(chunk)) {
        s3.pause();
        client.once('drain', () => s3.resume());
      }
    });
  }
}
