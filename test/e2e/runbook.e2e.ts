import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { CfnKey } from 'aws-cdk-lib/aws-kms';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Shell } from './support/aws-cli';
import { ACCOUNT, BackfillWorld } from './support/backfill-world';
import { CanaryWorld, PRIMARY, REPLICA } from './support/canary-world';
import { eventually } from './support/eventually';
import { LambdaEndpoint } from './support/lambda-endpoint';
import { LocalhostProxy } from './support/localhost-proxy';
import { MeetingsWorld, TABLE } from './support/meetings-world';
import { Moto } from './support/moto';
import { CREDENTIALS } from './support/s3-server';
import { ReplicatedMediaBucket } from '../../src';
import { Markdown } from '../support/markdown';
import { primaryStack } from '../support/synth';

const DOCS = join(__dirname, '../../docs');
const REGION = 'us-east-1';
const KEY = 'films/ü-100%+1.mp4';

/** Names of commands that other documents than the runbook mention, which are not to be run. */
const MENTIONS = [
  'aws s3 sync',
  'aws s3api head-object',
  'aws s3api put-bucket-encryption',
  'aws s3control describe-job',
  'aws cloudwatch set-alarm-state',
  'aws sqs start-message-move-task',
  'aws cloudformation deploy',
  'aws cloudformation get-template',
  'aws cloudformation delete-stack',
];

/** The commands in the documents for the AWS CLI: in code blocks, which are whole scripts, and inline. */
const commands = [
  ...new Set(
    readdirSync(DOCS, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .flatMap((name) => {
        const { codeBlocks, codeSpans } = new Markdown(readFileSync(join(DOCS, name), 'utf8'));
        const scripts = codeBlocks.filter(({ language }) => ['sh', 'bash', 'shell', 'console'].includes(language));
        return [...scripts.map(({ code }) => code.trim()), ...codeSpans].filter(
          (code) => /(^|[|(] ?)aws \w/m.test(code) && (name === 'operations.md' || !MENTIONS.includes(code)),
        );
      }),
  ),
];

const tested = new Set<string>();

/** Tests all commands that contain a text, or match an expression. */
function each(text: string | RegExp, run: (command: string) => Promise<void>): void {
  const found = commands.filter((command) => (text instanceof RegExp ? text.test(command) : command.includes(text)));
  if (found.length === 0) throw new Error(`No document has a command with "${text}".`);
  for (const command of found) {
    tested.add(command);
    test(command.replace(/\s+/g, ' '), () => run(command));
  }
}

const dir = mkdtempSync(join(tmpdir(), 'runbook-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const shell = (env: Record<string, string>, values: Record<string, string> = {}) =>
  new Shell({ dir, region: REGION, env, values });

describe('on moto', () => {
  let moto: Moto;
  let aws: Shell;

  beforeAll(async () => {
    moto = await Moto.start();
    aws = shell(
      { AWS_ENDPOINT_URL: moto.endpoint },
      { region: REGION, bucket: 'studio-media', primary: 'studio-media', replica: 'studio-media', key: KEY },
    );
    const rules = ['copy', 'other'].map((name, Priority) => ({
      ID: name,
      Priority,
      Status: 'Enabled',
      Filter: { Prefix: '' },
      DeleteMarkerReplication: { Status: 'Disabled' },
      Destination: { Bucket: `arn:aws:s3:::studio-media-${name}` },
    }));
    const replication = { Role: `arn:aws:iam::${ACCOUNT}:role/existing`, Rules: rules };
    writeFileSync(join(dir, 'replication.json'), JSON.stringify(replication));
    writeFileSync(join(dir, 'film.mp4'), 'film');
    await aws.run(`for name in studio-media studio-media-copy studio-media-other; do
      aws s3api create-bucket --bucket $name
      aws s3api put-bucket-versioning --bucket $name --versioning-configuration Status=Enabled
    done
    aws s3api put-bucket-encryption --bucket studio-media --server-side-encryption-configuration \\
      '{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}'
    aws s3api put-bucket-policy --bucket studio-media --policy '{"Version":"2012-10-17","Statement":[]}'
    aws s3api put-bucket-replication --bucket studio-media --replication-configuration file://replication.json
    aws s3api put-object --bucket studio-media --key <key> --body film.mp4 --content-type video/mp4 \\
      --cache-control max-age=60 --metadata title=ferien --tagging project=holidays --storage-class STANDARD_IA`);
  });
  afterAll(() => moto.stop());

  const rules = async () => {
    const output = await aws.run('aws s3api get-bucket-replication --bucket studio-media');
    return JSON.parse(output).ReplicationConfiguration.Rules.map(({ ID }: { ID: string }) => ID);
  };
  const head = async () => JSON.parse(await aws.run('aws s3api head-object --bucket <bucket> --key <key>'));

  for (const copy of ['aws s3api copy-object', 'aws s3 cp']) {
    each(copy, async (command) => {
      const { VersionId: before, LastModified: _, ...properties } = await head();
      await aws.run(command, { class: properties.StorageClass });
      const { VersionId: after, LastModified: __, ...copied } = await head();
      expect(after).not.toBe(before);
      expect(copied).toEqual(properties);
      expect(copied).toMatchObject({
        ContentType: 'video/mp4',
        CacheControl: 'max-age=60',
        Metadata: { title: 'ferien' },
        StorageClass: 'STANDARD_IA',
      });
      const tags = await aws.run('aws s3api get-object-tagging --bucket <bucket> --key <key> --query TagSet');
      expect(JSON.parse(tags)).toEqual([{ Key: 'project', Value: 'holidays' }]);
    });
  }

  each('starts_with(OutputKey', async (command) => {
    const copies = JSON.stringify({ version: 1, primary: {}, replicas: [] });
    const template = {
      Resources: { Topic: { Type: 'AWS::SNS::Topic' } },
      Outputs: { MediaCopies1A2B3C4D: { Value: copies }, MediaOther: { Value: 'other' } },
    };
    writeFileSync(join(dir, 'studio.json'), JSON.stringify(template));
    await aws.run('aws cloudformation create-stack --stack-name Studio --template-body file://studio.json');
    await aws.run(command);
    expect(readFileSync(join(dir, 'media.json'), 'utf8').trim()).toBe(copies);
    await aws.run('aws cloudformation delete-stack --stack-name Studio');
  });

  each('aws cloudwatch set-alarm-state', async (command) => {
    await aws.run(`aws cloudwatch put-metric-alarm --alarm-name latency --metric-name m --namespace n --statistic Sum \\
      --period 60 --evaluation-periods 1 --threshold 1 --comparison-operator GreaterThanThreshold`);
    await aws.run(command, { name: 'latency' });
    const states = await aws.run("aws cloudwatch describe-alarms --query 'MetricAlarms[].StateValue' --output text");
    expect(states.trim()).toBe('ALARM');
  });

  each('aws cloudformation delete-stack', async (command) => {
    const template = { Resources: { Topic: { Type: 'AWS::SNS::Topic' } } };
    await aws.run(`aws cloudformation create-stack --stack-name replica --template-body '${JSON.stringify(template)}'`);
    await aws.run(command, { name: 'replica' });
    const stacks = 'aws cloudformation describe-stacks --query "Stacks[].StackName" --output text';
    expect((await aws.run(stacks)).trim()).toBe('');
  });

  each('aws cloudformation list-stacks', async (command) => {
    expect(JSON.parse(await aws.run(command))).toHaveProperty('StackSummaries');
  });

  each('aws kms schedule-key-deletion', async (command) => {
    const id = (await aws.run('aws kms create-key --query KeyMetadata.KeyId --output text')).trim();
    await aws.run(command, { id });
    const state = await aws.run('aws kms describe-key --key-id <id> --query KeyMetadata.KeyState', { id });
    expect(JSON.parse(state)).toBe('PendingDeletion');
  });

  each('aws s3 ls --summarize', async (command) => expect(await aws.run(command)).toMatch(/Total Objects: 1/));

  each('> before.json', async (command) => {
    await aws.run(command);
    expect(JSON.parse(readFileSync(join(dir, 'before.json'), 'utf8')).Rules).toHaveLength(2);
    expect(JSON.parse(readFileSync(join(dir, 'policy.json'), 'utf8'))).toHaveProperty('Statement');
  });

  each('others.json', async (command) => {
    await aws.run(command);
    expect(await rules()).toEqual(['other']);
  });

  each('aws s3api delete-bucket-replication', async (command) => {
    await aws.run(command, { 'old primary': 'studio-media' });
    await expect(rules()).rejects.toThrow('ReplicationConfigurationNotFoundError');
  });

  each('file://before.json', async (command) => {
    await aws.run(command);
    expect(await rules()).toEqual(['copy', 'other']);
  });

  each(/^aws s3api get-bucket-replication /, async (command) => {
    expect(await aws.run(command)).toContain('arn:aws:s3:::studio-media-copy');
  });
});

describe('on two MinIO servers and with the deployed canary', () => {
  let world: CanaryWorld;
  let aws: Shell;

  beforeAll(async () => {
    world = await CanaryWorld.start({});
    world.replicate();
    world.lambda.functions.set('canary', world.canary);
    aws = shell(
      {
        AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
        AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${world.servers[PRIMARY].port}`,
        AWS_ENDPOINT_URL_LAMBDA: world.lambda.endpoint,
      },
      { region: PRIMARY, bucket: 'canary-primary', primary: 'canary-primary', key: KEY, function: 'canary' },
    );
  }, 120_000);
  afterAll(() => world.stop());

  each('--query ReplicationStatus', async (command) => {
    await world.put(PRIMARY, KEY);
    await eventually(async () => expect(await world.settled()).toBe(true));
    expect(await aws.run(command, { replica: 'canary-primary' })).toContain('COMPLETED');
    await world.empty(PRIMARY);
    await world.empty(REPLICA);
  });

  each('--cli-read-timeout 900', async (command) => {
    const output = await aws.run(command);
    expect(output).toContain('"failures":[]');
    expect(output).not.toContain('FunctionError');
  });

  each('aws s3api list-object-versions', async (command) => {
    const remove = commands.find((other) => other.startsWith('aws s3api delete-object '))!;
    tested.add(remove);
    await world.put(PRIMARY, 'film.mp4');
    for (const prefix of ['', 'films/']) {
      const key = `${prefix}${world.folder}leftover`;
      await world.put(PRIMARY, key);
      const { Versions } = JSON.parse(await aws.run(command, { prefix }));
      expect(Versions.map(({ Key }: { Key: string }) => Key)).toEqual([key]);
      await aws.run(remove, { key, 'version id': Versions[0].VersionId });
    }
    expect(await world.versions(PRIMARY)).toEqual([expect.stringMatching(/^film.mp4 /)]);
  });
});

describe('with the deployed functions of the backfill and a simulated S3 Control API', () => {
  const lambda = new LambdaEndpoint();
  const proxy = new LocalhostProxy();
  let world: BackfillWorld;
  let aws: Shell;

  beforeAll(async () => {
    world = await BackfillWorld.start();
    await lambda.start();
    lambda.functions.set('status', world.fn('Status'));
    aws = shell({
      AWS_ENDPOINT_URL_LAMBDA: lambda.endpoint,
      AWS_ENDPOINT_URL_S3_CONTROL: world.control.endpoint,
      http_proxy: await proxy.start(),
      no_proxy: '127.0.0.1',
    });
    await world.put('films/old.mp4');
    await world.deploy('Create', { existingBucket: true });
  }, 120_000);
  afterAll(() => {
    proxy.stop();
    lambda.stop();
    world.stop();
  });

  each('DescribeReplication', async (command) => {
    const output = await aws.run(command, { name: 'status' });
    expect(output).toContain('"jobs":[{');
    expect(output).not.toContain('FunctionError');
  });

  each('aws s3control update-job-status', async (command) => {
    const { jobId } = world.jobs()[0];
    await aws.run(command, { account: ACCOUNT, jobId });
    expect(world.jobs()[0].status).toMatch(/Cancel/);
  });
});

describe('with the deployed functions of the meetings, a simulated Chime API and DynamoDB Local', () => {
  const lambda = new LambdaEndpoint();
  let world: MeetingsWorld;
  let aws: Shell;

  beforeAll(async () => {
    world = await MeetingsWorld.start({ 'town-hall': { mediaRegion: REGION } });
    await world.deploy('Create', 'town-hall');
    await lambda.start();
    lambda.functions.set('host', world.fn('Host'));
    lambda.functions.set('audience', world.fn('Audience'));
    aws = shell(
      {
        AWS_ENDPOINT_URL_LAMBDA: lambda.endpoint,
        AWS_ENDPOINT_URL_DYNAMODB: world.dynamo.endpoint,
        AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS: world.chime.endpoint,
        TABLE,
      },
      { 'host function': 'host', 'audience function': 'audience', 'control region': REGION },
    );
  }, 120_000);
  afterAll(() => {
    lambda.stop();
    world.stop();
  });

  const rows = async (kind: string) => (await world.rows()).filter(({ pk }) => pk.startsWith(kind));

  each('"operation":"JoinMeeting"', async (command) => {
    await aws.run(command);
    const answer = JSON.parse(readFileSync(join(dir, 'answer.json'), 'utf8'));
    expect(JSON.stringify(answer)).toContain('JoinToken');
  });

  each('aws dynamodb get-item', async (command) => {
    await world.host('RemoveAttendee', { meeting: 'town-hall', externalUserId: 'anna', ban: true });
    expect(await rows('user#')).toMatchObject([{ user: 'anna', banned: true }]);
    await aws.run(command, { externalUserId: 'anna' });
    expect(await rows('user#')).toEqual([]);
    await world.audience('JoinMeeting', { meeting: 'town-hall', externalUserId: 'anna' });
  });

  each('"operation":"EndMeeting"', async (command) => {
    expect(world.meetings('town-hall')).toHaveLength(1);
    expect(await aws.run(command)).not.toContain('FunctionError');
    expect(world.meetings('town-hall')).toEqual([]);
  });

  each('aws chime-sdk-meetings delete-meeting', async (command) => {
    await world.host('StartMeeting', { meeting: 'town-hall' });
    const [{ primaryMeetingId }] = await rows('room#town-hall');
    await aws.run(command, { id: primaryMeetingId });
    expect(world.meetings('town-hall')).toEqual([]);
  });
});

/** No server here has these operations. */
describe('parsed by the AWS CLI', () => {
  const aws = shell(
    { APP: 'abcdefg', PROFILE: 'bcdefgh', ENV: 'cdefghi', VERSION: '1' },
    {
      region: REGION,
      'ARN of the dead-letter queue': `arn:aws:sqs:${REGION}:${ACCOUNT}:dead-letters`,
      'new stack': 'MediaStack',
      'records bucket': 'records',
      'template id': 'EXT123',
      'experiment id': 'EXP123',
    },
  );
  beforeAll(() => ['preferences', 'failover'].forEach((name) => writeFileSync(join(dir, `${name}.json`), '{}')));

  each('aws sqs start-message-move-task', (command) => aws.parse(command));
  each('aws appconfig start-deployment', (command) => aws.parse(command));
  each('--key failover.json', (command) => aws.parse(command));
  each('aws fis', (command) => aws.parse(command));

  each('--change-set-type IMPORT', async (command) => {
    const stack = primaryStack();
    const media = new ReplicatedMediaBucket(stack, 'Media', {
      identity: 'studio-media',
      replicas: [{ region: 'eu-west-1' }],
    });
    cpSync((stack.node.root as App).synth().directory, join(dir, 'cdk.out'), { recursive: true });
    writeFileSync(join(dir, 'resources.json'), '[]');
    await aws.parse(command);
    expect(JSON.parse(readFileSync(join(dir, 'import.json'), 'utf8')).Resources).toEqual({
      [stack.resolve((media.primary.node.defaultChild as CfnBucket).logicalId)]: {
        Type: 'AWS::S3::Bucket',
        DeletionPolicy: 'Retain',
        Properties: { BucketName: expect.anything(), BucketNamespace: 'account-regional' },
      },
      [stack.resolve((media.primary.encryptionKey!.node.defaultChild as CfnKey).logicalId)]: {
        Type: 'AWS::KMS::Key',
        DeletionPolicy: 'Retain',
        Properties: {},
      },
    });
  });

  test.each([
    ['aws sqs start-message-move-task', 'the following arguments are required: --source-arn'],
    ['aws sqs start-message-move-task --source-arn arn --queue arn', 'Unknown options: --queue'],
  ])('rejects %s', (command, error) => expect(aws.parse(command)).rejects.toThrow(error));
});

test('every command in the documents is tested', () => {
  expect(commands.filter((command) => !tested.has(command))).toEqual([]);
});
