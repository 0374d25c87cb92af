import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { AppConfig } from './support/app-config';
import { DeployedFunction } from './support/deployed-function';
import { DynamoDbLocal } from './support/dynamodb-local';
import { HttpAuthorizer, LinkAccess, MediaRouter, ReplicatedMediaBucket } from '../../src';

const [PRIMARY, REPLICA] = ['us-east-1', 'eu-west-1'];
const TABLE = 'users';
const objects = [{ key: 'film.mp4', createdAt: '2020-01-01T00:00:00Z' }];

const dir = mkdtempSync(join(tmpdir(), 'users-'));
const appConfig = new AppConfig();
const instances: DeployedFunction[] = [];
let dynamo: DynamoDbLocal;
let assembly: CloudAssembly;

/** An instance of the deployed function. */
async function instance(): Promise<DeployedFunction> {
  const fn = DeployedFunction.from({
    assembly,
    stackName: 'Links',
    logicalId: 'RouterFunction',
    resolve: (logicalId) => (logicalId.startsWith('RouterUserPreferences') ? TABLE : logicalId.toLowerCase()),
    env: {
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_ENDPOINT_URL_APPCONFIGDATA: appConfig.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
    },
  });
  instances.push(fn);
  return fn.start();
}

beforeAll(async () => {
  const app = new App({ outdir: join(dir, 'cdk.out'), analyticsReporting: false });
  const stack = new Stack(app, 'Links', { env: { region: PRIMARY } });
  const media = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Media', {
    primary: { bucketName: 'media-us', region: PRIMARY },
    replicas: [{ bucketName: 'media-eu', region: REPLICA, ruleId: 'rule' }],
  });
  new MediaRouter(stack, 'Router', {
    media,
    userPreferences: {},
    httpApi: { authorizer: HttpAuthorizer.iam() },
    access: LinkAccess.all(),
  });
  assembly = app.synth();
  const { Resources } = assembly.getStackByName('Links').template;
  const [{ Properties }] = Object.values<any>(Resources).filter(({ Type }) => Type === 'AWS::DynamoDB::Table');
  [dynamo] = await Promise.all([DynamoDbLocal.start(), appConfig.start()]);
  await dynamo.createTable(TABLE, Properties);
}, 120_000);

afterAll(() => {
  instances.forEach((each) => each.kill());
  dynamo.stop();
  appConfig.stop();
  rmSync(dir, { recursive: true, force: true });
});

const regionFor = async (fn: DeployedFunction, user: string) =>
  (await fn.invoke({ operation: 'ResolveLinks', user, objects })).links[0].region;

test('a stored preference applies in every instance within 30 seconds, and at once in GetPreference', async () => {
  const [one, other] = [await instance(), await instance()];
  expect(await regionFor(other, 'anna')).toBe(PRIMARY);
  await one.invoke({ operation: 'PutPreference', user: 'anna', preference: 'yes', region: REPLICA });
  expect(await regionFor(one, 'anna')).toBe(REPLICA);
  expect(await other.invoke({ operation: 'GetPreference', user: 'anna' })).toEqual({
    user: 'anna',
    preference: 'yes',
    region: REPLICA,
  });
  expect(await regionFor(other, 'anna')).toBe(REPLICA);
  await one.invoke({ operation: 'PutPreference', user: 'anna', preference: null });
  expect(await regionFor(other, 'anna')).toBe(REPLICA); // cached
  other.aheadMs = 31_000;
  expect(await regionFor(other, 'anna')).toBe(PRIMARY);
  expect(await dynamo.scan(TABLE)).toEqual([]);
});

test('users over HTTP manage their own preference only', async () => {
  const fn = await instance();
  const call = async (routeKey: string, sub: string | undefined, request: object = {}) => {
    const { statusCode, body } = await fn.invoke({
      version: '2.0',
      routeKey,
      rawQueryString: 'user=anna',
      body: JSON.stringify(request),
      requestContext: { http: { sourceIp: '203.0.113.9' }, authorizer: { jwt: { claims: { sub } } } },
    });
    return [statusCode, JSON.parse(body)];
  };
  expect(await call('PUT /preference', 'bert', { preference: 'yes', user: 'anna' })).toEqual([
    200,
    { user: 'bert', preference: 'yes' },
  ]);
  expect(await call('GET /preference', 'anna')).toEqual([200, { user: 'anna' }]);
  expect((await call('POST /links', 'bert', { objects }))[1].links[0].region).toBe(REPLICA);
  expect((await call('POST /links', 'anna', { objects }))[1].links[0].region).toBe(PRIMARY);
  expect((await call('PUT /preference', undefined, { preference: 'no', user: 'bert' }))[0]).toBe(403);
  expect(await dynamo.scan(TABLE)).toEqual([{ user: 'bert', preference: 'yes' }]);
});

test('a table that does not answer delays links by 300 ms and does not fail them', async () => {
  const fn = await instance();
  await fn.invoke({ operation: 'PutPreference', user: 'carl', preference: 'yes' });
  const fresh = await instance();
  await regionFor(fresh, 'nobody');
  dynamo.pause();
  try {
    const started = Date.now();
    expect(await regionFor(fresh, 'carl')).toBe(PRIMARY);
    expect(Date.now() - started).toBeLessThan(1_500);
    expect(await regionFor(fn, 'carl')).toBe(REPLICA); // cached
  } finally {
    dynamo.resume();
  }
  expect(fresh.log).toContain('UserPreferencesUnavailable');
  const withUser = fresh.log.split('\n').filter((line) => line.includes('carl'));
  expect(withUser.map((line) => JSON.parse(line).message)).toEqual(['links issued']); // the audit record
  expect(await regionFor(fresh, 'carl')).toBe(REPLICA);
});
