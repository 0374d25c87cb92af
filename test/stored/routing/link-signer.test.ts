import { createHash, createHmac } from 'node:crypto';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { SignatureV4 } from '@smithy/signature-v4';
import * as fc from 'fast-check';
import { LinkSigner } from '../../../src/stored/routing/runtime/link-signer';
import { linkLifetime } from '../../../src/stored/routing/runtime/links';
import { mediaCopy } from '../../../src/stored/routing/runtime/media-copy';
import { CORPUS } from '../../e2e/support/corpus';

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const SESSION = { ...CREDENTIALS, sessionToken: 'IQoJb3JpZ2lu/+=='.repeat(40) };
const SIGNED_AT = Date.UTC(2026, 0, 31, 12, 34, 56);

/** The SDK's `Hash` interface, implemented with node:crypto. */
class Sha256 {
  private readonly hash;
  constructor(key?: any) {
    this.hash = key ? createHmac('sha256', key) : createHash('sha256');
  }
  update(data: any) {
    this.hash.update(data);
  }
  async digest() {
    return new Uint8Array(this.hash.digest());
  }
}

async function bySmithy(
  method: string,
  host: string,
  path: string,
  region: string,
  credentials: typeof SESSION | typeof CREDENTIALS,
  query: Record<string, string>,
): Promise<string> {
  const signer = new SignatureV4({ service: 's3', region, credentials, sha256: Sha256 as any, uriEscapePath: false });
  const headers = { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
  const signed = await signer.presign(
    { method, protocol: 'https:', hostname: host, path, query, headers, body: undefined } as any,
    {
      signingDate: new Date(SIGNED_AT),
      expiresIn: 900,
      unsignableHeaders: new Set(['x-amz-content-sha256']),
      unhoistableHeaders: new Set(['x-amz-content-sha256']),
    },
  );
  return (signed.query as any)['X-Amz-Signature'];
}

const encodePath = (key: string) =>
  key
    .split('/')
    .map((part) =>
      encodeURIComponent(part).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
    )
    .join('/');

describe('LinkSigner', () => {
  const copy = mediaCopy('replica', ['eu-west-1', 'media'], {});
  const signerOf = (credentials: typeof CREDENTIALS | typeof SESSION, method: 'GET' | 'HEAD' | 'PUT' = 'GET') =>
    new LinkSigner({
      method,
      address: copy.s3,
      region: 'eu-west-1',
      credentials,
      signedAt: SIGNED_AT,
      expiresInSeconds: 900,
    });

  test.each([
    ['without a session', CREDENTIALS],
    ['with a session', SESSION],
  ])("creates the same signature as the SDK's signer for every key: %s", async (_, credentials) => {
    const signer = signerOf(credentials);
    for (const key of CORPUS) {
      const link = signer.link(key, [['versionId', 'a+b/c=']]);
      const query = Object.fromEntries(
        link
          .slice(link.indexOf('?') + 1)
          .split('&')
          .map((pair) => pair.split('=').map(decodeURIComponent)),
      );
      const signature = query['X-Amz-Signature'];
      const host = 'media.s3.eu-west-1.amazonaws.com';
      expect(link.startsWith(`https://${host}/${encodePath(key)}?X-Amz-Algorithm=AWS4-HMAC-SHA256&`)).toBe(true);
      expect(signature).toBe(
        await bySmithy('GET', host, `/${encodePath(key)}`, 'eu-west-1', credentials, { versionId: 'a+b/c=' }),
      );
    }
  });

  test("creates the same signature as the SDK's signer for other methods and response headers", async () => {
    const query = {
      'response-content-disposition': 'attachment; filename="é (1)!.mov"'.normalize('NFC').replace('é', 'e'),
      'response-content-type': 'video/mp4',
      versionId: '3sL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY',
    };
    for (const method of ['GET', 'HEAD', 'PUT'] as const) {
      const link = signerOf(SESSION, method).link('a b.mov', Object.entries(query));
      expect(new URL(link).searchParams.get('X-Amz-Signature')).toBe(
        await bySmithy(method, 'media.s3.eu-west-1.amazonaws.com', '/a%20b.mov', 'eu-west-1', SESSION, query),
      );
    }
  });

  test('signs only the host, and the content type of uploads', () => {
    expect(new URL(signerOf(SESSION).link('a')).searchParams.get('X-Amz-SignedHeaders')).toBe('host');
    expect(new URL(signerOf(SESSION, 'PUT').link('a', [], 'video/mp4')).searchParams.get('X-Amz-SignedHeaders')).toBe(
      'content-type;host',
    );
  });

  test.each([
    ['us-east-1', 'media', {}],
    ['eu-west-1', 'media', {}],
    ['eu-west-1', 'media.example.com', {}],
    ['cn-north-1', 'media', {}],
    ['us-gov-west-1', 'media', {}],
    ['eu-west-1', 'media', { AWS_ENDPOINT_URL_S3: 'https://s3.example.test:8443' }],
    ['eu-west-1', 'media', { AWS_ENDPOINT_URL: 'http://127.0.0.1:9000' }],
    ['eu-west-1', 'media', { AWS_ENDPOINT_URL: 'http://unused.test', AWS_ENDPOINT_URL_S3: 'http://localhost:9000' }],
  ])('uses the same host and path as the SDK: %s, %s, %j', async (region, bucket, env: Record<string, string>) => {
    const endpoint = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL;
    const client = new S3Client({ region, credentials: CREDENTIALS, endpoint });
    const theirs = new URL(await getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: 'a/b c.mov' })));
    const { s3 } = mediaCopy('primary', [region, bucket], env);
    const ours = new URL(
      new LinkSigner({
        method: 'GET',
        address: s3,
        region,
        credentials: CREDENTIALS,
        signedAt: SIGNED_AT,
        expiresInSeconds: 1,
      }).link('a/b c.mov'),
    );
    expect(ours.origin + ours.pathname).toBe(theirs.origin + theirs.pathname);
  });

  test("signs for S3's host behind a proxy, and for the endpoint's host with PrivateLink", () => {
    const signed = (...endpoint: [string, 0 | 1]) =>
      new LinkSigner({
        method: 'GET',
        address: mediaCopy('replica', ['eu-west-1', 'media', ...endpoint], {}).viewers,
        region: 'eu-west-1',
        credentials: CREDENTIALS,
        signedAt: SIGNED_AT,
        expiresInSeconds: 900,
      }).link('a b.mov');
    const direct = signerOf(CREDENTIALS).link('a b.mov');
    expect(signed('https://media.eu.example.com', 0)).toBe(
      direct.replace('https://media.s3.eu-west-1.amazonaws.com', 'https://media.eu.example.com'),
    );
    const privateLink = signed('https://media.bucket.vpce-1-a.s3.eu-west-1.vpce.amazonaws.com', 1);
    expect(new URL(privateLink).host).toBe('media.bucket.vpce-1-a.s3.eu-west-1.vpce.amazonaws.com');
    expect(new URL(privateLink).searchParams.get('X-Amz-Signature')).not.toBe(
      new URL(direct).searchParams.get('X-Amz-Signature'),
    );
  });
});

describe('linkLifetime', () => {
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };

  test('starts at the same time for a quarter of the lifetime, not in the future, and has the requested duration', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 604_800 }), fc.integer({ min: 1.7e12, max: 2e12 }), (seconds, now) => {
        const { signedAt, expiresInSeconds } = linkLifetime(now, seconds, credentials);
        expect(expiresInSeconds).toBe(seconds);
        expect(signedAt).toBeLessThanOrEqual(now);
        expect(signedAt + seconds * 750).toBeGreaterThanOrEqual(now - 1000);
        expect(signedAt % 1000).toBe(0);
        expect(linkLifetime(signedAt, seconds, credentials).signedAt).toBe(signedAt);
      }),
    );
  });

  test('ends when the credentials expire', () => {
    const now = Date.UTC(2026, 0, 1, 12);
    const { signedAt, expiresInSeconds } = linkLifetime(now, 3600, {
      ...credentials,
      expiration: new Date(now + 600_000),
    });
    expect(signedAt + expiresInSeconds * 1000).toBe(now + 600_000);
  });
});
