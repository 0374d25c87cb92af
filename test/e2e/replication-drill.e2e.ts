import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { AppConfig } from './support/app-config';
import { Cloud } from './support/deployment/cloud';
import { ACCOUNT, Deployments } from './support/deployment/deployments';
import { DynamoDbLocal } from './support/dynamodb-local';
import { MediaRouter, ReplicatedMediaBucket, ReplicationDrill } from '../../src';
import { isAllowed, principalOf } from '../simulators/iam';
import { currentOf } from '../simulators/s3';

const MINUTE = 60_000;
const STACK = 'Studio';
const PRIMARY = 'us-east-1';
const DUBLIN = 'eu-west-1';
const SYDNEY = 'ap-southeast-2';
const VIEWERS = { [DUBLIN]: '10.20.1.5', [SYDNEY]: '10.30.1.5' };
/** Objects that S3 was replicating already may still arrive. */
const STRAGGLERS_MINUTES = 60;

let dir: string;
let dynamo: DynamoDbLocal;
let appConfig: AppConfig;
let cloud: Cloud;
let deployments: Deployments;
let assembly: CloudAssembly;
let buckets: Record<string, string>;
let routerArn: string;
let uploads = 0;
const reasons = new Set<string>();

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drill-'));
  dynamo = await DynamoDbLocal.start();
  appConfig = new AppConfig();
  await appConfig.start();
  cloud = await Cloud.start(dynamo, { AWS_ENDPOINT_URL_APPCONFIGDATA: appConfig.endpoint });
  const app = new App({ outdir: dir, analyticsReporting: false });
  const stack = new Stack(app, STACK, { env: { region: PRIMARY, account: ACCOUNT } });
  const media = new ReplicatedMediaBucket(stack, 'Media', { replicas: [{ region: DUBLIN }, { region: SYDNEY }] });
  const ipRanges = Object.entries(VIEWERS).map(([region, address]) => ({ cidr: `${address}/32`, region }));
  const router = new MediaRouter(stack, 'Router', { media, ipRanges });
  new ReplicationDrill(stack, 'Drill', { media, router, replicaRegions: [DUBLIN] });
  const names = Object.fromEntries(
    [media.primary, ...media.replicas.map(({ bucket }) => bucket)].map((bucket) => [
      bucket.env.region,
      [Stack.of(bucket).stackName, Stack.of(bucket).resolve(bucket.bucketName)],
    ]),
  );
  assembly = app.synth();
  appConfig.document = resourcesOf('AWS::AppConfig::HostedConfigurationVersion')[0].Properties.Content;
  deployments = new Deployments(cloud);
  await deployments.deploy(assembly);
  buckets = Object.fromEntries(
    Object.entries(names).map(([region, [owner, name]]) => [region, deployments.resolve(owner, name)]),
  );
  routerArn = [...cloud.functions.values()].find(({ logicalId }) => logicalId.startsWith('RouterFunction'))!.arn;
}, 120_000);

afterAll(async () => {
  await cloud?.stop();
  await dynamo?.deleteTables();
  dynamo?.stop();
  appConfig?.stop();
  rmSync(dir, { recursive: true, force: true });
});

function resourcesOf(type: string): any[] {
  return Object.values<any>(assembly.getStackByName(STACK).template.Resources).filter(({ Type }) => Type === type);
}

const template = () => deployments.resolve(STACK, resourcesOf('AWS::FIS::ExperimentTemplate')[0].Properties);

/** What AWS FIS does at the start of an experiment. */
function start(): void {
  const { Targets, Actions, RoleArn } = template();
  const [[tag, value]] = Object.entries(Targets.Primary.ResourceTags);
  const tagged = resourcesOf('AWS::S3::Bucket').filter(({ Properties }) =>
    Properties.Tags?.some(({ Key, Value }: any) => Key === tag && Value === value),
  );
  expect(tagged).toHaveLength(1);
  const paused = Object.values<any>(Actions).map(({ Parameters }) => {
    const source = `arn:aws:s3:::${buckets[PRIMARY]}`;
    for (const action of ['GetReplicationConfiguration', 'PutReplicationConfiguration', 'PauseReplication']) {
      const context = {
        's3:isreplicationpauserequest': 'true',
        's3:destinationregion': Parameters.region,
      };
      expect([action, may(RoleArn, `s3:${action}`, source, context)]).toEqual([action, true]);
    }
    return Parameters.destinationBuckets as string;
  });
  const startedAt = cloud.s3.clock.now();
  cloud.s3.replicator.isHeld = (destination, { completedAt, ordinal }) => {
    if (!paused.some((bucket) => destination.endsWith(bucket))) return false;
    const isStraggler = completedAt < startedAt + STRAGGLERS_MINUTES * MINUTE && ordinal % 2 === 0;
    return !isStraggler;
  };
}

function end(): void {
  cloud.s3.replicator.isHeld = undefined;
}

function may(roleArn: string, action: string, resource: string, context: Record<string, string>): boolean {
  const principal = principalOf(roleArn);
  const request = { principal, action, resource, resourceAccount: ACCOUNT, context };
  return isAllowed(request, { identity: cloud.s3.roles.policiesOf(principal) });
}

async function pass(minutes: number): Promise<void> {
  cloud.advance(minutes * MINUTE);
  await cloud.settle();
  cloud.s3.replicator.reportLate();
  await cloud.runSchedules('minutes');
}

function upload(): void {
  cloud.s3.buckets.put(buckets[PRIMARY], `films/${++uploads}.mp4`, `${uploads}`);
}

/** Opens links to all media as a viewer, and counts those to the replica. */
async function watch(region: keyof typeof VIEWERS): Promise<number> {
  const { versions } = cloud.s3.buckets.get(buckets[PRIMARY]);
  const objects = versions.map(({ key, completedAt }) => ({ key, createdAt: new Date(completedAt).toISOString() }));
  const { links } = await cloud.invoke(routerArn, {
    operation: 'ResolveLinks',
    preference: 'auto',
    clientIp: VIEWERS[region],
    objects,
  });
  const dead = links.filter((link: any) => !currentOf(cloud.s3.buckets.get(buckets[link.region]), link.key));
  expect(dead).toEqual([]);
  for (const { reason } of links) reasons.add(reason);
  return links.filter((link: any) => link.region === region).length;
}

test('viewers are served during a drill, from the replica that has the media', async () => {
  for (let hour = 0; hour < 3; hour++) {
    upload();
    await pass(60);
  }
  expect([await watch(DUBLIN), await watch(SYDNEY)]).toEqual([3, 3]);

  start();
  const { duration } = template().Actions[`Pause-${DUBLIN}`].Parameters;
  const minutes = Number(/^PT(\d+)M$/.exec(duration)![1]);
  for (let passed = 0; passed < minutes; passed += 5) {
    upload();
    await pass(5);
    await watch(DUBLIN);
    await watch(SYDNEY);
  }
  // Half of the media of the first hour arrived, and nothing after it.
  const nearDuring = await watch(DUBLIN);
  expect(nearDuring).toBeGreaterThanOrEqual(3);
  expect(nearDuring).toBeLessThanOrEqual(3 + STRAGGLERS_MINUTES / 5 / 2 + 1);
  expect(await watch(SYDNEY)).toBeGreaterThan(nearDuring);

  end();
  for (let hour = 0; hour < 2; hour++) await pass(60);
  expect([await watch(DUBLIN), await watch(SYDNEY)]).toEqual([uploads, uploads]);
  expect([...reasons].filter((reason) => /slow|failing|not-answering/.test(reason))).toEqual([]);
}, 120_000);

test('the role cannot change the replication of the bucket otherwise', () => {
  const { RoleArn } = template();
  const [primary, replica] = [PRIMARY, DUBLIN].map((region) => `arn:aws:s3:::${buckets[region]}`);
  const pause = { 's3:isreplicationpauserequest': 'true', 's3:destinationregion': DUBLIN };
  expect(may(RoleArn, 's3:PutReplicationConfiguration', primary, {})).toBe(false);
  expect(may(RoleArn, 's3:PutReplicationConfiguration', replica, pause)).toBe(false);
  expect(may(RoleArn, 's3:PauseReplication', primary, { ...pause, 's3:destinationregion': SYDNEY })).toBe(false);
  expect(may(RoleArn, 's3:GetObject', `${primary}/films/1.mp4`, {})).toBe(false);
});
