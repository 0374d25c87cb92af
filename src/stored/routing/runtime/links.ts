import { LinkSigner, SigningCredentials } from './link-signer';
import { MediaCopy } from './media-copy';
import { MediaObject } from './request';
import { ValidationError } from '../../../private/validation-error';

export interface LinkCredentials extends SigningCredentials {
  /** When S3 stops to accept them, where that is known. */
  readonly expiration?: Date;
}

export interface LinkLife {
  /** In milliseconds. */
  readonly signedAt: number;
  readonly expiresInSeconds: number;
}

/** A part of a path that programs fold away: in a path that begins with the bucket, it would lead out of it. */
const DOT_SEGMENT = /(^|\/)\.\.?(\/|$)/;

/**
 * When links begin and end to live. The beginning is rounded down, by up to a quarter of the life, so that the same
 * request gives the same links for a while, and caches can keep what they lead to. No link outlives its credentials.
 */
export function linkLife(now: number, expiresInSeconds: number, { expiration }: LinkCredentials): LinkLife {
  const step = Math.max(1, Math.floor(expiresInSeconds / 4)) * 1000;
  const signedAt = Math.floor(now / step) * step;
  const left = expiration ? Math.floor((expiration.getTime() - signedAt) / 1000) : Infinity;
  return { signedAt, expiresInSeconds: Math.max(1, Math.min(expiresInSeconds, left)) };
}

/** Makes the links of one request, with one signer for each copy that is needed. */
export class Links {
  private readonly signers = new Map<MediaCopy, LinkSigner>();

  constructor(
    private readonly method: 'get' | 'put',
    private readonly credentials: SigningCredentials,
    private readonly life: LinkLife,
  ) {}

  to(object: MediaObject, copy: MediaCopy, field: string): string {
    if (copy.viewers.basePath !== '' && DOT_SEGMENT.test(object.key)) {
      throw new ValidationError(
        field,
        object.key,
        'a key without "." and ".." between slashes, as the bucket is in the path',
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
        ...this.life,
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
