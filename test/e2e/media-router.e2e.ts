import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import {
  LinkAccess,
  MediaEndpoint,
  MediaRouter,
  MediaRouterProps,
  ReadinessMode,
  ReplicatedMediaBucket,
} from '../../src';
import { AppConfig } from './support/app-config';
import { TestAuthority } from './support/certificates';
import { CORPUS } from './support/corpus';
import { deployedCommand } from './support/deployed';
import { DeployedFunction } from './support/deployed-function';
import { Dns } from './support/dns';
import { eventually } from './support/eventually';
import { send } from './support/http';
import { Minio } from './support/minio';
import { ProxyServer } from './support/proxy-server';
import { CREDENTIALS, S3Server } from './support/s3-server';
import { BucketPlace, hostOf, S3World } from './support/s3-world';

const PRIMARY = 'us-east-1';
const REPLICA = 'eu-west-1';
const OLD = '2020-01-01T00:00:00Z';
const PROXY = 'media.eu.example.com';
const PROXY_PORT = 8080;
const NAMESERVER = '127.0.0.4';

const dir = mkdtempSync(join(tmpdir(), 'router-'));
const authority = new TestAuthority(dir);
const appConfig = new AppConfig();
const started: DeployedFunction[] = [];

/** Synthesises a router in front of two buckets. */
function synthesise(places: readonly BucketPlace[], props: Partial<MediaRouterProps>): CloudAssembly {
  const app = new App({ outdir: mkdtempSync(join(dir, 'cdk-')), analyticsReporting: false });
  const stack = new Stack(app, 'Links', { env: { region: PRIMARY } });
  const [primary, replica] = places.map(({ bucket, region }) => ({ bucketName: bucket, region }));
  const media = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Media', {
    primary,
    replicas: [{ ...replica, ruleId: 'rule' }],
  });
  new MediaRouter(stack, 'Router', { media, ...props });
  return app.synth();
}

async function deploy(world: S3World, places: readonly BucketPlace[], props: Partial<MediaRouterProps>, env = {}) {
  const deployed = DeployedFunction.from({
    assembly: synthesise(places, props),
    stackName: 'Links',
    logicalId: 'RouterFunction',
    env: {
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_ENDPOINT_URL_APPCONFIGDATA: appConfig.endpoint,
      NODE_EXTRA_CA_CERTS: join(dir, 'ca.pem'),
      HOSTS: JSON.stringify(world.hosts),
      ...env,
    },
  });
  started.push(deployed);
  return deployed.start();
}

const linksOf = async (router: DeployedFunction, objects: object[], more = {}) =>
  (await router.invoke({ operation: 'ResolveLinks', objects, ...more })).links;

beforeAll(async () => {
  writeFileSync(join(dir, 'ca.pem'), authority.certificate);
  await appConfig.start();
});

beforeEach(() => {
  appConfig.document = '{}';
});

afterAll(() => {
  for (const each of started) each.kill();
  appConfig.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe('links to all kinds of keys', () => {
  const places: BucketPlace[] = [
    { region: PRIMARY, bucket: 'media-primary', address: '127.0.0.2', port: 3900 },
    { region: REPLICA, bucket: 'media-replica', address: '127.0.0.3', port: 3910 },
  ];
  const servers = places.map(({ bucket, region, port }) => new S3Server(dir, bucket, region, port));
  const world = new S3World(authority, places);
  const contentOf = (key: string, region: string) => createHash('sha256').update(`${region} ${key}`).digest('hex');
  let direct: DeployedFunction;

  beforeAll(async () => {
    await Promise.all(servers.map((server) => server.start()));
    await world.start();
    for (const { bucket: Bucket, region } of places) {
      const s3 = world.client(region);
      for (const Key of CORPUS) await s3.send(new PutObjectCommand({ Bucket, Key, Body: contentOf(Key, region) }));
      s3.destroy();
    }
    direct = await deploy(world, places, { uploads: true, access: LinkAccess.all() });
  }, 180_000);

  afterAll(async () => {
    await world.stop();
    servers.forEach((server) => server.stop());
  });

  test.each([
    ['no', PRIMARY],
    ['yes', REPLICA],
  ])('with the preference %s are served by %s', async (preference, region) => {
    const links = await linksOf(
      direct,
      CORPUS.map((key) => ({ key, createdAt: OLD })),
      { preference },
    );
    expect(links.map(({ key }: any) => key)).toEqual(CORPUS);
    const wrong: string[] = [];
    for (const { key, url } of links) {
      const { status, body } = await world.fetch(url);
      if (status !== 200 || body.toString() !== contentOf(key, region)) wrong.push(`${JSON.stringify(key)}: ${status}`);
    }
    expect(wrong).toEqual([]);
  });

  test('through the deployed proxy are served by the replica', async () => {
    const dns = new Dns(hostOf(places[1]));
    dns.addresses = [places[1].address];
    await dns.listen(NAMESERVER);
    const command = deployedCommand(places[1].bucket, REPLICA);
    const proxy = new ProxyServer({
      command,
      port: PROXY_PORT,
      nameserver: NAMESERVER,
      authority: authority.certificate,
    });
    try {
      await proxy.start();
      const router = await deploy(world, places, { endpoints: { [REPLICA]: MediaEndpoint.proxy(`https://${PROXY}`) } });
      const links = await linksOf(
        router,
        CORPUS.map((key) => ({ key, createdAt: OLD })),
        { preference: 'yes' },
      );
      const wrong: string[] = [];
      for (const { key, url } of links) {
        expect(url.startsWith(`https://${PROXY}/`)).toBe(true);
        const { status, body } = await send({ port: PROXY_PORT, path: url.slice(`https://${PROXY}`.length) });
        if (status !== 200 || body.toString() !== contentOf(key, REPLICA)) {
          wrong.push(`${JSON.stringify(key)}: ${status}`);
        }
      }
      expect(wrong).toEqual([]);
    } finally {
      proxy.stop();
      dns.close();
    }
  });

  test('without a time use the age of the object in the primary', async () => {
    const router = await deploy(world, places, { replicationDelay: Duration.minutes(1) });
    const ask = async () =>
      (await linksOf(router, [{ key: 'a+b.mov' }, { key: 'missing' }], { preference: 'yes' })).map(
        ({ reason }: any) => reason,
      );
    expect(await ask()).toEqual(['too-new', 'not-in-primary']);
    appConfig.document = '{"replicationDelaySeconds": 0}';
    await eventually(async () => expect((await ask())[0]).toBe('delay-over'));
  });

  test('for uploads put objects into the primary, with the signed content type only', async () => {
    const [link] = await linksOf(direct, [{ key: 'up/load é.txt', contentType: 'text/plain' }], {
      method: 'put',
      region: REPLICA,
    });
    expect(link.source).toBe('primary');
    const put = (type: string) =>
      world.fetch(link.url, { method: 'PUT', body: 'hello', headers: { 'content-type': type } });
    expect((await put('text/html')).status).toBe(403);
    expect((await put('text/plain')).status).toBe(200);
    const [read] = await linksOf(direct, [
      { key: 'up/load é.txt', contentDisposition: 'attachment; filename="x y.txt"' },
    ]);
    const { body, headers } = await world.fetch(read.url);
    expect([body.toString(), headers['content-type'], headers['content-disposition']]).toEqual([
      'hello',
      'text/plain',
      'attachment; filename="x y.txt"',
    ]);
  });

  test('of redirects are served', async () => {
    const { statusCode, headers } = await direct.invoke({
      version: '2.0',
      routeKey: 'GET /media',
      rawQueryString: new URLSearchParams({ key: 'a b+c%20d.mov', preference: 'yes', createdAt: OLD }).toString(),
      requestContext: { http: { sourceIp: '10.0.0.1' } },
    });
    expect(statusCode).toBe(307);
    expect((await world.fetch(headers.location)).body.toString()).toBe(contentOf('a b+c%20d.mov', REPLICA));
  });

  test('are rejected after they have expired', async () => {
    const [{ url }] = await linksOf(direct, [{ key: 'a+b.mov' }], { expiresInSeconds: 1 });
    expect((await world.fetch(url)).status).toBe(200);
    await new Promise((done) => setTimeout(done, 2500));
    expect((await world.fetch(url)).status).toBeGreaterThanOrEqual(400);
  });

  test("use the endpoint in the SDK's environment variables", async () => {
    const router = await deploy(world, places, {}, { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:3900' });
    const [{ url }] = await linksOf(router, [{ key: 'a+b.mov' }]);
    expect(url.startsWith('http://127.0.0.1:3900/media-primary/a%2Bb.mov?')).toBe(true);
    const { status, body } = await send({ port: 3900, path: url.slice('http://127.0.0.1:3900'.length) });
    expect([status, body.toString()]).toEqual([200, contentOf('a+b.mov', PRIMARY)]);
  });

  test('follow the preferences in AppConfig if they are valid', async () => {
    const router = await deploy(world, places, { ipRanges: [{ cidr: '10.0.0.0/8', region: REPLICA }] });
    const ask = async () =>
      (await linksOf(router, [{ key: 'a', createdAt: OLD }], { preference: 'auto', clientIp: '10.1.1.1' }))[0].reason;
    appConfig.document = JSON.stringify({ ipRanges: { [REPLICA]: ['10.0.0.0/8'] } });
    await eventually(async () => expect(await ask()).toBe('delay-over'));
    appConfig.document = JSON.stringify({ ipRanges: { [REPLICA]: ['10.0.0.0/8'] }, drainedRegions: [REPLICA] });
    await eventually(async () => expect(await ask()).toBe('region-drained'));
    appConfig.document = '{"drainedRegions":["mars-1"]}';
    await eventually(async () => {
      await ask();
      expect(router.log).toContain('The preferences in AppConfig are invalid.');
    });
    expect(await ask()).toBe('region-drained');
  });

  test('follow the preferences of the deployment if AppConfig is unavailable', async () => {
    const props = { ipRanges: [{ cidr: '10.0.0.0/8', region: REPLICA }] };
    const router = await deploy(world, places, props, { AWS_ENDPOINT_URL_APPCONFIGDATA: 'http://127.0.0.1:9' });
    const request = { preference: 'auto', clientIp: '10.1.1.1' };
    expect((await linksOf(router, [{ key: 'a', createdAt: OLD }], request))[0].reason).toBe('delay-over');
  });

  test('of invalid requests are rejected with a code, and logs contain no keys, addresses or links', async () => {
    await expect(linksOf(direct, [{ key: '' }])).rejects.toMatchObject({
      errorType: 'ValidationError',
      message: expect.stringMatching(/^objects\[0\]\.key: got ""/),
    });
    for (const { log } of started) expect(log).not.toMatch(/X-Amz-|a%20b|a\+b|10\.1\.1\.1|Warning/);
    expect(direct.log).toContain('"links":');
    expect(direct.log).not.toContain(CREDENTIALS.secretAccessKey);
  });
});

describe('links with ReadinessMode.EXACT', () => {
  const places: BucketPlace[] = [
    { region: PRIMARY, bucket: 'versions-primary', address: '127.0.0.2', port: 9100 },
    { region: REPLICA, bucket: 'versions-replica', address: '127.0.0.3', port: 9110 },
  ];
  const [primary, replica] = places.map(({ region, port }) => new Minio({ dir, region, port }));
  const world = new S3World(authority, places);
  let router: DeployedFunction;

  const put = async (Key: string, Body: string) =>
    (await world.client(PRIMARY).send(new PutObjectCommand({ Bucket: places[0].bucket, Key, Body }))).VersionId!;
  const link = async (key: string, versionId?: string) =>
    (await linksOf(router, [{ key, versionId }], { preference: 'yes' }))[0];
  const read = async (url: string) => (await world.fetch(url)).body.toString();

  beforeAll(async () => {
    await Promise.all([primary.start(), replica.start()]);
    await world.start();
    primary.admin('mb', '--with-versioning', `here/${places[0].bucket}`);
    replica.admin('mb', '--with-versioning', `here/${places[1].bucket}`);
    router = await deploy(world, places, { readiness: ReadinessMode.EXACT });
  }, 120_000);

  afterAll(async () => {
    await world.stop();
    primary.stop();
    replica.stop();
  });

  const replicate = () =>
    primary.admin(
      ...['replicate', 'add', `here/${places[0].bucket}`, '--priority', '1'],
      ...['--remote-bucket', `${replica.url}/${places[1].bucket}`],
      ...['--replicate', 'existing-objects,delete-marker', '--sync'],
    );

  test('point to the primary until the replica has the object, then to the replica', async () => {
    const versionId = await put('shots/plate é.mov', 'first');
    for (const requested of [versionId, undefined]) {
      const before = await link('shots/plate é.mov', requested);
      expect([before.source, before.reason]).toEqual(['primary', 'not-in-replica']);
      expect(await read(before.url)).toBe('first');
    }
    replicate();
    const rules = JSON.parse(primary.admin('replicate', 'ls', '--json', `here/${places[0].bucket}`));
    const arn = rules.rule.Destination.Bucket;
    primary.admin('replicate', 'resync', 'start', `here/${places[0].bucket}`, '--remote-bucket', arn);
    for (const requested of [versionId, undefined]) {
      await eventually(async () => {
        const after = await link('shots/plate é.mov', requested);
        expect([after.source, after.reason]).toEqual(['replica', 'in-replica']);
        expect(await read(after.url)).toBe('first');
      });
    }
  });

  test('point to the primary if the replica is slow or unavailable', async () => {
    const versionId = await put('slow.mov', 'here');
    const europe = world.front(REPLICA);
    europe.dropConnections();
    europe.behaviour = 'answers-late';
    const start = Date.now();
    const slow = await link('slow.mov', versionId);
    expect([slow.source, slow.reason]).toEqual(['primary', 'replica-slow']);
    expect(Date.now() - start).toBeLessThan(2000); // the replica answers after two seconds
    expect(await read(slow.url)).toBe('here');

    europe.behaviour = 'resets';
    europe.dropConnections();
    const gone = await link('another.mov', versionId);
    expect(gone.reason).toBe('replica-failing');
    europe.behaviour = 'answers';
    await eventually(async () => expect((await link('slow.mov', versionId)).reason).toBe('in-replica'));
    expect(router.log).not.toMatch(/X-Amz-|slow\.mov|Warning/);
  });

  test('to a new version point to the primary while the replica has the old one', async () => {
    await put('overwritten.mov', 'old');
    await eventually(async () => expect((await link('overwritten.mov')).reason).toBe('in-replica'));
    replica.stop(); // so that the new version cannot be replicated
    const versionId = await put('overwritten.mov', 'new');
    await replica.start();
    const after = await link('overwritten.mov', versionId);
    expect(['not-in-replica', 'in-replica']).toContain(after.reason);
    expect(await read(after.url)).toBe('new');
  });
});
