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
  /** The local IP address of S3 in that region. */
  readonly address: string;
  /** The port of the S3 server behind it. */
  readonly port: number;
}

/** Serves S3's host names of buckets at local addresses, with certificates that the tests' authority issued. */
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

  /** Creates a client of the real SDK for a region. */
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

  /** Sends a request to the unchanged link: `URL` would normalize dot segments. */
  fetch(
    link: string,
    options: { method?: string; body?: string; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const [, host, path] = /^https:\/\/([^/]+)(\/.*)$/.exec(link)!;
    const address = this.hosts[host];
    if (!address) throw new Error(`Unexpected host of a link: ${host}`);
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
