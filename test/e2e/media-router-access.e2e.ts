import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { App, Stack } from 'aws-cdk-lib';
import { HttpAuthorizer, LinkAccess, MediaRouter, ReplicatedMediaBucket } from '../../src';
import { AppConfig } from './support/app-config';
import { TestAuthority } from './support/certificates';
import { DeployedFunction } from './support/deployed-function';
import { Minio } from './support/minio';
import { CREDENTIALS } from './support/s3-server';
import { BucketPlace, S3World } from './support/s3-world';
import { Sts } from './support/sts';

const PLACES: BucketPlace[] = [
  { region: 'us-east-1', bucket: 'tenants-primary', address: '127.0.0.2', port: 9120 },
  { region: 'eu-west-1', bucket: 'tenants-replica', address: '127.0.0.3', port: 9130 },
];
const MINUTE = 60_000;

const dir = mkdtempSync(join(tmpdir(), 'access-'));
const authority = new TestAuthority(dir);
const appConfig = new AppConfig();
const minio = new Minio({ dir, region: 'us-east-1', port: PLACES[0].port });
const sts = new Sts(`http://127.0.0.1:${minio.port}`);
const world = new S3World(authority, PLACES);
let router: DeployedFunction;

beforeAll(async () => {
  writeFileSync(join(dir, 'ca.pem'), authority.certificate);
  await Promise.all([appConfig.start(), minio.start(), sts.start(), world.start()]);
  appConfig.document = '{}';
  minio.admin('mb', '--with-versioning', `here/${PLACES[0].bucket}`);

  const app = new App({ outdir: join(dir, 'cdk'), analyticsReporting: false });
  const stack = new Stack(app, 'Links', { env: { region: 'us-east-1' } });
  const [primary, replica] = PLACES.map(({ bucket, region }) => ({ bucketName: bucket, region }));
  const media = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Media', {
    primary,
    replicas: [{ ...replica, ruleId: 'rule' }],
  });
  new MediaRouter(stack, 'Router', {
    media,
    uploads: true,
    httpApi: { authorizer: HttpAuthorizer.jwt({ issuer: 'https://login.example.com', audience: ['studio'] }) },
    access: LinkAccess.byClaim('custom:tenant', 'tenants/{claim}/', { uploadScopes: ['media/upload'] }),
  });
  router = await DeployedFunction.from({
    assembly: app.synth(),
    stackName: 'Links',
    logicalId: 'RouterFunction',
    resolve: (logicalId, attribute) =>
      attribute === 'Arn' ? `arn:aws:iam::111111111111:role/${logicalId}` : logicalId,
    env: {
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_ENDPOINT_URL_APPCONFIGDATA: appConfig.endpoint,
      AWS_ENDPOINT_URL_STS: sts.endpoint,
      NODE_EXTRA_CA_CERTS: join(dir, 'ca.pem'),
      HOSTS: JSON.stringify(world.hosts),
    },
  }).start();
}, 120_000);

afterAll(async () => {
  router?.kill();
  sts.stop();
  minio.stop();
  appConfig.stop();
  await world.stop();
  rmSync(dir, { recursive: true, force: true });
});

const request = (claims: object, body: object) => ({
  version: '2.0',
  routeKey: 'POST /links',
  body: JSON.stringify(body),
  requestContext: { http: { sourceIp: '203.0.113.9' }, authorizer: { jwt: { claims: { sub: 'user-1', ...claims } } } },
});
const ACME = { 'custom:tenant': 'acme', scope: 'media/upload' };

async function links(claims: object, body: object): Promise<any[]> {
  const { statusCode, body: text } = await router.invoke(request(claims, body));
  if (statusCode !== 200) throw new Error(`${statusCode} ${text}`);
  return JSON.parse(text).links;
}

const put = async (Key: string, Body: string) =>
  (await world.client('us-east-1').send(new PutObjectCommand({ Bucket: PLACES[0].bucket, Key, Body }))).VersionId!;

describe('links of a tenant', () => {
  test('open the objects and versions of the tenant', async () => {
    const versionId = await put('tenants/acme/plate é.mov', 'first');
    await put('tenants/acme/plate é.mov', 'second');
    const key = 'tenants/acme/plate é.mov';
    const [current, first] = await links(ACME, { objects: [{ key }, { key, versionId }] });
    expect((await world.fetch(current.url)).body.toString()).toBe('second');
    expect((await world.fetch(first.url)).body.toString()).toBe('first');
  });

  test('upload to the prefix of the tenant', async () => {
    const object = { key: 'tenants/acme/up.txt', contentType: 'text/plain' };
    const [{ url }] = await links(ACME, { method: 'put', objects: [object] });
    const headers = { 'content-type': 'text/plain' };
    expect((await world.fetch(url, { method: 'PUT', body: 'hello', headers })).status).toBe(200);
    const [{ url: read }] = await links(ACME, { objects: [{ key: object.key }] });
    expect((await world.fetch(read)).body.toString()).toBe('hello');
  });

  test('are refused for other tenants by the router', async () => {
    await expect(links(ACME, { objects: [{ key: 'tenants/globex/a' }] })).rejects.toThrow(/^403 .*NotAllowed/);
    await expect(links({ 'custom:tenant': '*' }, { objects: [{ key: 'tenants/*/a' }] })).rejects.toThrow(/^403 /);
  });

  test('are refused for other tenants by S3, even if the router signed them', async () => {
    await put('tenants/hooli/a', 'ours');
    await put('tenants/globex/a', 'theirs');
    await links({ 'custom:tenant': 'hooli' }, { objects: [{ key: 'tenants/hooli/a' }] });
    const { AccessKeyId, SecretAccessKey, SessionToken } = sts.issued!;
    const credentials = {
      accessKeyId: AccessKeyId!,
      secretAccessKey: SecretAccessKey!,
      sessionToken: SessionToken,
    };
    const s3 = new S3Client({ region: 'us-east-1', credentials });
    const { bucket: Bucket } = PLACES[0];
    const status = async (command: GetObjectCommand | PutObjectCommand, method?: string) =>
      (await world.fetch(await getSignedUrl(s3, command), { method })).status;
    expect(await status(new GetObjectCommand({ Bucket, Key: 'tenants/hooli/a' }))).toBe(200);
    expect(await status(new GetObjectCommand({ Bucket, Key: 'tenants/globex/a' }))).toBe(403);
    expect(await status(new GetObjectCommand({ Bucket, Key: 'tenants/hooli-2/a' }))).toBe(403);
    expect(await status(new PutObjectCommand({ Bucket, Key: 'tenants/hooli/a' }), 'PUT')).toBe(403);
    s3.destroy();
  });

  test('are signed by one session for each tenant and operation, which is renewed early', async () => {
    const before = sts.calls.length;
    const umbrella = { 'custom:tenant': 'umbrella', scope: 'media/upload' };
    const objects = [{ key: 'tenants/umbrella/a', contentType: 'text/plain' }];
    await Promise.all(Array.from({ length: 10 }, () => links(umbrella, { objects })));
    await links(umbrella, { method: 'put', objects });
    expect(sts.calls.slice(before).map((call) => JSON.parse(call.get('Policy')!).Statement[0].Resource)).toEqual([
      ['arn:aws:s3:::tenants-primary/tenants/umbrella/*'],
      ['arn:aws:s3:::tenants-primary/tenants/umbrella/*'],
    ]);
    expect(sts.calls.at(-1)!.get('RoleArn')).toMatch(/^arn:aws:iam::111111111111:role\/RouterLinkRole/);
    router.aheadMs = 31 * MINUTE;
    await links(umbrella, { objects });
    expect(sts.calls).toHaveLength(before + 3);
    router.aheadMs = 0;
  });

  test('leave an audit record, without keys', () => {
    expect(router.log).toMatch(/"message":"links issued".*"access":"tenants\/acme\/"/);
    expect(router.log).toMatch(/"message":"links refused".*"code":"NotAllowed"/);
    expect(router.log).not.toMatch(/plate|X-Amz|up\.txt/);
  });
});
