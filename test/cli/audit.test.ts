import { FakeCloud, permissionsOf } from './fake-cloud';
import { Around, cli, expectInDocs, folderWith, VALID } from './support';

jest.mock('node:child_process', () => ({ ...jest.requireActual('node:child_process'), execFile: jest.fn() }));
jest.mock('node:timers/promises', () => ({ setTimeout: async () => undefined }));

const CONFIG = `${VALID}audit: {}\n`;
const LAST = {
  id: '20260301T060000000Z',
  asOf: '2026-03-01T01:00:00.000Z',
  completedAt: '2026-03-01T06:10:00.000Z',
  missing: 2,
  different: 0,
  extra: 0,
  replicas: [
    {
      ...{ region: 'eu-west-1', method: 'full', handedOver: 2 },
      reasons: [
        { reason: 'missing', side: 'source', versions: 2, bytes: 20 },
        { reason: 'in-flight', side: 'source', versions: 1_234, bytes: 1 },
      ],
    },
  ],
  report: { html: 's3://reports/reports/1/report.html', json: 's3://reports/reports/1/report.json' },
};
const CLEAN = { ...LAST, missing: 0, replicas: [{ ...LAST.replicas[0], method: 'identical', reasons: [] }] };

let cloud: FakeCloud;
/** The responses of the function; the last one is repeated. */
let answers: object[];
beforeEach(() => {
  cloud = new FakeCloud();
  cloud.install();
  cloud.physicalIds = (id) => (/^AuditFunction/.test(id) ? ['audit'] : []);
  Object.defineProperty(cloud.functions, 'audit', {
    get: () => (answers.length > 1 ? answers.shift() : answers[0]),
  });
});

const audit = (argv: string[] = [], { config = CONFIG, ...around }: Around & { config?: string } = {}) =>
  cli(['audit', ...argv], { cwd: folderWith({ 'media.yaml': config }), ...around });

describe('audit', () => {
  test('--show prints the latest result, its time, and where the report is', async () => {
    answers = [{ state: 'idle', last: LAST }];
    const { code, stdout } = await audit(['--show']);
    expect(code).toBe(4);
    expect(stdout).toMatch(/^2 missing and 0 different versions, as of 2026-03-01 01:00 UTC\n/);
    expect(stdout).toMatch(/eu-west-1\tMissing\tprimary\t2\n/);
    expect(stdout).toContain('1,234');
    expect(stdout).toContain('Report: s3://reports/reports/1/report.html\n');
  });

  test('prints what docs/cli.md shows', async () => {
    answers = [{ state: 'idle', last: LAST }];
    expectInDocs((await audit(['--show'], { columns: 100, env: { NO_COLOR: '1' } })).stdout);
  });

  test('starts a run, and shows its progress on a terminal', async () => {
    const running = { state: 'running', run: { id: '1', done: 3, total: 6 } };
    answers = [{ state: 'idle' }, running, running, { state: 'idle', last: CLEAN }];
    const { code, stdout, stderr } = await audit([], { columns: 100, env: { NO_COLOR: '1' } });
    expect(code).toBe(0);
    expect(stderr).toContain('[###############...............] 3 of 6 queries');
    expect(stdout).toContain('No version is missing or different, as of 2026-03-01 01:00 UTC');
    expect(stdout).toContain('no differences');
  });

  test('prints no progress elsewhere, and JSON with --json', async () => {
    answers = [
      { state: 'idle' },
      { state: 'running', run: { id: '1', done: 3, total: 6 } },
      { state: 'idle', last: CLEAN },
    ];
    const { stdout, stderr } = await audit(['--json']);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ state: 'idle', last: CLEAN });
  });

  test('does not wait for inventories, or with --no-wait', async () => {
    answers = [{ state: 'idle' }, { state: 'waiting', waiting: { message: 'There is no inventory yet.' } }];
    expect(await audit()).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no inventory yet.') });
    answers = [{ state: 'idle' }, { state: 'running' }];
    expect(await audit(['--no-wait'])).toMatchObject({ code: 0, stdout: expect.stringContaining('is running') });
  });

  test('prints the result of a part, and the failure of a run', async () => {
    answers = [
      { state: 'idle' },
      { state: 'running' },
      { state: 'idle', last: LAST, lastScoped: { ...CLEAN, prefix: 'a/' } },
    ];
    expect((await audit(['--prefix', 'a/'])).stdout).toContain('(keys that begin with "a/")');
    answers = [
      { state: 'idle' },
      { state: 'running' },
      { state: 'idle', failure: { at: '', message: 'Athena failed.' } },
    ];
    expect(await audit()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('The audit failed: Athena failed.'),
    });
  });

  test('fails without an audit in the config, and with options that contradict each other', async () => {
    expect((await audit([], { config: VALID })).stderr).toContain('has no audit. Add `audit: {}`');
    expect((await audit(['--show', '--prefix', 'a/'])).stderr).toContain('--show starts no run');
  });

  test('needs the permissions that docs/cli.md lists', async () => {
    answers = [{ state: 'idle', last: CLEAN }];
    await audit(['--show']);
    expect(permissionsOf(cloud.calls)).toBe('`cloudformation:ListStackResources`, `lambda:InvokeFunction`');
  });
});

describe('status', () => {
  const row = async () => (await cli(['status'], { cwd: folderWith({ 'media.yaml': CONFIG }) })).stdout;

  test('has a line about the audit', async () => {
    cloud.deploy('Media', 'us-east-1');
    answers = [{ state: 'idle', last: LAST }];
    expect(await row()).toContain('audit\tus-east-1\tdifferences\t2 missing, 0 different\t2026-03-01 01:00\n');
    answers = [{ state: 'running', run: { id: '1', done: 3, total: 6 }, last: CLEAN }];
    expect(await row()).toContain(
      'audit\tus-east-1\trunning\t0 missing, 0 different, 3 of 6 queries\t2026-03-01 01:00\n',
    );
    answers = [{ state: 'waiting', waiting: { message: 'There is no inventory yet.' } }];
    expect(await row()).toContain('audit\tus-east-1\tno result yet\tThere is no inventory yet.\t-\n');
  });
});
