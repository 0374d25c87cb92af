import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { App, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { MediaRouter, ReplicatedMediaBucket, S3MediaProxyOptions } from '../../src';
import { AppConfig } from './support/app-config';
import { KeyPair, TestAuthority } from './support/certificates';
import { commandIn } from './support/deployed';
import { DeployedFunction } from './support/deployed-function';
import { Dns } from './support/dns';
import { DynamoDbLocal } from './support/dynamodb-local';
import { LoadBalancer } from './support/load-balancer';
import { ProxyServer } from './support/proxy-server';
import { recordBackfills } from './support/replica-state';
import { CREDENTIALS, S3Server } from './support/s3-server';
import { BucketPlace, hostOf, S3World } from './support/s3-world';
import { StudioNetwork } from './support/studio-network';

const [PRIMARY, REPLICA]: BucketPlace[] = [
  { region: 'us-east-1', bucket: 'media-primary', address: '127.0.0.2', port: 3900 },
  { region: 'eu-west-1', bucket: 'media-replica', address: '127.0.0.3', port: 3910 },
];
const NAMESERVER = '127.0.0.4';
const PROXY_PORT = 8080;
const [PROXY, PROXY_PRIMARY] = ['media.eu.example.com', 'media-primary.eu.example.com'];
const [BALANCER, CLIENT] = ['10.99.0.1', '10.99.0.2'];
const ENDPOINT = 'vpce-1a2b-5e6f.s3.us-east-1.vpce.amazonaws.com';
const VIEWER = { clientIp: CLIENT };

const OBJECTS = 1_000;
const REPLICATED = 700;
const [OLD, NEW] = ['2020-01-01T00:00:00Z', () => new Date().toISOString()];

const objects = Array.from({ length: OBJECTS }, (_each, index) => ({
  key: `shots/${index}/plate é+%20.mov`,
  isReplicated: index % 10 < 7,
}));
const contentOf = (key: string, region: string) => `${region} ${key}`;
const hashOf = (key: string, region: string) => createHash('sha256').update(contentOf(key, region)).digest('hex');

const dir = mkdtempSync(join(tmpdir(), 'private-'));
const authority = new TestAuthority(dir);
const appConfig = new AppConfig();
const servers = [PRIMARY, REPLICA].map(({ bucket, region, port }) => new S3Server(dir, bucket, region, port));
const world = new S3World(authority, [PRIMARY, REPLICA]);
const dns = new Dns(hostOf(REPLICA), { [`bucket.${ENDPOINT}`]: [PRIMARY.address] });
const studio = new StudioNetwork({
  balancer: BALANCER,
  client: CLIENT,
  names: [PROXY, PROXY_PRIMARY],
  authority: join(dir, 'ca.pem'),
});
const routers: DeployedFunction[] = [];
let balancer: LoadBalancer;
let dynamo: DynamoDbLocal;
let proxy: ProxyServer;

/** Synthesises media with a replica behind an isolated proxy, and a router. */
function synthesise(options: Partial<S3MediaProxyOptions>): CloudAssembly {
  const app = new App({ outdir: mkdtempSync(join(dir, 'cdk-')), analyticsReporting: false });
  const stack = new Stack(app, 'Links', { env: { account: '111111111111', region: PRIMARY.region } });
  const media = new ReplicatedMediaBucket(stack, 'Media', {
    bucketName: PRIMARY.bucket,
    replicas: [
      {
        region: REPLICA.region,
        bucketName: REPLICA.bucket,
        proxy: { domainName: PROXY, clientCidrs: [`${CLIENT}/24`], isolation: {}, ...options },
      },
    ],
  });
  new MediaRouter(stack, 'Router', {
    media,
    ipRanges: [{ cidr: `${CLIENT}/24`, region: REPLICA.region }],
  });
  return app.synth();
}

const SERVED = { primary: { domainName: PROXY_PRIMARY } };

async function routerOf(options: Partial<S3MediaProxyOptions>): Promise<DeployedFunction> {
  const router = DeployedFunction.from({
    assembly: synthesise(options),
    stackName: 'Links',
    logicalId: 'RouterFunction',
    resolve: (logicalId, attribute) => (/Bucket/.test(logicalId) && !attribute ? PRIMARY.bucket : logicalId),
    env: {
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_ENDPOINT_URL_APPCONFIGDATA: appConfig.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
      NODE_EXTRA_CA_CERTS: join(dir, 'ca.pem'),
      HOSTS: JSON.stringify(world.hosts),
    },
  });
  routers.push(router);
  return router.start();
}

/** The command of the proxy's servers, with the names that S3 and EC2 would fill in. */
function proxyCommand(): string[] {
  const { stacks } = synthesise(SERVED);
  const { template } = stacks.find(({ environment }) => environment.region === REPLICA.region)!;
  return commandIn(template, (logicalId, attribute) => {
    if (attribute === 'DnsEntries') return [`Z7HUB22UULQXV:*.${ENDPOINT}`, `Z7HUB22UULQXV:*.${ENDPOINT}.zonal`];
    return template.Resources[logicalId].Type === 'AWS::S3::Bucket' ? REPLICA.bucket : undefined;
  });
}

/** The links that the client in the studio cannot read, and how many it reads from the primary. */
async function readAll(router: DeployedFunction, request: object): Promise<{ dead: string[]; fromPrimary: number }> {
  const { links } = await router.invoke({
    operation: 'ResolveLinks',
    objects: objects.map(({ key, isReplicated }) => ({ key, createdAt: isReplicated ? OLD : NEW() })),
    ...request,
  });
  const answers = await studio.read(links.map(({ url }: any) => url));
  const dead = links.flatMap(({ key, region, url, reason }: any, index: number) => {
    const { status, sha256, error } = answers[index];
    const isRead = status === 200 && sha256 === hashOf(key, region);
    return isRead ? [] : [`${new URL(url).host} ${reason}: ${error ?? status}`];
  });
  return { dead, fromPrimary: links.filter(({ source }: any) => source === 'primary').length };
}

beforeAll(async () => {
  expect(objects.filter(({ isReplicated }) => isReplicated)).toHaveLength(REPLICATED);
  writeFileSync(join(dir, 'ca.pem'), authority.certificate);
  [dynamo] = await Promise.all([DynamoDbLocal.start(), appConfig.start(), ...servers.map((server) => server.start())]);
  await recordBackfills(dynamo, synthesise(SERVED), 'Links', (logicalId) => logicalId);
  await world.start();
  for (const { bucket: Bucket, region } of [PRIMARY, REPLICA]) {
    const s3 = world.client(region);
    const stored = objects.filter(({ isReplicated }) => region === PRIMARY.region || isReplicated);
    while (stored.length > 0) {
      await Promise.all(
        stored
          .splice(0, 8)
          .map(({ key: Key }) => s3.send(new PutObjectCommand({ Bucket, Key, Body: contentOf(Key, region) }))),
      );
    }
    s3.destroy();
  }
  dns.addresses = [REPLICA.address];
  await dns.listen(NAMESERVER);
  proxy = new ProxyServer({
    command: proxyCommand(),
    port: PROXY_PORT,
    nameserver: NAMESERVER,
    authority: authority.certificate,
  });
  await proxy.start();
  await studio.start();
  const certificates: { [name: string]: KeyPair } = {};
  for (const name of [PROXY, PROXY_PRIMARY]) certificates[name] = authority.issue(name);
  balancer = new LoadBalancer(certificates, PROXY_PORT);
  await balancer.listen(BALANCER);
}, 180_000);

afterAll(async () => {
  for (const router of routers) router.kill();
  studio.stop();
  balancer?.close();
  proxy?.stop();
  dns.close();
  await world.stop();
  servers.forEach((server) => server.stop());
  appConfig.stop();
  dynamo?.stop();
  rmSync(dir, { recursive: true, force: true });
});

beforeEach(() => {
  appConfig.document = JSON.stringify({ ipRanges: { [REPLICA.region]: [`${CLIENT}/24`] } });
});

describe('a client that can reach the proxy only', () => {
  test('cannot connect to S3', async () => {
    const [{ status, error }] = await studio.read([`https://${hostOf(PRIMARY)}/`]);
    expect([status, error]).toEqual([0, 'ENOTFOUND']);
    const [byAddress] = await studio.read([`https://${PRIMARY.address}/`]);
    expect([byAddress.status, byAddress.error]).toEqual([0, expect.stringMatching(/^E(NETUNREACH|CONNREFUSED)$/)]);
  });

  test(`reads ${OBJECTS} objects, of which ${OBJECTS - REPLICATED} are not in the replica yet`, async () => {
    const router = await routerOf(SERVED);
    expect(await readAll(router, { preference: 'auto', ...VIEWER })).toEqual({
      dead: [],
      fromPrimary: OBJECTS - REPLICATED,
    });
  });

  test('reads all objects from the primary if it prefers that, or if the region is drained', async () => {
    const router = await routerOf(SERVED);
    expect(await readAll(router, { preference: 'no', ...VIEWER })).toEqual({ dead: [], fromPrimary: OBJECTS });
    appConfig.document = JSON.stringify({
      ipRanges: { [REPLICA.region]: [`${CLIENT}/24`] },
      drainedRegions: [REPLICA.region],
    });
    const drained = await routerOf(SERVED);
    expect(await readAll(drained, { preference: 'yes', ...VIEWER })).toEqual({ dead: [], fromPrimary: OBJECTS });
  });

  test('reads no object that is not in the replica if the proxy does not serve the primary', async () => {
    const router = await routerOf({});
    const { dead } = await readAll(router, { preference: 'auto', ...VIEWER });
    expect(dead).toHaveLength(OBJECTS - REPLICATED);
    expect(new Set(dead)).toEqual(new Set([`${hostOf(PRIMARY)} too-new: ENOTFOUND`]));
  });
});

describe('the proxy', () => {
  const get = async (host: string, path: string) => (await studio.read([`https://${host}${path}`]))[0].status;

  test('tells whether it reaches S3 in both regions', async () => {
    expect(await get(PROXY, '/ping/s3')).toBe(200);
    expect(await get(PROXY, '/ping/primary')).toBe(200);
  });

  test('serves a link only under the name of its bucket: S3 rejects the signature of another region', async () => {
    const router = await routerOf(SERVED);
    const { links } = await router.invoke({
      operation: 'ResolveLinks',
      ...{ preference: 'no', objects: [{ key: objects[0].key }], ...VIEWER },
    });
    const { url } = links[0];
    expect(new URL(url).host).toBe(PROXY_PRIMARY);
    const swapped = url.replace(PROXY_PRIMARY, PROXY);
    expect((await studio.read([url, swapped])).map(({ status }) => status)).toEqual([200, 400]);
  });

  test('sends S3 only the host names for which links are signed', () => {
    for (const { region, ...place } of [PRIMARY, REPLICA]) {
      for (const { servername, sent } of world.front(region).seen) {
        expect(servername).toBe(hostOf({ region, ...place }));
        for (const [, host] of sent.matchAll(/^host: (.*)\r$/gim)) expect(host).toBe(servername);
      }
    }
  });
});
