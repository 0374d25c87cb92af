import { Agent, request } from 'node:https';
import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { KeyPair, TestAuthority } from './certificates';
import { Answer } from './http';
import { CREDENTIALS } from './s3-server';
import { Upstream } from './upstream';

export interface BucketPlace {
  readonly region: string;
  readonly bucket: string;
  /** Where S3 of that region is. */
  readonly address: string;
  /** Of the server behind it. */
  readonly port: number;
}

/** S3's names of some buckets, each with a certificate that the tests' authority issued, at addresses of this machine. */
export class S3World {
  readonly hosts: Record<string, string>;
  private readonly fronts = new Map<string, Upstream>();

  constructor(
    private readonly authority: TestAuthority,
    private readonly places: readonly BucketPlace[],
  ) {
    this.hosts = Object.fromEntries(places.map((place) => [hostOf(place), place.address]));
  }

  async start(): Promise<void> {
    for (const place of this.places) {
      const certificate: KeyPair = this.authority.issue(hostOf(place));
      const front = new Upstream(place.address, place.port, certificate);
      await front.listen();
      this.fronts.set(place.region, front);
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.fronts.values()].map((front) => front.close()));
  }

  front(region: string): Upstream {
    return this.fronts.get(region)!;
  }

  /** The real client for a region. */
  client(region: string): S3Client {
    const { address } = this.places.find((place) => place.region === region)!;
    return new S3Client({
      region,
      credentials: CREDENTIALS,
      requestHandler: new NodeHttpHandler({
        httpsAgent: new Agent({
          ca: this.authority.certificate,
          keepAlive: true,
          lookup: (_name, options, done) =>
            options.all ? done(null, [{ address, family: 4 }]) : done(null, address, 4),
        }),
      }),
    });
  }

  /** Sends a request to a link as it is: `URL` would fold dots away. */
  fetch(
    link: string,
    options: { method?: string; body?: string; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const [, host, path] = /^https:\/\/([^/]+)(\/.*)$/.exec(link)!;
    const address = this.hosts[host];
    if (!address) throw new Error(`The link is to a host that is not S3's: ${host}`);
    const headers = { host, ...options.headers };
    return new Promise((resolve, reject) => {
      const ca = this.authority.certificate;
      const sent = request(
        { host: address, servername: host, path, method: options.method, headers, ca },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }),
          );
        },
      );
      sent.on('error', reject);
      sent.end(options.body);
    });
  }
}

export function hostOf({ bucket, region }: Pick<BucketPlace, 'bucket' | 'region'>): string {
  return `${bucket}.s3.${region}.amazonaws.com`;
}
