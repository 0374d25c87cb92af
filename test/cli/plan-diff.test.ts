import { readFileSync } from 'node:fs';
import { cli, folderWith, VALID } from './support';

const MEETINGS = 'meetings: { rooms: [{ meetingName: hall, mediaRegion: us-east-1, replicas: [{ mediaRegion: us-east-1';
const SMALL = `${VALID}${MEETINGS}, count: 2 }] }] }\n`;
const LARGE = `${VALID}${MEETINGS}, count: 8 }] }] }\n`;

const run = (old: string, text: string, ...options: string[]) =>
  cli(['plan', '--diff', 'old.yaml', ...options], { cwd: folderWith({ 'old.yaml': old, 'media.yaml': text }) });

async function diffOf(old: string, text: string) {
  const { code, stdout, stderr } = await run(old, text, '--json');
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

describe('plan --diff', () => {
  test('finds no changes between equal configs', async () => {
    expect(await diffOf(SMALL, SMALL)).toEqual({
      version: 1,
      before: 'old.yaml',
      after: 'media.yaml',
      changed: false,
      regions: [],
      stacks: [],
      resources: [],
      meetings: [],
      quotas: [],
      costs: [],
    });
    expect(await run(SMALL, SMALL)).toEqual({ code: 0, stdout: 'old.yaml -> media.yaml: no changes\n', stderr: '' });
  });

  test('lists regions and stacks that are added and removed', async () => {
    const { changed, regions, stacks, costs } = await diffOf(VALID, VALID.replace('eu-west-1', 'eu-central-1'));
    expect(changed).toBe(true);
    expect(regions.map(({ change, before, after }: any) => [change, (after ?? before).region])).toEqual([
      ['added', 'eu-central-1'],
      ['removed', 'eu-west-1'],
    ]);
    expect(stacks.map(({ change, before, after }: any) => [change, (after ?? before).stackName])).toEqual([
      ['added', expect.stringMatching(/eu-central-1$/)],
      ['changed', 'Media'], // has the new replica in its settings
      ['removed', expect.stringMatching(/eu-west-1$/)],
    ]);
    const [first] = costs;
    expect(first).toEqual({ what: 'At rest in eu-central-1, per month', after: { amount: 1.1, currency: 'USD' } });
  });

  test('counts resources that are added, changed and removed by logical id, and those that are kept', async () => {
    const { resources } = await diffOf(VALID, VALID.replace('eu-west-1', 'eu-central-1'));
    const ofType = (name: string) =>
      resources
        .filter(({ type }: any) => type === name)
        .map(({ region, added, changed, removed, kept }: any) => [region, added, changed, removed, kept]);
    expect(ofType('AWS::S3::Bucket')).toEqual([
      ['eu-central-1', 1, 0, 0, 0],
      ['us-east-1', 0, 1, 0, 0],
      ['eu-west-1', 0, 0, 1, 1],
    ]);
    expect(ofType('AWS::IAM::Role')).toEqual([
      ['eu-central-1', 1, 0, 0, 0],
      ['eu-west-1', 0, 0, 1, 0],
    ]);
    const removed = await run(`${VALID}canary: {}\n`, VALID);
    expect(removed.stdout).toMatch(/us-east-1\tAWS::CloudWatch::Alarm\t-\d+\n/);
  });

  test('shows the change of capacity, quotas and costs', async () => {
    const { meetings, quotas, costs } = await diffOf(SMALL, LARGE);
    const [{ change, before, after }] = meetings;
    expect([change, before.sessions, after.sessions]).toEqual(['changed', 3, 9]);
    expect(
      quotas.map((each: any) => [each.after.code, each.before.needed, each.after.needed, each.after.raise]),
    ).toEqual([
      ['L-154D84D0', 2, 8, true],
      ['L-9F286451', 3, 9, false],
    ]);
    const seats = after.capacity - before.capacity;
    expect(costs).toEqual([
      {
        what: 'Hour of hall, with all attendees',
        before: expect.anything(),
        after: expect.anything(),
        difference: expect.closeTo(0.0017 * 60 * seats, 6),
      },
    ]);
    expect((await run(SMALL, LARGE)).stdout).toMatch(/L-154D84D0\t.*\tus-east-1\t2 -> 8\t4\tno: raise\n/);
  });

  test('compares costs at the prices of each file, and not across currencies', async () => {
    const priced = (estimate: string) => `${VALID}estimate: { ${estimate} }\n`;
    const { costs } = await diffOf(VALID, priced('prices: { dashboardMonth: 5 }'));
    expect(costs).toEqual([
      {
        what: 'At rest, per month',
        before: expect.anything(),
        after: expect.anything(),
        difference: expect.closeTo(2, 6),
      },
      {
        what: 'At rest in us-east-1, per month',
        before: expect.anything(),
        after: expect.anything(),
        difference: expect.closeTo(2, 6),
      },
    ]);
    const euro = await diffOf(VALID, priced('currency: EUR, prices: { kmsKeyMonth: 1 }'));
    expect(euro.costs[0]).toEqual({
      what: 'At rest, per month',
      before: { amount: expect.any(Number), currency: 'USD' },
      after: { amount: 4, currency: 'EUR' },
    });
  });

  test('says that removed stacks are not deleted', async () => {
    const text = 'A deployment does not delete stacks that are no longer in the config.';
    const two = `${VALID}    - region: eu-central-1\n`;
    expect((await run(two, VALID)).stdout).toContain(text);
    expect((await run(VALID, two)).stdout).not.toContain(text);
  });

  test('reports the problems of both files', async () => {
    const { code, stderr } = await run('version: 2', VALID.replace('eu-west-1', 'eu-wst-1'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^old\.yaml:1:10 {2}version {2}got 2, expected 1$/m);
    expect(stderr).toMatch(/^media\.yaml:6:15 {2}media\.replicas\[0\]\.region /m);
    expect(stderr).toMatch(/ in old\.yaml and media\.yaml\n$/);
  });

  test('fails if the older file does not exist', async () => {
    const cwd = folderWith({ 'media.yaml': VALID });
    expect(await cli(['plan', '--diff', 'none.yaml'], { cwd })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'none.yaml was not found. Specify an existing config with --diff.\n',
    });
    expect((await cli(['plan', '--diff='], { cwd })).stderr).toContain('--diff requires a path.\n');
  });

  test('is shown in docs/cli.md as it is on a terminal', async () => {
    const document = readFileSync('docs/cli.md', 'utf8');
    const [, example] = /## Example\n\n```yaml\n([^]*?)```/.exec(document)!;
    const cwd = folderWith({ 'media.yaml': example, 'old.yaml': example.replace('canary: {}\n', '') });
    const around = { cwd, columns: 80, env: { NO_COLOR: '1' } };
    const { stdout } = await cli(['plan', '--diff', 'old.yaml'], around);
    expect(document).toContain(stdout);
  });
});
