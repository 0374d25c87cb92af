import { ACCOUNT, FakeCloud, permissionsOf } from './fake-cloud';
import { Around, cli, expectInDocs, folderWith, VALID } from './support';
import { cleanUpAll, mustCleanUp } from '../../cli/cleanup';

jest.mock('node:child_process', () => ({ ...jest.requireActual('node:child_process'), execFile: jest.fn() }));

const REPLICA = /media-[0-9a-f]{8}-eu-west-1/;
const BUCKET = `cdk-media-replication-${ACCOUNT}-us-east-1`;
const BUCKET_PARAMETER = { ParameterKey: 'AssetsBucket', ParameterValue: BUCKET };

const calls = new Set<string>();
let cloud: FakeCloud;
beforeEach(() => {
  cloud = new FakeCloud();
  cloud.install();
});

function diff(argv: string[] = [], { config = VALID, ...around }: Around & { config?: string } = {}) {
  const env = { POLL_SECONDS: '0', ...around.env };
  return cli(['diff', ...argv], { cwd: folderWith({ 'media.yaml': config }), ...around, env });
}

async function diffJson(argv: string[] = [], config = VALID) {
  const { code, stdout, stderr } = await diff([...argv, '--json'], { config });
  return { code, stderr, ...JSON.parse(stdout) };
}

/** The name of the replica's stack. */
async function replicaName(config = VALID): Promise<string> {
  const { stdout } = await cli(['plan', '--json'], { cwd: folderWith({ 'media.yaml': config }) });
  return JSON.parse(stdout).stacks[0].stackName;
}

async function deployAll(config = VALID): Promise<string> {
  const name = await replicaName(config);
  cloud.deploy(name, 'eu-west-1');
  cloud.deploy('Media', 'us-east-1', { Parameters: [BUCKET_PARAMETER] });
  cloud.buckets.add(BUCKET);
  return name;
}

const change = (Action: string, LogicalResourceId: string, ResourceType: string, more: object = {}) => ({
  Type: 'Resource',
  ResourceChange: { Action, LogicalResourceId, ResourceType, Details: [], Scope: [], ...more },
});
const details = (...names: string[]) => ({
  Details: names.map((Name) => ({ Target: { Attribute: 'Properties', Name } })),
});
const complete = (...Changes: object[]) => [
  { Status: 'CREATE_PENDING' },
  { Status: 'CREATE_IN_PROGRESS' },
  { Status: 'CREATE_COMPLETE', Changes },
];
const operations = (operation: string) => cloud.calls.filter((call) => call.split(' ')[1] === operation);

afterEach(() => {
  cloud.calls.forEach((call) => calls.add(call));
  expect(cloud.changeSets.size).toBe(0);
  expect(operations('execute-change-set')).toEqual([]);
});

const CHANGES = [
  change('Add', 'CanaryFunction4C4B7F2D', 'AWS::Lambda::Function'),
  change('Modify', 'RouterFunction1EAF5CD8', 'AWS::Lambda::Function', {
    Replacement: 'False',
    Scope: ['Properties'],
    ...details('Code', 'Environment'),
  }),
  change('Modify', 'MediaJobsStoreTable51460E22', 'AWS::DynamoDB::Table', {
    Replacement: 'True',
    PolicyAction: 'ReplaceAndDelete',
    ...details('TableName'),
  }),
  change('Modify', 'RouterAliasC2C1F7E5', 'AWS::Lambda::Alias', { Replacement: 'Conditional', ...details('Name') }),
  change('Remove', 'MediaPrimaryKey384C171E', 'AWS::KMS::Key', { PolicyAction: 'Retain' }),
];

describe('diff', () => {
  test('lists new stacks only, and creates nothing', async () => {
    const { code, stdout, stderr } = await diff();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^media-\w{8}-eu-west-1 \(eu-west-1\): new, with \d+ resources$/m);
    expect(stdout).toMatch(/^Media \(us-east-1\): new, with \d+ resources$/m);
    expect(new Set(cloud.calls.map((call) => call.split(' ')[1]))).toEqual(new Set(['describe-stacks']));
  });

  test.each(['REVIEW_IN_PROGRESS', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED'])(
    'lists a stack that never was complete as new (%s)',
    async (StackStatus) => {
      cloud.deploy('Media', 'us-east-1', { StackStatus });
      const { stdout } = await diff();
      expect(stdout).toContain(`; the remains of an earlier attempt (${StackStatus}) are deleted first\n`);
      expect(cloud.requests).toEqual([]);
    },
  );

  test('reports stacks without changes', async () => {
    await deployAll();
    const { code, stdout } = await diff(['--fail']);
    expect([code, stdout.match(/: no changes$/gm)]).toEqual([0, [': no changes', ': no changes']]);
  });

  test('shows changes, and warns of everything that is replaced or deleted', async () => {
    await deployAll();
    cloud.changes['Media us-east-1'] = complete(...CHANGES);
    const { code, stdout } = await diff();
    expect(code).toBe(0);
    const [table, warnings] = stdout.split('Media (us-east-1): 5 changes\n')[1].split('\n\n');
    expect(table.split('\n')).toEqual([
      'Change\tResource\tType\tProperties',
      'add\tCanaryFunction4C4B7F2D\tAWS::Lambda::Function\t-',
      'modify\tRouterFunction1EAF5CD8\tAWS::Lambda::Function\tCode, Environment',
      'replace\tMediaJobsStoreTable51460E22\tAWS::DynamoDB::Table\tTableName',
      'may replace\tRouterAliasC2C1F7E5\tAWS::Lambda::Alias\tName',
      'remove\tMediaPrimaryKey384C171E\tAWS::KMS::Key\t-',
    ]);
    expect(warnings.trimEnd().split('\n')).toEqual([
      'DATA  Media/MediaJobsStoreTable51460E22 (AWS::DynamoDB::Table): It is replaced. The existing one is deleted. This deletes its items.',
      'DATA  Media/MediaPrimaryKey384C171E (AWS::KMS::Key): It is removed from the stack, but kept.',
      'warning  Media/RouterAliasC2C1F7E5 (AWS::Lambda::Alias): It may be replaced.',
    ]);
  });

  test('is shown in docs/cli.md', async () => {
    await deployAll();
    cloud.changes['Media us-east-1'] = complete(...CHANGES);
    const { stdout } = await diff([], { columns: 100, env: { NO_COLOR: '1' } });
    expectInDocs(stdout);
  });

  test.each<[string, object, string, string]>([
    ['Remove', { PolicyAction: 'Delete' }, 'data', 'It is deleted. This deletes its objects.'],
    ['Remove', {}, 'data', 'It can be deleted. This can delete its objects.'],
    [
      'Modify',
      { Replacement: 'True', PolicyAction: 'ReplaceAndRetain' },
      'data',
      'It is replaced. The existing one is kept. The new one does not have its objects.',
    ],
    [
      'Modify',
      { Replacement: 'Conditional', PolicyAction: 'ReplaceAndDelete' },
      'data',
      'It may be replaced. The existing one is then deleted. This can delete its objects.',
    ],
    ['Dynamic', {}, 'data', 'CloudFormation cannot determine the change. This can delete its objects.'],
  ])('warns of data: %s %j', async (action, more, level, text) => {
    await deployAll();
    cloud.changes['Media us-east-1'] = complete(change(action, 'Bucket', 'AWS::S3::Bucket', more));
    const { stacks } = await diffJson();
    expect(stacks[1].changes[0].warning).toEqual({ level, text });
  });

  test('warns that a running meeting ends', async () => {
    await deployAll();
    const room = change('Remove', 'Room', 'Custom::ReplicatedMeeting', { PolicyAction: 'Delete' });
    cloud.changes['Media us-east-1'] = complete(room);
    const { stacks } = await diffJson();
    expect(stacks[1].changes[0].warning).toEqual({
      level: 'replacement',
      text: 'It is deleted. If the meeting is running, it ends.',
    });
  });

  test('reports a template of which only other parts change', async () => {
    await deployAll();
    cloud.changes['Media us-east-1'] = complete();
    const { code, stdout } = await diff(['--fail']);
    expect([code, stdout]).toEqual([4, expect.stringContaining('no resource changes, but others such as outputs\n')]);
  });

  test('reports that termination protection would be enabled', async () => {
    const config = `${VALID}terminationProtection: true\n`;
    await deployAll(config);
    const { stacks } = await diffJson(['--fail'], config);
    expect(stacks[1]).toMatchObject({ result: 'changed', enablesTerminationProtection: true });
    cloud.deploy('Media', 'us-east-1', { Parameters: [BUCKET_PARAMETER], EnableTerminationProtection: true });
    expect((await diffJson([], config)).stacks[1]).toMatchObject({ result: 'unchanged' });
  });

  test('--json prints all changes; --fail exits with code 4', async () => {
    await deployAll();
    cloud.changes['Media us-east-1'] = complete(CHANGES[1]);
    const { code, version, stackName, changed, stacks } = await diffJson(['--fail']);
    expect([code, version, stackName, changed]).toEqual([4, 1, 'Media', true]);
    expect(stacks[0]).toEqual({
      stackName: expect.stringMatching(REPLICA),
      region: 'eu-west-1',
      stackStatus: 'CREATE_COMPLETE',
      result: 'unchanged',
    });
    expect(stacks[1].changes).toEqual([
      {
        kind: 'modify',
        resource: 'RouterFunction1EAF5CD8',
        type: 'AWS::Lambda::Function',
        properties: ['Code', 'Environment'],
      },
    ]);
    expect((await diffJson()).code).toBe(0);
  });
});

describe('the change set of diff', () => {
  test('is that of deploy.sh: an update with its template, parameters, tags and capabilities', async () => {
    const config = `${VALID}tags: { team: "médias" }\n`;
    const name = await deployAll(config);
    await diff([], { config });
    const [replica, primary] = [...cloud.requests].sort((a, b) => (a.region < b.region ? -1 : 1));
    const common = { ChangeSetType: 'UPDATE', Tags: [{ Key: 'team', Value: 'médias' }], NotificationARNs: [] };
    expect(replica).toMatchObject({ StackName: name, ...common, Parameters: [] });
    expect(replica.TemplateBody).not.toContain('BootstrapVersion');
    expect(primary).toMatchObject({
      StackName: 'Media',
      ...common,
      Parameters: [{ ParameterKey: 'AssetsBucket', UsePreviousValue: true }],
      Capabilities: ['CAPABILITY_NAMED_IAM'],
    });
    expect(primary.ClientToken).toBe(primary.ChangeSetName);
  });

  test('uploads only a large template, under the key that deploy.sh uses', async () => {
    await deployAll();
    const { stderr } = await diff();
    const [primary] = cloud.requests.filter(({ StackName }) => StackName === 'Media');
    const [[path, template]] = [...cloud.objects];
    expect(path).toMatch(new RegExp(`^${BUCKET}/cdk-media-replication/[0-9a-f]{64}\\.json$`));
    expect(primary.TemplateURL).toBe(`https://${BUCKET}.s3.us-east-1.amazonaws.com/${path.replace(`${BUCKET}/`, '')}`);
    expect(JSON.parse(template).Parameters.AssetsBucket).toBeDefined();
    expect(stderr).toBe(`Uploaded a template to s3://${path}\n`);
    for (const call of cloud.calls.filter((each) => each.startsWith('s3api'))) {
      expect(call).toContain(`--expected-bucket-owner ${ACCOUNT}`);
    }
    expect((await diff()).stderr).toBe('');
    expect(operations('put-object')).toHaveLength(1);
  });

  test('uses the bucket of --assets-bucket-prefix', async () => {
    await deployAll();
    cloud.buckets.add(`studio-${ACCOUNT}-us-east-1`);
    await diff(['--assets-bucket-prefix', 'studio']);
    const [primary] = cloud.requests.filter(({ StackName }) => StackName === 'Media');
    const ParameterValue = `studio-${ACCOUNT}-us-east-1`;
    expect(primary.Parameters).toEqual([{ ParameterKey: 'AssetsBucket', ParameterValue }]);
    expect(primary.TemplateURL).toContain(`https://${ParameterValue}.s3.`);
    const { code, stderr } = await diff(['--assets-bucket-prefix', 'Studio!']);
    expect([code, stderr]).toEqual([
      2,
      '--assets-bucket-prefix requires 2 to 34 lowercase letters, digits and hyphens.\nSee cdk-media-replication --help.\n',
    ]);
  });

  test('creates no bucket for a large template', async () => {
    await deployAll();
    cloud.buckets.clear();
    const { code, stacks, stderr } = await diffJson();
    expect([code, stacks[1].result, stderr]).toEqual([2, 'failed', '1 of 2 stacks could not be compared.\n']);
    const expected = `${BUCKET} or cdk-hnb659fds-assets-${ACCOUNT}-us-east-1 can be used. Specify the --assets-bucket-prefix`;
    expect(stacks[1].problem).toContain(expected);
  });

  test('has the template of the AWS CDK CLI for a stack that it deployed', async () => {
    await deployAll();
    const Parameters = [{ ParameterKey: 'BootstrapVersion', ParameterValue: '/cdk-bootstrap/hnb659fds/version' }];
    cloud.deploy('Media', 'us-east-1', { Parameters });
    cloud.buckets.add(`cdk-hnb659fds-assets-${ACCOUNT}-us-east-1`);
    await diff();
    const [primary] = cloud.requests.filter(({ StackName }) => StackName === 'Media');
    expect(primary.Parameters).toEqual([{ ParameterKey: 'BootstrapVersion', UsePreviousValue: true }]);
    expect(JSON.parse([...cloud.objects.values()][0]).Rules).toBeDefined();
  });

  test.each(['UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_FAILED', 'CREATE_FAILED'])(
    'is not created if the stack is %s',
    async (StackStatus) => {
      await deployAll();
      cloud.deploy('Media', 'us-east-1', { StackStatus });
      const { code, stacks } = await diffJson();
      expect([code, stacks[0].result, stacks[1].result]).toEqual([2, 'unchanged', 'failed']);
      expect(stacks[1].problem).toContain(`The stack is ${StackStatus}`);
      expect(cloud.requests).toHaveLength(1);
    },
  );
});

describe('the credentials of diff', () => {
  const config = VALID.replace('region: us-east-1', `region: us-east-1\naccount: '${ACCOUNT}'`);

  test('must belong to the account, in which the stacks would be new otherwise', async () => {
    cloud.account = '222222222222';
    const { code, stacks } = await diffJson([], config);
    const problem = `The credentials belong to account 222222222222, expected ${ACCOUNT}. Use credentials of ${ACCOUNT}, or specify --profile ${ACCOUNT}=<profile>.`;
    expect([code, stacks.map((stack: any) => stack.problem)]).toEqual([2, [problem, problem]]);
    await deployAll(config);
    expect((await diffJson([], config)).stacks[0].problem).toBe(problem);
  });

  test('are those of --profile', async () => {
    await diff(['--profile', 'all'], { config });
    expect(cloud.calls.every((call) => call.includes('--profile all '))).toBe(true);
    cloud.calls.length = 0;
    await diff(['--profile', 'all', '--profile', `${ACCOUNT}=one`], { config });
    expect(cloud.calls.every((call) => call.includes('--profile one '))).toBe(true);
  });
});

describe('diff deletes its change set', () => {
  test.each<[string, string, string, boolean]>([
    ['its description is denied', 'describe-change-set', 'An error occurred (AccessDenied): no', false],
    ['the response to its creation is lost', 'create-change-set', 'Connection was closed', true],
    ['its creation is denied', 'create-change-set', 'An error occurred (AccessDenied): no', false],
  ])('if %s', async (_, operation, error, after) => {
    await deployAll();
    cloud.failure = (call) => (call === `cloudformation ${operation} us-east-1` ? { error, after } : undefined);
    const { code, stacks } = await diffJson();
    expect([code, stacks[1].problem]).toEqual([2, `aws cloudformation ${operation} failed: ${error}`]);
    expect(operations('delete-change-set')).toHaveLength(2);
  });

  test('if it failed, with the reason', async () => {
    await deployAll();
    cloud.changes['Media us-east-1'] = [{ Status: 'FAILED', StatusReason: 'Template error' }];
    const { code, stacks } = await diffJson();
    expect([code, stacks[1].problem]).toEqual([2, 'The change set failed: Template error']);
  });

  test('when CloudFormation allows it', async () => {
    await deployAll();
    let refused = 8;
    const error = 'An error occurred (InvalidChangeSetStatus) when calling the DeleteChangeSet operation: in progress';
    cloud.failure = (call) => (/delete-change-set us/.test(call) && refused-- > 0 ? { error } : undefined);
    expect((await diff()).code).toBe(0);
  });

  test('or says how to', async () => {
    const stack = 'Media us-east-1';
    await deployAll();
    const error = 'An error occurred (AccessDenied) when calling the DeleteChangeSet operation: no';
    cloud.failure = (call) => (/delete-change-set us/.test(call) ? { error } : undefined);
    const { code, stacks } = await diffJson();
    expect(code).toBe(2);
    const command =
      /aws cloudformation delete-change-set --stack-name Media --change-set-name diff-\S+ --region us-east-1$/;
    expect(stacks[1].problem).toMatch(command);
    for (const [name, each] of cloud.changeSets) if (each.stack === stack) cloud.changeSets.delete(name);
  });

  test('if it is interrupted, and then does not continue', async () => {
    await deployAll();
    cloud.changes['Media us-east-1'] = [{ Status: 'CREATE_IN_PROGRESS' }];
    let isDone = false;
    void diff().then(() => (isDone = true));
    while (![...cloud.changeSets.values()].some(({ stack }) => stack === 'Media us-east-1')) {
      await new Promise((next) => setImmediate(next));
    }
    expect(mustCleanUp()).toBe(true);
    expect(await cleanUpAll()).toEqual([]);
    expect([cloud.changeSets.size, mustCleanUp(), isDone]).toEqual([0, false, false]);
  });
});

test('docs/cli.md lists the permissions that diff requires', () => {
  expectInDocs(`Permissions of \`diff\`: ${permissionsOf(calls)}.`);
});
