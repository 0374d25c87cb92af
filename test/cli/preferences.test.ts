import { execFile } from 'node:child_process';
import { Stack } from 'aws-cdk-lib';
import { parse } from 'yaml';
import { fakeAws } from './fake-aws';
import { cli, folderWith, VALID } from './support';
import { createStack } from '../../cli/app/build';
import { AppConfigControl } from '../support/app-config-control';

jest.mock('node:child_process', () => ({ ...jest.requireActual('node:child_process'), execFile: jest.fn() }));

const INITIAL = {
  defaultPreference: 'auto',
  replicationDelaySeconds: 900,
  ipRanges: { 'eu-west-1': ['10.20.0.0/16', '2001:db8::/32'], 'us-east-1': ['10.9.0.0/16'] },
  drainedRegions: [],
  regionWeights: {},
};
const CONFIG = VALID + '    - region: ap-southeast-2\n';
let appConfig: AppConfigControl;
beforeEach(async () => {
  (execFile as unknown as jest.Mock).mockImplementation((_file, args, { env }, done) => {
    fakeAws(args, env).then(
      (stdout) => done(null, stdout, ''),
      (error) => done(error, '', error.message),
    );
  });
  appConfig = new AppConfigControl();
  await appConfig.start();
  appConfig.deploy(INITIAL);
});
afterEach(() => appConfig.stop());

const output = (OutputValue: string) => ({
  FAKE_STACKS: JSON.stringify({ 'Media us-east-1': [{ OutputKey: 'RouterPreferences', OutputValue }] }),
});

function preferences(argv: string[], files: Record<string, string> = {}, env: Record<string, string> = {}) {
  return cli(['preferences', ...argv], {
    cwd: folderWith({ 'media.yaml': CONFIG, ...files }),
    env: {
      FAKE_ENDPOINT: appConfig.endpoint,
      ...output('app1/env1/profile1'),
      ...env,
    },
  });
}

const document = () => JSON.parse(appConfig.document!);
const IDS = ['--application', 'app1', '--environment', 'env1', '--profile', 'profile1', '--region', 'us-east-1'];

describe('preferences get', () => {
  test('prints the running document as YAML or JSON', async () => {
    const { code, stdout, stderr } = await preferences(['get']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^# version 1\n/);
    expect(parse(stdout)).toEqual(INITIAL);
    expect(JSON.parse((await preferences(['get', '--json'])).stdout)).toEqual(INITIAL);
  });

  test('ignores versions that were not deployed, and deployments that were rolled back', async () => {
    appConfig.create('{"defaultPreference":"no"}');
    appConfig.deploy({ defaultPreference: 'yes' });
    appConfig.deployments.at(-1)!.State = 'ROLLED_BACK';
    expect(JSON.parse((await preferences(['get', '--json'])).stdout)).toEqual(INITIAL);
  });

  test('takes the ids from the options, without a config', async () => {
    const { code, stdout } = await preferences(['get', '--json', '-c', 'missing.yaml', ...IDS]);
    expect([code, JSON.parse(stdout)]).toEqual([0, INITIAL]);
  });
});

describe('preferences set, drain, undrain and weight', () => {
  test.each<[string[], object, string]>([
    [['drain', 'eu-west-1'], { drainedRegions: ['eu-west-1'] }, 'drainedRegions: +eu-west-1'],
    [
      ['weight', 'eu-west-1', '12.5'],
      { regionWeights: { 'eu-west-1': 12.5 } },
      'regionWeights.eu-west-1: default -> 12.5',
    ],
    [['set', 'defaultPreference=no'], { defaultPreference: 'no' }, 'defaultPreference: "auto" -> "no"'],
    [['set', 'replicationDelaySeconds=60'], { replicationDelaySeconds: 60 }, 'replicationDelaySeconds: 900 -> 60'],
    [
      ['set', 'ipRanges.eu-west-1=10.20.0.0/16,10.21.0.0/16'],
      { ipRanges: { ...INITIAL.ipRanges, 'eu-west-1': ['10.20.0.0/16', '10.21.0.0/16'] } },
      'ipRanges.eu-west-1: +10.21.0.0/16, -2001:db8::/32',
    ],
    [
      ['set', 'ipRanges.us-east-1=', 'drainedRegions=eu-west-1,ap-southeast-2'],
      { ipRanges: { 'eu-west-1': INITIAL.ipRanges['eu-west-1'] }, drainedRegions: ['eu-west-1', 'ap-southeast-2'] },
      'ipRanges.us-east-1: -10.9.0.0/16\ndrainedRegions: +eu-west-1, +ap-southeast-2',
    ],
  ])('%j deploys the change only', async (argv, change, shown) => {
    const { code, stdout, stderr } = await preferences(argv);
    expect([code, stdout, stderr]).toEqual([
      0,
      `${shown}\ndeployed version 2\n`,
      'The router applies it within 30 seconds.\n',
    ]);
    expect(document()).toEqual({ ...INITIAL, ...change });
    expect(appConfig.deployments).toHaveLength(2);
  });

  test('undrain reverts drain, and a change that changes nothing is not deployed', async () => {
    await preferences(['drain', 'eu-west-1']);
    expect((await preferences(['drain', 'eu-west-1'])).stdout).toBe('no change\n');
    expect((await preferences(['undrain', 'eu-west-1'])).code).toBe(0);
    expect((await preferences(['undrain', 'eu-west-1'])).stdout).toBe('no change\n');
    expect(document()).toEqual(INITIAL);
    expect(appConfig.versions.size).toBe(3);
  });

  test.each([
    ['p.yaml', 'defaultPreference: true', 'yes'],
    ['p.json', '{ "defaultPreference": false }', 'no'],
    ['p.yaml', 'defaultPreference: no', 'no'],
  ])('set understands booleans as preferences: %s with %s', async (file, text, expected) => {
    expect((await preferences(['set', file], { [file]: text })).code).toBe(0);
    expect(document()).toEqual({ defaultPreference: expected });
  });

  test('set replaces the document by a file in JSON or YAML', async () => {
    const files = { 'p.yaml': 'defaultPreference: yes\n', 'p.json': '{"defaultPreference":"no"}' };
    expect((await preferences(['set', 'p.yaml'], files)).code).toBe(0);
    expect(document()).toEqual({ defaultPreference: 'yes' });
    const { stdout } = await preferences(['set', 'p.json', '--json'], files);
    expect(JSON.parse(stdout)).toEqual({
      changes: [{ field: 'defaultPreference', before: 'yes', after: 'no' }],
      deployed: { version: 3, deployment: 3 },
    });
  });

  test('use the ids in the options', async () => {
    expect((await preferences(['drain', 'sa-east-1', '-c', 'missing.yaml', ...IDS])).code).toBe(0);
    expect(document().drainedRegions).toEqual(['sa-east-1']);
  });

  test.each<[string[], number, string]>([
    [[], 2, 'preferences: got "", expected get, set, drain, undrain or weight.'],
    [['dran', 'eu-west-1'], 2, 'preferences: got "dran", expected get'],
    [['drain'], 2, 'Expected: cdk-media-replication preferences drain <region>'],
    [['weight', 'eu-west-1'], 2, 'preferences weight <region> <percent>'],
    [['get', 'all'], 2, 'Expected: cdk-media-replication preferences get'],
    [['set'], 2, 'set <file>, or set <field>=<value> ...'],
    [['set', 'missing.json'], 2, 'missing.json was not found.'],
    [['set', 'delay=5'], 2, 'got "delay=5", expected defaultPreference=<value>, '],
    [['set', 'ipRanges=10.0.0.0/8'], 2, 'ipRanges.<region>=<value>'],
    [['set', 'defaultPreference.eu-west-1=no'], 2, 'got "defaultPreference.eu-west-1=no"'],
    [['set', 'toString=1'], 2, 'got "toString=1"'],
    [
      ['drain', 'eu-west-2'],
      2,
      'drainedRegions[0]: got "eu-west-2", expected the region of a replica (eu-west-1, ap-southeast-2). Nothing was changed.',
    ],
    [['drain', 'us-east-1'], 2, 'drainedRegions[0]: got "us-east-1"'],
    [['weight', 'eu-west-1', '150'], 2, 'regionWeights.eu-west-1: got 150, expected a percentage from 0 to 100.'],
    [['weight', 'eu-west-1', 'half'], 2, 'regionWeights.eu-west-1: got "half"'],
    [['set', 'defaultPreference=maybe'], 2, 'defaultPreference: got "maybe", expected one of no, yes, auto.'],
    [
      ['set', 'ipRanges.eu-west-1=10.0.0.0'],
      2,
      'ipRanges.eu-west-1[0]: got "10.0.0.0", expected a range in CIDR notation',
    ],
    [['set', 'bad.json'], 1, 'bad.json:3:33  ipRanges.eu-west-1[1]  got "10.0.0/8", expected a range'],
    [['set', 'list.json'], 1, 'list.json:1:1  got a list of 0, expected an object'],
    [['set', 'broken.json'], 1, 'broken.json:1:'],
    [['drain', 'eu-west-1', '--application', 'app1'], 2, '--environment, --profile, --region is missing.'],
    [['drain', 'eu-west-1', '--addresses', 'a.txt'], 2, '--addresses requires --dry-run.'],
    [['drain', 'eu-west-1', '--out', 'x'], 2, 'preferences does not support --out.'],
    [
      ['drain', 'eu-west-1', '--dry-run', '--addresses', 'bad.txt'],
      1,
      'bad.txt:2:1  got "10.0.0", expected an IPv4 or IPv6 address.',
    ],
    [['drain', 'eu-west-1', '--dry-run', '--addresses', 'no.txt'], 2, 'no.txt cannot be read (ENOENT).'],
    [['drain', 'eu-west-1', '-c', 'wrong.yaml'], 1, 'wrong.yaml:1:10  version  got 2, expected 1'],
  ])('%j is refused with exit code %i, and changes nothing', async (argv, expected, message) => {
    const { code, stdout, stderr } = await preferences(argv, {
      'bad.json': '{\n  "ipRanges": {\n    "eu-west-1": ["10.0.0.0/8", "10.0.0/8"]\n  }\n}',
      'list.json': '[]',
      'broken.json': '{"a',
      'bad.txt': '10.0.0.1\n10.0.0\n',
      'wrong.yaml': 'version: 2',
    });
    expect([code, stdout]).toEqual([expected, '']);
    expect(stderr).toContain(message);
    expect(appConfig.requests.filter((request) => !request.startsWith('GET'))).toEqual([]);
  });

  test("shows the validator's message, and leaves no version behind", async () => {
    appConfig.validate = () => {
      throw new Error('drainedRegions[0]: got "mars-1", expected the region of a replica (eu-west-1)');
    };
    const { code, stderr } = await preferences(['drain', 'mars-1', ...IDS]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('drainedRegions[0]: got "mars-1", expected')]);
    expect([document(), appConfig.versions.size]).toEqual([INITIAL, 1]);
  });

  test.each<[string, (operation: string) => void, string]>([
    [
      'created at the same time',
      (operation) =>
        operation.endsWith('profile1/hostedconfigurationversions') &&
        operation.startsWith('POST') &&
        appConfig.create('{}'),
      'Another change was made at the same time. Nothing was changed.',
    ],
    [
      'deployed at the same time',
      () => appConfig.versions.size === 2 && appConfig.deployments.length === 1 && appConfig.deploy({}, 1),
      'Deployment 2 was started after this command had read the preferences. Nothing was changed.',
    ],
  ])('fail when another document was %s', async (_, interfere, message) => {
    appConfig.before = interfere;
    const { code, stderr } = await preferences(['drain', 'eu-west-1']);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(appConfig.requests).not.toContain('POST env1/deployments');
    expect([...appConfig.versions.values()].join()).not.toContain('"drainedRegions":["eu-west-1"]');
  });

  test('fail while a deployment is in progress', async () => {
    appConfig.deploy({});
    appConfig.deployments.at(-1)!.State = 'DEPLOYING';
    const { code, stderr } = await preferences(['drain', 'eu-west-1']);
    expect([code, stderr]).toEqual([2, 'Deployment 2 is in progress (DEPLOYING). Run the command again after it.\n']);
  });

  test('fail when AppConfig rolls the deployment back', async () => {
    appConfig.outcome = 'ROLLED_BACK';
    const { code, stderr } = await preferences(['drain', 'eu-west-1']);
    expect([code, stderr]).toEqual([2, 'Deployment 2 failed (ROLLED_BACK): An alarm went off\n']);
  });

  test.each<[string, Record<string, string>, string]>([
    ['stack', { FAKE_STACKS: '{}' }, 'aws cloudformation describe-stacks failed: An error occurred (ValidationError)'],
    [
      'output',
      { FAKE_STACKS: '{"Media us-east-1":[]}' },
      'The stack Media in us-east-1 has no output RouterPreferences.',
    ],
    ['application', output('other/env1/profile1'), 'failed: An error occurred (ResourceNotFoundException)'],
  ])('fail without the %s', async (_, env, message) => {
    const { code, stdout, stderr } = await preferences(['drain', 'eu-west-1'], {}, env);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  test('fail without the AWS CLI', async () => {
    jest.mocked(execFile).mockImplementation(jest.requireActual('node:child_process').execFile);
    const { code, stderr } = await preferences(['get'], {}, { PATH: '/nonexistent' });
    expect([code, stderr]).toEqual([
      2,
      'The AWS CLI (aws) was not found. Install it: ' +
        'https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html\n',
    ]);
  });

  test('fail without the strategy of the router', async () => {
    appConfig.strategies.pop();
    const { code, stderr } = await preferences(['drain', 'eu-west-1']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('media-router-1-all-at-once was not found.')]);
    expect(appConfig.versions.size).toBe(1);
  });
});

describe('--dry-run', () => {
  test('shows how many addresses of the ranges get another region, and changes nothing', async () => {
    const { code, stdout, stderr } = await preferences(['drain', 'eu-west-1', '--dry-run']);
    expect([code, stderr]).toEqual([0, 'Nothing was changed (--dry-run).\n']);
    expect(stdout.split('\n')).toEqual([
      'drainedRegions: +eu-west-1',
      'Preference\tAddresses\tOther region\tMoves',
      'default\t3\t2\teu-west-1 -> us-east-1: 2',
      'auto\t3\t2\teu-west-1 -> us-east-1: 2',
      'yes\t3\t2\teu-west-1 -> us-east-1: 2',
      '',
    ]);
    expect(appConfig.requests.filter((request) => !request.startsWith('GET'))).toEqual([]);
  });

  test('includes the ranges before and after the change', async () => {
    const argv = [
      'set',
      'ipRanges.us-east-1=',
      'ipRanges.ap-southeast-2=10.9.0.0/16,10.30.0.0/16',
      '--dry-run',
      '--json',
    ];
    const { changes, addresses, deployed } = JSON.parse((await preferences(argv)).stdout);
    expect(changes).toHaveLength(2);
    expect(deployed).toBeNull();
    expect(addresses[1]).toEqual({
      preference: 'auto',
      addresses: 4,
      moved: 2,
      moves: [{ from: 'us-east-1', to: 'ap-southeast-2', addresses: 2 }],
    });
  });

  test('uses the addresses in a file', async () => {
    const files = { 'a.txt': '10.20.1.5\r\n10.20.1.6\n\n192.0.2.1\n2001:db8::1\n' };
    const argv = ['set', 'defaultPreference=no', '--dry-run', '--addresses', 'a.txt', '--json'];
    const { addresses } = JSON.parse((await preferences(argv, files)).stdout);
    expect(addresses.map(({ moved }: any) => moved)).toEqual([3, 0, 0]);
  });

  test('takes paused replicas into account', async () => {
    const files = { 'media.yaml': `${VALID}      enabled: false\n    - region: ap-southeast-2\n` };
    const { addresses } = JSON.parse((await preferences(['drain', 'eu-west-1', '--dry-run', '--json'], files)).stdout);
    expect(addresses.map(({ moved }: any) => moved)).toEqual([0, 0, 0]);
  });
});

describe('a router with a standby', () => {
  const STANDBY_CONFIG = `version: 1
stackName: Media
region: us-east-1
media: { writeToReplicas: true, replicas: [{ region: eu-west-1 }, { region: ap-southeast-2 }] }
router: { standby: { region: eu-west-1 } }
`;
  let standby: AppConfigControl;
  let stackName: string;

  beforeAll(() => {
    const media = { writeToReplicas: true, replicas: [{ region: 'eu-west-1' }, { region: 'ap-southeast-2' }] };
    const config: any = {
      stackName: 'Media',
      region: 'us-east-1',
      media,
      router: { standby: { region: 'eu-west-1' } },
    };
    ({ stackName } = Stack.of(createStack(config, folderWith()).router.standby!));
  });
  beforeEach(async () => {
    standby = new AppConfigControl();
    await standby.start();
    standby.deploy(INITIAL);
  });
  afterEach(() => standby.stop());

  const both = (argv: string[], env: Record<string, string> = {}) => {
    const ids = [{ OutputKey: 'RouterPreferences', OutputValue: 'app1/env1/profile1' }];
    return preferences(
      argv,
      { 'media.yaml': STANDBY_CONFIG },
      {
        FAKE_STACKS: JSON.stringify({ 'Media us-east-1': ids, [`${stackName} eu-west-1`]: ids }),
        'FAKE_ENDPOINT_eu-west-1': standby.endpoint,
        ...env,
      },
    );
  };
  const drained = () =>
    [appConfig, standby].map((each) => JSON.parse(each.document!).drainedRegions as string[] | undefined);

  test('gets a change together with the standby', async () => {
    const { code, stdout, stderr } = await both(['drain', 'ap-southeast-2']);
    expect([code, stdout, stderr]).toEqual([
      0,
      'router in us-east-1\ndrainedRegions: +ap-southeast-2\ndeployed version 2\n' +
        'standby in eu-west-1\ndrainedRegions: +ap-southeast-2\ndeployed version 2\n',
      'The routers apply it within 30 seconds.\n',
    ]);
    expect(drained()).toEqual([['ap-southeast-2'], ['ap-southeast-2']]);
    const change = { field: 'drainedRegions', added: [], removed: ['ap-southeast-2'] };
    expect(JSON.parse((await both(['undrain', 'ap-southeast-2', '--json'])).stdout)).toEqual({
      changes: [change],
      deployed: { version: 3, deployment: 3 },
      standby: { changes: [change], deployed: { version: 3, deployment: 3 } },
    });
  });

  test.each([
    ['us-east-1', 'router', 'standby', 'eu-west-1', [[], ['ap-southeast-2']]],
    ['eu-west-1', 'standby', 'router', 'us-east-1', [['ap-southeast-2'], []]],
  ])('changes the other one while %s does not answer', async (off, silent, other, region, expected) => {
    const { code, stdout, stderr } = await both(['drain', 'ap-southeast-2'], { FAKE_OFF: off });
    expect([code, stdout]).toEqual([2, `${other} in ${region}\ndrainedRegions: +ap-southeast-2\ndeployed version 2\n`]);
    expect(stderr).toContain(`${silent} in ${off}: aws cloudformation describe-stacks failed: Could not connect`);
    expect(stderr).toContain('Run the command again when it answers.');
    expect(drained()).toEqual(expected);
    const again = await both(['drain', 'ap-southeast-2']);
    expect([again.code, again.stdout.match(/no change|deployed/g)!.sort()]).toEqual([0, ['deployed', 'no change']]);
    expect(drained()).toEqual([['ap-southeast-2'], ['ap-southeast-2']]);
  });

  test('changes nothing if neither answers, or if the stack of the standby is missing', async () => {
    const off = await both(['drain', 'ap-southeast-2'], { FAKE_OFF: 'us-east-1,eu-west-1' });
    expect([off.code, off.stdout, off.stderr.match(/Could not connect/g)]).toEqual([
      2,
      '',
      Array(2).fill('Could not connect'),
    ]);
    const missing = await both(['drain', 'ap-southeast-2'], output('app1/env1/profile1'));
    expect([missing.code, missing.stdout]).toEqual([2, '']);
    expect(missing.stderr).toContain(`Stack with id ${stackName} does not exist`);
    expect(drained()).toEqual([[], []]);
  });

  test('is changed although the deployment at the standby is refused, which is said', async () => {
    standby.validate = () => {
      throw new Error('no');
    };
    const { code, stdout, stderr } = await both(['drain', 'ap-southeast-2']);
    expect([code, stdout]).toEqual([2, 'router in us-east-1\ndrainedRegions: +ap-southeast-2\ndeployed version 2\n']);
    expect(stderr).toMatch(/^standby in eu-west-1: .*Validation failed: no$/m);
    appConfig.validate = standby.validate;
    await both(['undrain', 'ap-southeast-2']);
    expect(drained()).toEqual([['ap-southeast-2'], []]);
  });

  test('get prints the preferences of the router, and how those of the standby differ', async () => {
    standby.deploy({ ...INITIAL, drainedRegions: ['ap-southeast-2'] });
    const { code, stdout, stderr } = await both(['get', '--json']);
    expect([code, JSON.parse(stdout), stderr]).toEqual([
      0,
      INITIAL,
      'router in us-east-1 -> standby in eu-west-1: drainedRegions: +ap-southeast-2\n',
    ]);
  });

  test('--dry-run shows both changes, and changes nothing', async () => {
    const { code, stdout, stderr } = await both(['drain', 'ap-southeast-2', '--dry-run']);
    expect([code, stderr]).toEqual([0, 'Nothing was changed (--dry-run).\n']);
    expect(stdout.match(/drainedRegions: \+ap-southeast-2/g)).toHaveLength(2);
    expect(stdout.match(/^auto/gm)).toHaveLength(1);
    expect(drained()).toEqual([[], []]);
  });
});
