import { createHash, createHmac } from 'node:crypto';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { SignatureV4 } from '@smithy/signature-v4';
import { HttpAccess } from '../../src/stored/routing/runtime/http-access';
import { mediaCopy } from '../../src/stored/routing/runtime/media-copy';
import { parsePreferences } from '../../src/stored/routing/runtime/preferences';
import { Readiness } from '../../src/stored/routing/runtime/readiness';
import { Router } from '../../src/stored/routing/runtime/router';

const COUNT = 1000;
const REGION = 'eu-west-1';
const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 's'.repeat(40), sessionToken: 'T'.repeat(1000) };
const createdAt = '2020-01-01T00:00:00Z';
const objects = Array.from({ length: COUNT }, (_, index) => ({
  key: `shots/${index}/plate é ${index}.mov`,
  createdAt,
}));
const request = { operation: 'ResolveLinks', preference: 'yes', clientIp: '10.1.2.3', objects };

const router = new Router({
  primary: mediaCopy('primary', ['us-east-1', 'media'], {}),
  replicas: [mediaCopy('replica', [REGION, 'media'], {})],
  readiness: new Readiness({
    mode: 'delay',
    timeoutMs: 1000,
    arrivals: { inReplica: async () => [], originals: async () => [] },
    hasSeveralReplicas: false,
  }),
  uploads: false,
  linkSeconds: 3600,
  maxLinkSeconds: 3600,
  preferences: async () => parsePreferences('{}', ['us-east-1', REGION]),
  credentials: async () => credentials,
  now: Date.now,
});

/** As for a caller over HTTP whose claim has the prefix of these keys. */
const access = new HttpAccess({
  settings: { byClaim: ['custom:tenant', '{claim}/'], roleArn: 'arn:aws:iam::111111111111:role/links' },
  credentials: async () => credentials,
  sessions: { credentials: async () => credentials },
});
const caller = { claims: { 'custom:tenant': 'shots' }, address: '10.1.2.3' };

class Sha256 {
  private readonly hash;
  constructor(key?: string) {
    this.hash = key ? createHmac('sha256', key) : createHash('sha256');
  }
  update(data: string) {
    this.hash.update(data);
  }
  async digest() {
    return new Uint8Array(this.hash.digest());
  }
}

/** Fails unless the link has the same signature as the SDK's signer creates. */
async function verify(link: string): Promise<void> {
  const { host, pathname, searchParams } = new URL(link);
  const [date, time] = searchParams.get('X-Amz-Date')!.split('T');
  const signer = new SignatureV4({
    service: 's3',
    region: REGION,
    credentials,
    sha256: Sha256 as any,
    uriEscapePath: false,
  });
  const headers = { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
  const hidden = new Set(['x-amz-content-sha256']);
  const signed: any = await signer.presign(
    { method: 'GET', protocol: 'https:', hostname: host, path: pathname, query: {}, headers } as any,
    {
      signingDate: new Date(`${date.replace(/(....)(..)/, '$1-$2-')}T${time.replace(/(..)(..)(..)/, '$1:$2:$3')}`),
      expiresIn: 3600,
      unsignableHeaders: hidden,
      unhoistableHeaders: hidden,
    },
  );
  const signature = signed.query['X-Amz-Signature'];
  if (signature !== searchParams.get('X-Amz-Signature')) throw new Error(`Invalid signature: ${link}`);
}

async function microseconds(work: () => Promise<unknown>, count: number): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e3 / count;
}

async function main(): Promise<void> {
  const { links } = await router.resolveLinks(request);
  for (const index of [0, 1, 499, 999]) await verify(links[index].url);

  const s3 = new S3Client({ region: REGION, credentials });
  const theirs = async () => {
    for (const { key } of objects.slice(0, 200)) {
      await getSignedUrl(s3, new GetObjectCommand({ Bucket: 'media', Key: key }), { expiresIn: 3600 });
    }
  };
  const [ours, limited, sdk]: number[][] = [[], [], []];
  for (let round = 0; round < 15; round++) {
    ours.push(await microseconds(() => router.resolveLinks(request), COUNT));
    limited.push(await microseconds(() => router.resolveLinks(request, access.grantFor(caller)), COUNT));
    sdk.push(await microseconds(theirs, 200));
  }
  process.stdout.write(JSON.stringify({ ours, limited, sdk }));
}

void main();
