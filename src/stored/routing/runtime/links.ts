import { LinkSigner, SigningCredentials } from './link-signer';
import { MediaCopy } from './media-copy';
import { MediaObject } from './request';
import { ValidationError } from '../../../private/validation-error';

export interface LinkCredentials extends SigningCredentials {
  /** When the credentials expire, if that is known. */
  readonly expiration?: Date;
}

export interface LinkLifetime {
  /** In milliseconds. */
  readonly signedAt: number;
  readonly expiresInSeconds: number;
}

/** Clients normalize these segments of a path, which could lead out of the bucket if the path begins with it. */
const DOT_SEGMENT = /(^|\/)\.\.?(\/|$)/;

/**
 * Determines when links become valid and expire. The start is rounded down by up to a quarter of the lifetime, so that
 * repeated requests get the same links for a while and caches can reuse the responses. No link is valid for longer than
 * its credentials.
 */
export function linkLifetime(now: number, expiresInSeconds: number, { expiration }: LinkCredentials): LinkLifetime {
  const step = Math.max(1, Math.floor(expiresInSeconds / 4)) * 1000;
  const signedAt = Math.floor(now / step) * step;
  const left = expiration ? Math.floor((expiration.getTime() - signedAt) / 1000) : Infinity;
  return { signedAt, expiresInSeconds: Math.max(1, Math.min(expiresInSeconds, left)) };
}

/** Creates the links of one request, with one signer for each copy. */
export class Links {
  private readonly signers = new Map<MediaCopy, LinkSigner>();

  constructor(
    private readonly method: 'get' | 'put',
    private readonly credentials: SigningCredentials,
    private readonly lifetime: LinkLifetime,
  ) {}

  to(object: MediaObject, copy: MediaCopy, field: string): string {
    if (copy.viewers.basePath !== '' && DOT_SEGMENT.test(object.key)) {
      throw new ValidationError(
        field,
        object.key,
        'a key without the path segments "." and "..", because the path of the link begins with the bucket',
      );
    }
    const signer = this.signerFor(copy);
    if (this.method === 'put') return signer.link(object.key, [], object.contentType);
    return signer.link(object.key, readQuery(object));
  }

  private signerFor(copy: MediaCopy): LinkSigner {
    let signer = this.signers.get(copy);
    if (!signer) {
      signer = new LinkSigner({
        method: this.method === 'put' ? 'PUT' : 'GET',
        address: copy.viewers,
        region: copy.region,
        credentials: this.credentials,
        ...this.lifetime,
      });
      this.signers.set(copy, signer);
    }
    return signer;
  }
}

function readQuery({ contentDisposition, contentType, versionId }: MediaObject): [string, string][] {
  const query: [string, string][] = [];
  if (contentDisposition !== undefined) query.push(['response-content-disposition', contentDisposition]);
  if (contentType !== undefined) query.push(['response-content-type', contentType]);
  if (versionId !== undefined) query.push(['versionId', versionId]);
  return query;
}
