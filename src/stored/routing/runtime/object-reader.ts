import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { LinkSigner, SigningCredentials } from './link-signer';
import { MediaCopy } from './media-copy';

/** What S3 says of an object (of a version of it, where one was asked for). */
export type Head =
  | { readonly state: 'found'; readonly versionId?: string; readonly lastModified: number }
  | { readonly state: 'missing' }
  | { readonly state: 'slow' }
  | { readonly state: 'failed' };

/** How many objects are asked about at once: more connections to one host only wait for each other. */
const CONCURRENCY = 64;
const SIGNED_FOR_SECONDS = 300;
const SIGNED_ANEW_MS = 60_000;

interface Signer {
  readonly signer: LinkSigner;
  readonly signedAt: number;
  readonly credentials: SigningCredentials;
}

/**
 * Asks S3 about many objects at once, by signed HEAD requests.
 *
 * Without the SDK's client: a page of 1,000 objects asks 1,000 times, and signing as for a link costs a fiftieth of
 * what the client's command does. Nothing is tried again, since there is always the primary to fall back to.
 */
export class ObjectReader {
  private readonly https = new HttpsAgent({ keepAlive: true, maxSockets: CONCURRENCY });
  private readonly http = new HttpAgent({ keepAlive: true, maxSockets: CONCURRENCY });

  private readonly signers = new Map<MediaCopy, Signer>();

  constructor(private readonly credentials: () => Promise<SigningCredentials>) {}

  /** @param signal ends the request: the answer is `slow` then */
  async head(copy: MediaCopy, key: string, versionId: string | undefined, signal: AbortSignal): Promise<Head> {
    const signer = this.signerFor(copy, await this.credentials());
    const link = signer.link(key, versionId === undefined ? [] : [['versionId', versionId]]);
    return this.ask(copy, link.slice(copy.s3.origin.length), signal);
  }

  private signerFor(copy: MediaCopy, credentials: SigningCredentials): LinkSigner {
    const signedAt = Math.floor(Date.now() / SIGNED_ANEW_MS) * SIGNED_ANEW_MS;
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

  /** The path is sent as it was signed: as a `URL`, it would lose its dots. */
  private ask({ s3 }: MediaCopy, path: string, signal: AbortSignal): Promise<Head> {
    const { protocol, hostname, port } = new URL(s3.origin);
    const secure = protocol === 'https:';
    const agent = secure ? this.https : this.http;
    const options = { method: 'HEAD', host: hostname.replace(/^\[|\]$/g, ''), port, path, agent, signal };
    return new Promise((resolve) => {
      const request = (secure ? httpsRequest : httpRequest)({ ...options, headers: { host: s3.host } }, (response) => {
        response.resume();
        resolve(headOf(response.statusCode!, response.headers));
      });
      request.on('error', () => resolve({ state: signal.aborted ? 'slow' : 'failed' }));
      request.end();
    });
  }
}

/** A delete marker answers 404, or 405 where its version was asked for. */
function headOf(status: number, headers: NodeJS.Dict<string | string[]>): Head {
  if (status === 404 || (status === 405 && headers['x-amz-delete-marker'])) return { state: 'missing' };
  const lastModified = Date.parse(String(headers['last-modified']));
  if (status !== 200 || Number.isNaN(lastModified)) return { state: 'failed' };
  const versionId = headers['x-amz-version-id'];
  return { state: 'found', lastModified, versionId: typeof versionId === 'string' ? versionId : undefined };
}
