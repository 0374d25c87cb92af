import { createHmac, createSecretKey, hash, KeyObject } from 'node:crypto';
import { BucketAddress } from './media-copy';

export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Signing {
  readonly method: 'GET' | 'HEAD' | 'PUT';
  readonly address: BucketAddress;
  readonly region: string;
  readonly credentials: SigningCredentials;
  /** When the link becomes valid, in milliseconds. */
  readonly signedAt: number;
  readonly expiresInSeconds: number;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const SAFE_KEY = /^[\w\-.~/]*$/;

/**
 * Signs links to the objects of one bucket: presigned URLs of Signature Version 4. Everything that links have in common
 * is computed once, so that each link costs one hash and one HMAC.
 *
 * Only the host is signed, and the content type of an upload: a proxy drops other headers, and a browser sends none.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
export class LinkSigner {
  private readonly signingKey: KeyObject;
  private readonly scope: string;
  private readonly time: string;
  /** The query parameters that all links share: without and with a signed content type. */
  private readonly common: readonly [string, string];

  constructor(private readonly signing: Signing) {
    const { credentials, region, signedAt } = signing;
    this.time = new Date(signedAt).toISOString().replace(/[-:]|\.\d+/g, '');
    const day = this.time.slice(0, 8);
    this.scope = `${day}/${region}/s3/aws4_request`;
    const signingKey = [day, region, 's3', 'aws4_request'].reduce<Buffer | string>(
      (key, part) => createHmac('sha256', key).update(part).digest(),
      `AWS4${credentials.secretAccessKey}`,
    );
    // A key object is prepared once. Preparing the key for each link takes six times as long as signing.
    this.signingKey = createSecretKey(signingKey as Buffer);
    this.common = [this.commonQuery('host'), this.commonQuery('content-type;host')];
  }

  /**
   * @param key the object's key
   * @param query further query parameters, sorted by name
   * @param contentType the `Content-Type` that the request must specify
   */
  link(key: string, query: readonly (readonly [name: string, value: string])[] = [], contentType?: string): string {
    const { method, address } = this.signing;
    const path = `${address.basePath}/${encodeKey(key)}`;
    let queryString = this.common[contentType === undefined ? 0 : 1];
    for (const [name, value] of query) queryString += `&${name}=${encode(value)}`;
    const [header, signed] = contentType === undefined ? ['', ''] : [`content-type:${contentType}\n`, 'content-type;'];
    const request = `${method}\n${path}\n${queryString}\n${header}host:${address.host}\n\n${signed}host\nUNSIGNED-PAYLOAD`;
    const toSign = `${ALGORITHM}\n${this.time}\n${this.scope}\n${hash('sha256', request)}`;
    const signature = createHmac('sha256', this.signingKey).update(toSign).digest('hex');
    return `${address.origin}${path}?${queryString}&X-Amz-Signature=${signature}`;
  }

  /** Sorted by name, as signing requires. Further parameters have lower-case names, which sort after these. */
  private commonQuery(signedHeaders: string): string {
    const { accessKeyId, sessionToken } = this.signing.credentials;
    const parts = [
      `X-Amz-Algorithm=${ALGORITHM}`,
      `X-Amz-Credential=${encode(`${accessKeyId}/${this.scope}`)}`,
      `X-Amz-Date=${this.time}`,
      `X-Amz-Expires=${this.signing.expiresInSeconds}`,
      ...(sessionToken ? [`X-Amz-Security-Token=${encode(sessionToken)}`] : []),
      `X-Amz-SignedHeaders=${encode(signedHeaders)}`,
    ];
    return parts.join('&');
  }
}

/** Slashes are not encoded: S3 does not merge them. */
function encodeKey(key: string): string {
  return SAFE_KEY.test(key) ? key : encode(key).replaceAll('%2F', '/');
}

/** Encodes all characters except the unreserved ones of RFC 3986. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`);
}
