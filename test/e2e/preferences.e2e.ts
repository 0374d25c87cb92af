import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { App, Stack } from 'aws-cdk-lib';
import { AppConfig } from './support/app-config';
import { PYTHON_BIN, Shell } from './support/aws-cli';
import { DeployedFunction } from './support/deployed-function';
import { DynamoDbLocal } from './support/dynamodb-local';
import { eventually } from './support/eventually';
import { Moto } from './support/moto';
import { RegionGateway } from './support/region-gateway';
import { recordBackfills } from './support/replica-state';
import { MediaReplicationStack } from '../../src';
import { AppConfigControl } from '../support/app-config-control';
import { Markdown } from '../support/markdown';

const ROOT = join(__dirname, '../..');
const [PRIMARY, REPLICA] = ['us-east-1', 'eu-west-1'];
const PROGRAM = 'npx cdk-media-replication preferences';
const objects = [{ key: 'film.mp4', createdAt: '2020-01-01T00:00:00Z' }];
const near = { preference: 'auto', clientIp: '10.20.1.5', objects };

const dir = mkdtempSync(join(tmpdir(), 'preferences-'));
const data = new AppConfig();
const control = new AppConfigControl();
const controlOfStandby = new AppConfigControl();
let moto: Moto;
let gateway: RegionGateway;
let dynamo: DynamoDbLocal;
let router: DeployedFunction;
let validator: DeployedFunction;

/** The commands of the runbook, in their order. */
const commands = new Markdown(readFileSync(join(ROOT, 'docs/operations.md'), 'utf8')).codeBlocks
  .flatMap(({ code }) => code.split('\n'))
  .filter((line) => line.startsWith(PROGRAM));

/** Runs the bundled command line, with the real AWS CLI. */
async function run(command: string): Promise<string> {
  const script = command.replace(/^npx cdk-media-replication/, `node ${join(ROOT, 'assets/cli/index.js')}`);
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: dir,
    env: {
      PATH: [PYTHON_BIN, process.env.PATH].join(delimiter),
      HOME: dir,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_ENDPOINT_URL: gateway.endpoint,
      AWS_MAX_ATTEMPTS: '1',
    },
  });
  return stdout;
}

const reasonNow = async () => {
  router.aheadMs += 31_000;
  return (await router.invoke({ operation: 'ResolveLinks', ...near })).links[0].reason;
};

beforeAll(async () => {
  const app = new App({ outdir: join(dir, 'cdk.out'), analyticsReporting: false });
  new MediaReplicationStack(app, 'Studio', {
    env: { region: PRIMARY },
    media: { replicas: [{ region: REPLICA }] },
    router: { ipRanges: [{ cidr: '10.20.0.0/16', region: REPLICA }] },
  });
  const pair = new MediaReplicationStack(app, 'Pair', {
    env: { region: PRIMARY },
    media: { replicas: [{ region: REPLICA }], writeToReplicas: true },
    router: { standby: { region: REPLICA } },
  });
  const { stackName: standbyStack } = Stack.of(pair.router.standby!);
  const assembly = app.synth();
  const { Outputs, Resources } = assembly.getStackByName('Studio').template;
  const [version] = Object.values<any>(Resources).filter(({ Type }) => /HostedConfigurationVersion$/.test(Type));

  [moto, dynamo] = await Promise.all([
    Moto.start(),
    DynamoDbLocal.start(),
    data.start(),
    control.start(),
    controlOfStandby.start(),
  ]);
  const stacks = Number(new URL(moto.endpoint).port);
  gateway = new RegionGateway({
    servers: {
      appconfig: { [PRIMARY]: control.port, [REPLICA]: controlOfStandby.port },
      cloudformation: { [PRIMARY]: stacks, [REPLICA]: stacks },
    },
  });
  await gateway.start();
  await recordBackfills(dynamo, assembly, 'Studio', (logicalId) => logicalId.toLowerCase());
  const config = `version: 1\nstackName: Studio\nregion: ${PRIMARY}\nmedia: { replicas: [{ region: ${REPLICA} }] }\n`;
  writeFileSync(join(dir, 'media.yaml'), config);
  writeFileSync(
    join(dir, 'pair.yaml'),
    config.replace('Studio', 'Pair').replace(']', '], writeToReplicas: true') +
      `router: { standby: { region: ${REPLICA} } }\n`,
  );
  const ids = Object.values(control.ids).join('/');
  expect(Outputs.RouterPreferences.Value['Fn::Join'][1].map((part: any) => (part.Ref ? 'id' : part)).join('')).toBe(
    'id/id/id',
  );
  const template = {
    Resources: { Topic: { Type: 'AWS::SNS::Topic' } },
    Outputs: { RouterPreferences: { Value: ids } },
  };
  writeFileSync(join(dir, 'stack.json'), JSON.stringify(template));
  const aws = new Shell({ dir, region: PRIMARY, env: { AWS_ENDPOINT_URL: moto.endpoint }, values: {} });
  const create = (stackName: string, region = PRIMARY) =>
    aws.run(
      `aws cloudformation create-stack --stack-name ${stackName} --region ${region} --template-body file://stack.json`,
    );
  await Promise.all([create('Studio'), create('Pair'), create(standbyStack, REPLICA)]);

  const fn = (logicalId: string) => {
    const env = {
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_ENDPOINT_URL_APPCONFIGDATA: data.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
    };
    return DeployedFunction.from({ assembly, stackName: 'Studio', logicalId, env }).start();
  };
  for (const each of [control, controlOfStandby]) each.deploy(JSON.parse(version.Properties.Content));
  data.document = control.document!;
  [router, validator] = await Promise.all([fn('RouterFunction'), fn('RouterPreferencesValidator')]);
  control.validate = async (document) => {
    await validator.invoke({ content: Buffer.from(document).toString('base64') });
  };
  control.onDeployed = (document) => (data.document = document);
}, 180_000);

afterAll(() => {
  router?.kill();
  validator?.kill();
  moto?.stop();
  dynamo?.stop();
  data.stop();
  control.stop();
  controlOfStandby.stop();
  gateway?.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('a drained region gets no more links, and gets them again after undrain', async () => {
  expect(await reasonNow()).toBe('delay-over');
  expect(await run(`${PROGRAM} drain ${REPLICA} --dry-run`)).toContain(`auto\t1\t1\t${REPLICA} -> ${PRIMARY}: 1`);
  expect(await reasonNow()).toBe('delay-over');
  await run(`${PROGRAM} drain ${REPLICA}`);
  await eventually(async () => expect(await reasonNow()).toBe('region-drained'));
  await run(`${PROGRAM} undrain ${REPLICA}`);
  await eventually(async () => expect(await reasonNow()).toBe('delay-over'));
}, 120_000);

test("the deployed validator's message reaches the operator, and the router keeps its preferences", async () => {
  const { application, environment, profile } = control.ids;
  const ids = `--application ${application} --environment ${environment} --profile ${profile} --region ${PRIMARY}`;
  const before = control.document;
  await expect(run(`${PROGRAM} drain ap-southeast-2 ${ids}`)).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining(
      `drainedRegions[0]: got "ap-southeast-2", expected the region of a replica (${REPLICA})`,
    ),
  });
  expect(control.document).toBe(before);
  expect(await reasonNow()).toBe('delay-over');
}, 120_000);

test('a router and its standby get the same change, also one after the other while a Region does not answer', async () => {
  const drained = () =>
    [control, controlOfStandby].map(({ document }) => JSON.parse(document!).drainedRegions as string[] | undefined);
  const PAIR = '-c pair.yaml';
  await run(`${PROGRAM} drain ${REPLICA} ${PAIR}`);
  expect(drained()).toEqual([[REPLICA], [REPLICA]]);
  gateway.off.add(PRIMARY);
  await expect(run(`${PROGRAM} undrain ${REPLICA} ${PAIR}`)).rejects.toMatchObject({
    code: 2,
    stdout: expect.stringContaining(`standby in ${REPLICA}`),
    stderr: expect.stringContaining(`router in ${PRIMARY}: aws cloudformation describe-stacks failed`),
  });
  expect(drained()).toEqual([[REPLICA], []]);
  gateway.off.delete(PRIMARY);
  expect(await run(`${PROGRAM} get --json ${PAIR}`)).toContain(REPLICA);
  await run(`${PROGRAM} undrain ${REPLICA} ${PAIR}`);
  expect(drained()).toEqual([[], []]);
}, 120_000);

describe('the commands of the runbook', () => {
  test('are complete', () => expect(commands.length).toBeGreaterThan(7));

  test.each(commands)('%s', async (command) => {
    expect(await run(command)).not.toContain('undefined');
  });

  test('leave a document that the router uses', async () => {
    expect(JSON.parse(control.document!)).toMatchObject({
      defaultPreference: 'auto',
      replicationDelaySeconds: 1800,
      ipRanges: { [REPLICA]: ['10.20.0.0/16', '10.21.0.0/16'] },
      drainedRegions: [],
      regionWeights: { [REPLICA]: 25 },
    });
    expect(['delay-over', 'region-weighted']).toContain(await reasonNow());
  });
});
