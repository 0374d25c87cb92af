import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { AppConfig } from './support/app-config';
import { KeyPair, TestAuthority } from './support/certificates';
import { commandIn } from './support/deployed';
import { DeployedFunction } from './support/deployed-function';
import { ACCOUNT } from './support/deployment/deployments';
import { Dns } from './support/dns';
import { DynamoDbLocal } from './support/dynamodb-local';
import { LoadBalancer } from './support/load-balancer';
import { mediaApp, MediaLife } from './support/media-life';
import { ProxyServer } from './support/proxy-server';
import { ReplicatingS3 } from './support/replicating-s3';
import { CREDENTIALS, S3Server } from './support/s3-server';
import { BucketPlace, hostOf, S3World } from './support/s3-world';
import { StudioNetwork } from './support/studio-network';
import { currentOf } from '../simulators/s3';

/**
 * The app in examples/private-studio, as its users experience it. The deployed functions of the media work on the S3
 * simulator, which replicates. After each step, its objects are copied to two S3 servers that verify signatures, and all
 * links are read in the studio's network.
 */
const ROOT = join(__dirname, '../..');
const STACK = 'PrivateStudio';
const [VIRGINIA, IRELAND] = ['us-east-1', 'eu-west-1'];
const ARCHIVE = 'studio-archive';
const USERS_TABLE = 'users';
const [PROXY, PROXY_PRIMARY] = ['media.eu.example.com', 'media-primary.eu.example.com'];
const [BALANCER, CLIENT] = ['10.20.0.1', '10.20.0.2'];
const NAMESERVER = '127.0.0.4';
const PROXY_PORT = 8080;
const ENDPOINT = 'vpce-1a2b-5e6f.s3.us-east-1.vpce.amazonaws.com';
const MINUTE = 60_000;
const YEAR = 365 * 24 * 60 * MINUTE;

const OLD = Array.from({ length: 150 }, (_each, index) => `films/${2016 + (index % 9)}/${index} é+%20.mov`);
const USERS = ['anna', 'ben', 'carla', 'dora'];

const dir = mkdtempSync(join(tmpdir(), 'customers-'));
const authority = new TestAuthority(dir);
const appConfig = new AppConfig();
const studio = new StudioNetwork({
  balancer: BALANCER,
  client: CLIENT,
  names: [PROXY, PROXY_PRIMARY],
  authority: join(dir, 'ca.pem'),
});
/** What runs until the end. */
const running: { stop(): unknown }[] = [];
const copied = new Set<string>();
const dailies: string[] = [];

let life: MediaLife;
let places: BucketPlace[];
let world: S3World;
let router: DeployedFunction;
let preferences: object;

const hashOf = (key: string, region: string) => createHash('sha256').update(`${region} ${key}`).digest('hex');
const bucketIn = (region: string) => (region === VIRGINIA ? life.cloud.s3.buckets.get(ARCHIVE) : life.bucketIn(region));

/** Invokes the router at the time of the simulated cloud. */
function ask(operation: string, request: object): Promise<any> {
  router.aheadMs = life.cloud.s3.clock.now() - Date.now();
  return router.invoke({ operation, ...request });
}

/** Synthesises the example, as `npm run synth` does. */
async function synthesise(): Promise<CloudAssembly> {
  const CDK_OUTDIR = join(dir, 'cdk.out');
  const args = ['--tsconfig', 'examples/tsconfig.json', 'examples/private-studio/app.ts'];
  await promisify(execFile)(join(ROOT, 'node_modules/.bin/tsx'), args, {
    cwd: ROOT,
    env: { ...process.env, CDK_OUTDIR },
  });
  return new CloudAssembly(CDK_OUTDIR);
}

/** Adopts the bucket, as the example does. The proxy does not affect replication. */
async function adopt(): Promise<void> {
  const { cloud } = life;
  const bucket = cloud.s3.buckets.create({ name: ARCHIVE, region: VIRGINIA, account: ACCOUNT });
  OLD.forEach((key, index) => {
    const age = YEAR * (1 + (index % 9));
    cloud.s3.buckets.put(ARCHIVE, key, key, {}, undefined, cloud.s3.clock.now() - age);
  });
  expect(bucket.versions).toHaveLength(OLD.length);
  const app = mediaApp({
    stackName: STACK,
    props: (scope) => ({
      bucket: s3.Bucket.fromBucketName(scope, 'Existing', ARCHIVE),
      enableVersioning: true,
      replicas: [{ region: IRELAND }],
    }),
  });
  await life.deploy(app, { quiet: true });
}

async function startS3(): Promise<void> {
  places = [
    { region: VIRGINIA, bucket: ARCHIVE, address: '127.0.0.2', port: 3905 },
    { region: IRELAND, bucket: life.bucketIn(IRELAND).name, address: '127.0.0.3', port: 3915 },
  ];
  await Promise.all(
    places.map(async ({ region, bucket, port }) => {
      const server = new S3Server(dir, bucket, region, port - 5);
      running.push(server);
      await server.start();
      const front = new ReplicatingS3(port - 5, () => bucketIn(region));
      running.push({ stop: () => front.close() });
      await front.listen(port);
    }),
  );
  world = new S3World(authority, places);
  running.push(world);
  await world.start();
}

/** Copies the objects of the simulator to the servers that clients read. */
async function copy(): Promise<void> {
  for (const { region, bucket: Bucket } of places) {
    const client = world.client(region);
    const keys = [...new Set(bucketIn(region).versions.map(({ key }) => key))].filter(
      (key) => !currentOf(bucketIn(region), key)!.isDeleteMarker && !copied.has(`${region} ${key}`),
    );
    while (keys.length > 0) {
      await Promise.all(
        keys.splice(0, 20).map(async (Key) => {
          await client.send(new PutObjectCommand({ Bucket, Key, Body: `${region} ${Key}` }));
          copied.add(`${region} ${Key}`);
        }),
      );
    }
    client.destroy();
  }
}

async function startProxy(assembly: CloudAssembly): Promise<void> {
  const dns = new Dns(hostOf(places[1]), { [`bucket.${ENDPOINT}`]: [places[0].address] });
  dns.addresses = [places[1].address];
  await dns.listen(NAMESERVER);
  running.push({ stop: () => dns.close() });
  const { template } = assembly.stacks.find(({ environment }) => environment.region === IRELAND)!;
  const command = commandIn(template, (logicalId, attribute) => {
    if (attribute === 'DnsEntries') return [`Z7HUB22UULQXV:*.${ENDPOINT}`, `Z7HUB22UULQXV:*.${ENDPOINT}.zonal`];
    return template.Resources[logicalId].Type === 'AWS::S3::Bucket' ? places[1].bucket : undefined;
  });
  const proxy = new ProxyServer({
    command,
    port: PROXY_PORT,
    nameserver: NAMESERVER,
    authority: authority.certificate,
  });
  running.push(proxy);
  await proxy.start();
  await studio.start();
  running.push(studio);
  const certificates: { [name: string]: KeyPair } = {};
  for (const name of [PROXY, PROXY_PRIMARY]) certificates[name] = authority.issue(name);
  const balancer = new LoadBalancer(certificates, PROXY_PORT);
  await balancer.listen(BALANCER);
  running.push({ stop: () => balancer.close() });
}

/** Starts the router, which cannot reach the isolated replica. */
async function startRouter(assembly: CloudAssembly): Promise<void> {
  const { dynamo } = life.cloud;
  const { Resources } = assembly.getStackByName(STACK).template;
  const [users, state] = ['RouterUserPreferences', 'MediaJobsStoreTable'].map((name) =>
    Object.keys(Resources).find((id) => id.startsWith(name))!,
  );
  await dynamo.createTable(USERS_TABLE, Resources[users].Properties);
  const content: any = Object.values<any>(Resources).find(({ Type }) => /HostedConfigurationVersion$/.test(Type));
  preferences = JSON.parse(content.Properties.Content);
  appConfig.document = JSON.stringify(preferences);
  await appConfig.start();
  running.push(appConfig);
  const [primary] = places;
  router = DeployedFunction.from({
    assembly,
    stackName: STACK,
    logicalId: 'RouterFunction',
    resolve: (logicalId) => ({ [users]: USERS_TABLE, [state]: life.tableName })[logicalId] ?? logicalId,
    env: {
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_ENDPOINT_URL_APPCONFIGDATA: appConfig.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
      NODE_EXTRA_CA_CERTS: join(dir, 'ca.pem'),
      HOSTS: JSON.stringify({ [hostOf(primary)]: primary.address }),
    },
  });
  running.push({ stop: () => router.kill() });
  await router.start();
}

/** A page of the studio's web application. `isDated` if the application knows when the objects were uploaded. */
async function page(user: string, keys: readonly string[], isDated: boolean) {
  const objects = keys.map((key) => {
    const { createdAt } = currentOf(bucketIn(VIRGINIA), key)!;
    return isDated ? { key, createdAt: new Date(createdAt).toISOString() } : { key };
  });
  return (await ask('ResolveLinks', { user, clientIp: CLIENT, objects })).links;
}

/**
 * Reads the objects as each user, from the studio, and expects that each link works and stays in the private network.
 *
 * @returns the reasons for each user
 */
async function read(keys: readonly string[]): Promise<Record<string, string>> {
  await copy();
  const reasons: Record<string, string> = {};
  const failed: string[] = [];
  for (const user of USERS) {
    const links = [...(await page(user, keys, true)), ...(await page(user, keys, false))];
    const answers = await studio.read(links.map(({ url }) => url));
    links.forEach(({ key, url, source, region, reason }, index) => {
      const { host } = new URL(url);
      const { status, sha256, error } = answers[index];
      const isPrivate = host === (source === 'primary' ? PROXY_PRIMARY : PROXY);
      if (isPrivate && status === 200 && sha256 === hashOf(key, region)) return;
      failed.push(`${user}: ${host} ${reason} ${error ?? status} ${key}`);
    });
    expect(links).toHaveLength(2 * keys.length);
    reasons[user] = [...new Set(links.map(({ source, reason }) => `${source}: ${reason}`))].sort().join(', ');
  }
  expect(failed).toEqual([]);
  return reasons;
}

/** The application gets a link for an upload, and S3 replicates the object later. */
async function shoot(key: string): Promise<string> {
  const { links } = await ask('ResolveLinks', { method: 'put', objects: [{ key }] });
  const { status } = await world.fetch(links[0].url, { method: 'PUT', body: `${VIRGINIA} ${key}` });
  expect([status, links[0].source]).toEqual([200, 'primary']);
  copied.add(`${VIRGINIA} ${key}`);
  life.upload(key);
  dailies.push(key);
  return key;
}

/** The worker runs, and then S3's jobs. */
const work = async () => {
  life.cloud.advance(5 * MINUTE);
  await life.cloud.runSchedules('minutes');
};

/** The reasons, if anna reads near the studio, and carla and dora as they chose. */
const near = (reason: string) => ({
  anna: reason,
  ben: 'primary: preference-no',
  carla: reason,
  dora: 'primary: primary-chosen',
});

beforeAll(async () => {
  writeFileSync(join(dir, 'ca.pem'), authority.certificate);
  const dynamo = await DynamoDbLocal.start();
  running.push(dynamo);
  const [assembly] = await Promise.all([synthesise(), MediaLife.start(dynamo).then((started) => (life = started))]);
  running.push(life);
  await adopt();
  await startS3();
  await startRouter(assembly);
  await startProxy(assembly);
}, 120_000);

afterAll(async () => {
  for (const each of running.reverse()) await each.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('users choose how they read', async () => {
  expect(await read(OLD.slice(0, 5))).toMatchObject({ anna: 'primary: preference-no' });
  const put = (user: string, choice: object) => ask('PutPreference', { user, ...choice });
  await put('anna', { preference: 'auto' });
  await put('ben', { preference: 'no' });
  await put('carla', { preference: 'yes', region: IRELAND });
  await put('dora', { preference: 'auto', region: VIRGINIA });
});

test('old media are read from the source while the backfill runs', async () => {
  expect(life.bucketIn(IRELAND).versions).toEqual([]);
  expect(await read(OLD)).toEqual(near('primary: not-backfilled'));
});

test('new media are read from the source until they are replicated', async () => {
  await shoot('dailies/1 é+%20.mov');
  expect(await read(dailies)).toEqual(near('primary: not-in-replica'));
  await life.cloud.settle();
  life.cloud.advance(MINUTE);
  expect(await read(dailies)).toEqual(near('replica: in-replica'));
  expect(await read(OLD)).toEqual(near('primary: not-backfilled'));
});

test('old media are read from the replica when the backfill is complete', async () => {
  await work();
  expect(life.bucketIn(IRELAND).versions).toHaveLength(OLD.length + dailies.length);
  expect(await read(OLD)).toEqual(near('primary: not-backfilled')); // The worker has not read the report yet.
  await life.settle();
  life.cloud.advance(MINUTE);
  expect(await read([...OLD, ...dailies])).toEqual(near('replica: in-replica'));
});

test('a late object is read from the source, and others from the replica', async () => {
  const { s3: simulator } = life.cloud;
  const late = await shoot('dailies/late.mov');
  simulator.replicator.isHeld = (_destination, { key }) => key === late;
  for (let run = 0; run < 6; run++) {
    await work();
    simulator.replicator.reportLate();
    await life.cloud.settle();
  }
  expect(await read([late])).toEqual(near('primary: replication-failed'));
  expect(await read(OLD)).toEqual(near('replica: in-replica'));
  simulator.replicator.isHeld = () => false;
  await life.settle();
  life.cloud.advance(MINUTE);
  expect(await read(dailies)).toEqual(near('replica: in-replica'));
});

test('a region is drained and comes back', async () => {
  const deploy = (drainedRegions: string[]) => {
    appConfig.document = JSON.stringify({ ...preferences, drainedRegions });
    life.cloud.advance(MINUTE);
  };
  deploy([IRELAND]);
  expect(await read([...OLD, ...dailies])).toEqual(near('primary: region-drained'));
  deploy([]);
  expect(await read([...OLD, ...dailies])).toEqual(near('replica: in-replica'));
});
