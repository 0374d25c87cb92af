import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { LinkSigner, SigningCredentials } from './link-signer';
import { MediaCopy } from './media-copy';

/** What S3 answered about an object or, if specified, a version of it. */
export type Head =
  | {
      readonly state: 'found';
      readonly versionId?: string;
      /** The creation time. For an object that was uploaded in parts, the time at which the upload began. */
      readonly lastModified: number;
      /** S3's replication status, over all replicas. Undefined if no rule applied to the object. */
      readonly status?: string;
      readonly isInParts: boolean;
    }
  | { readonly state: 'missing' }
  /** S3 rejected this request, which says nothing about others: an invalid version, or a key that is not allowed. */
  | { readonly state: 'rejected' }
  | { readonly state: 'slow' }
  | { readonly state: 'failed' };

/** The number of concurrent connections to one host; more do not increase the throughput. */
const CONCURRENCY = 64;
const SIGNED_FOR_SECONDS = 300;
const SIGNING_INTERVAL_MS = 60_000;

interface Signer {
  readonly signer: LinkSigner;
  readonly signedAt: number;
  readonly credentials: SigningCredentials;
}

/**
 * Sends signed HEAD requests to S3, many at the same time.
 *
 * It does not use the SDK's client, because a page of 1,000 objects requires 1,000 requests, and signing them like links
 * takes a fiftieth of the client's CPU time. There are no retries: the router falls back to the primary instead.
 */
export class ObjectReader {
  private readonly https = new HttpsAgent({ keepAlive: true, maxSockets: CONCURRENCY });
  private readonly http = new HttpAgent({ keepAlive: true, maxSockets: CONCURRENCY });

  private readonly signers = new Map<MediaCopy, Signer>();

  constructor(private readonly credentials: () => Promise<SigningCredentials>) {}

  /** @param signal aborts the request, which then returns `slow` */
  async head(copy: MediaCopy, key: string, versionId: string | undefined, signal: AbortSignal): Promise<Head> {
    const signer = this.signerFor(copy, await this.credentials());
    const link = signer.link(key, versionId === undefined ? [] : [['versionId', versionId]]);
    return this.ask(copy, link.slice(copy.s3.origin.length), signal);
  }

  private signerFor(copy: MediaCopy, credentials: SigningCredentials): LinkSigner {
    const signedAt = Math.floor(Date.now() / SIGNING_INTERVAL_MS) * SIGNING_INTERVAL_MS;
    const known = this.signers.get(copy);
    if (known?.signedAt === signedAt && known.credentials === credentials) return known.signer;
    const signer = new LinkSigner({
      method: 'HEAD',
      address: copy.s3,
      region: copy.region,
      credentials,
      signedAt,
      expiresInSeconds: SIGNED_FOR_SECONDS,
    });
    this.signers.set(copy, { signer, signedAt, credentials });
    return signer;
  }

  /** Sends the path exactly as signed. The `URL` class would normalize dot segments. */
  private ask({ s3 }: MediaCopy, path: string, signal: AbortSignal): Promise<Head> {
    const { protocol, hostname, port } = new URL(s3.origin);
    const secure = protocol === 'https:';
    const agent = secure ? this.https : this.http;
    const options = { method: 'HEAD', host: hostname.replace(/^\[|\]$/g, ''), port, path, agent };
    return new Promise((resolve) => {
      if (signal.aborted) return resolve({ state: 'slow' });
      const request = (secure ? httpsRequest : httpRequest)({ ...options, headers: { host: s3.host } }, (response) => {
        response.resume();
        resolve(headOf(response.statusCode!, response.headers));
      });
      // With its `signal` option, a request watches its whole stream, which takes much longer than this listener.
      const abort = () => request.destroy(new Error('The time limit was reached.'));
      signal.addEventListener('abort', abort, { once: true });
      request.on('error', () => resolve({ state: signal.aborted ? 'slow' : 'failed' }));
      request.on('close', () => signal.removeEventListener('abort', abort));
      request.end();
    });
  }
}

/** S3 answers 404 for a delete marker, or 405 if the request specifies its version. */
function headOf(status: number, headers: NodeJS.Dict<string | string[]>): Head {
  if (status === 404 || (status === 405 && headers['x-amz-delete-marker'])) return { state: 'missing' };
  if (status >= 400 && status < 500) return { state: 'rejected' };
  const lastModified = Date.parse(String(headers['last-modified']));
  if (status !== 200 || Number.isNaN(lastModified)) return { state: 'failed' };
  const text = (name: string) => (typeof headers[name] === 'string' ? headers[name] : undefined);
  return {
    state: 'found',
    lastModified,
    versionId: text('x-amz-version-id'),
    status: text('x-amz-replication-status'),
    isInParts: /-\d+"?$/.test(text('etag') ?? ''),
  };
}
