import { execFile, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { FakeSites } from './fake-sites';
import { cli, expectInDocs, folderWith } from './support';
import { createStack } from '../../cli/app/build';
import { AwsError } from '../../cli/aws/aws-cli';
import type { MediaConfig } from '../../cli/config/config';
import { compare } from '../../cli/failover/comparison';
import { failbackPlan } from '../../cli/failover/failback';
import { failoverPlan } from '../../cli/failover/failover';
import { FailoverPlan } from '../../cli/failover/plan';
import { Platform, platformOf } from '../../cli/failover/platform';

jest.mock('node:child_process', () => ({
  ...jest.requireActual('node:child_process'),
  execFile: jest.fn(),
  spawn: jest.fn(),
}));

const CONFIG = `version: 1
stackName: Media
region: us-east-1
media:
  writeToReplicas: true
  replicas:
    - region: eu-west-1
router:
  uploads: true
  standby:
    region: eu-west-1
`;
const NOW = Date.parse('2026-01-31T12:00:00Z');
const RECORD = 'failover.json';
const STARTED = new Date(NOW).toISOString();
const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();

let sites: FakeSites;
let platform: Platform;
let cwd: string;
const stack = createStack(
  {
    stackName: 'Media',
    region: 'us-east-1',
    media: { writeToReplicas: true, replicas: [{ region: 'eu-west-1' }] },
    router: { uploads: true, standby: { region: 'eu-west-1' } },
  } as unknown as MediaConfig,
  folderWith(),
);

/** A process that works on the sites, until it is killed. */
async function newProcess(on: FakeSites): Promise<() => void> {
  let isDead = false;
  const send = async (region: string, service: string, operation: string, options: any, file?: string) => {
    if (isDead) throw new Error('killed');
    return on.run(region, service, operation, options, file);
  };
  const accounts: any = {
    cli: (region: string) => ({
      region,
      run: (...args: [string, string, any, string?]) => send(region, ...args),
      call: (service: string, operation: string, parameters: object, options: object) =>
        send(region, service, operation, { 'cli-input-json': JSON.stringify(parameters), ...options }),
      pages: async function* (_service: string, _operation: string, options: any) {
        for await (const page of on.pages(region, options)) {
          if (isDead) throw new Error('killed');
          yield page;
        }
      },
    }),
  };
  const config: any = { region: 'us-east-1', media: { replicas: [] }, router: { uploads: true } };
  platform = await platformOf(config, stack, accounts);
  return () => (isDead = true);
}

beforeEach(async () => {
  await newProcess(new FakeSites('', ''));
  sites = new FakeSites(platform.from.bucket, platform.to.bucket);
  await newProcess(sites);
  cwd = folderWith();
  jest.useFakeTimers({ now: NOW, doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'queueMicrotask'] });
  (spawn as unknown as jest.Mock).mockImplementation((_file, args: string[]) => {
    const { options } = parsed(args);
    const lines = async function* () {
      for await (const page of sites.pages(options.region, options)) yield `${JSON.stringify(page)}\n`;
    };
    const child = { stdout: Readable.from(lines()), stderr: Readable.from([]), kill: () => true };
    const on = (event: string, done: (code: number) => void) =>
      event === 'close' && child.stdout.on('close', () => done(0));
    return { ...child, on };
  });
  (execFile as unknown as jest.Mock).mockImplementation((_file, args: string[], _options, done) => {
    const { service, operation, options, files } = parsed(args);
    sites.run(options.region, service, operation, options, files[0]).then(
      (answer) => done(null, JSON.stringify(answer), ''),
      (error) => done(error, '', `An error occurred (${error.code}) when calling the operation: ${error.message}`),
    );
  });
});
afterEach(() => jest.useRealTimers());

/** The arguments of the AWS CLI. */
function parsed([service, operation, ...rest]: string[]) {
  const options: Record<string, string> = {};
  const files: string[] = [];
  for (let index = 0; index < rest.length; index++) {
    if (rest[index] === '--no-paginate') options['no-paginate'] = '';
    else if (rest[index].startsWith('--')) options[rest[index].slice(2)] = rest[++index];
    else files.push(rest[index]);
  }
  return { service, operation, options, files };
}

const failover = () => failoverPlan(platform);
const failback = (isForced?: boolean) => failbackPlan(platform, { cwd, isForced: isForced ?? false, pollMs: 1 });

async function run(plan: FailoverPlan): Promise<Record<string, string>> {
  const details: Record<string, string> = {};
  await plan.run(false, ({ step, detail, lines }) => (details[step] = [detail, ...lines].join('\n')));
  return details;
}

const parsedLines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
/** The lines of a list in the records bucket. */
const stored = (name: string) => parsedLines(sites.records.get(`${name === RECORD ? '' : `${STARTED}/`}${name}`)!);
/** The versions of a list with this difference. */
const listed = (difference: string) =>
  stored('not-replicated.jsonl')
    .flatMap((line) => (line.difference === difference ? [line.versionId] : []))
    .sort();

/** A primary that stopped before it had replicated `late`, and a replica that has taken uploads since. */
async function outage(failOver: () => Promise<unknown> = () => run(failover())): Promise<void> {
  const { primary, replica } = sites;
  sites.put(primary, { key: 'a', id: 'a1', at: at(-60) }, { key: 'b', id: 'b1', at: at(-50) });
  sites.copy(primary, replica);
  sites.put(primary, { key: 'late', id: 'late1', at: at(-1) }, { key: 'b', id: 'b2', at: at(-1) });
  sites.off.add('us-east-1');
  await failOver();
  sites.put(replica, { key: 'new', id: 'new1', at: at(1) }, { key: 'b', id: 'b3', at: at(2) });
  sites.put(replica, { key: 'a', id: 'a2', at: at(3), marker: true });
  sites.off.clear();
  jest.setSystemTime(NOW + 60 * 60_000);
}

describe('failover', () => {
  test('writes the record while the region of the primary does not answer', async () => {
    sites.off.add('us-east-1');
    sites.metrics = {
      ReplicationLatency: [[12, at(-3)]],
      OperationsPendingReplication: [
        [5, at(-3)],
        [0, at(-4)],
      ],
    };
    sites.put(sites.replica, { key: 'old', id: 'o1', at: at(-600) }, { key: 'new', id: 'n1', at: at(-1) });
    const details = await run(failover());
    // 12 seconds before the last point, and a period of a minute.
    const since = new Date(NOW - 3 * 60_000 - 72_000).toISOString();
    expect(stored(RECORD)[0]).toEqual({
      version: 1,
      from: 'us-east-1',
      to: 'eu-west-1',
      startedAt: STARTED,
      unreplicatedSince: since,
    });
    expect(details.estimate).toContain(since);
    expect(details.routers).toBe(
      'the standby follows; the router in us-east-1 does not answer. It follows when it returns',
    );
    expect(stored('replica-at-failover.jsonl')).toEqual([{ since }, 'n1']);
  });

  test('uses a time without pending operations, or no time without metrics', async () => {
    sites.metrics = { ReplicationLatency: [[600, at(-2)]], OperationsPendingReplication: [[0, at(-5)]] };
    await run(failover());
    expect(stored(RECORD)[0].unreplicatedSince).toBe(at(-6));
    sites.records.clear();
    sites.metrics = { OperationsPendingReplication: [[3, at(-5)]] };
    expect((await run(failover())).estimate).toMatch(/^unknown/);
    expect(stored(RECORD)[0]).not.toHaveProperty('unreplicatedSince');
  });

  test('includes uploads in parts that began earlier in the list of the replica', async () => {
    sites.metrics = { OperationsPendingReplication: [[0, at(-5)]] };
    const early = { key: 'parts', id: 'p1', at: at(-24 * 60) };
    sites.put(sites.replica, { ...early, etag: '"abc-9"' }, { ...early, key: 'whole', id: 'w1' });
    await run(failover());
    expect(stored('replica-at-failover.jsonl').slice(1)).toEqual(['p1']);
  });

  test('keeps the record of an active failover', async () => {
    await run(failover());
    jest.setSystemTime(NOW + 60_000);
    const details = await run(failover());
    expect(details.check).toBe(`active since ${STARTED}`);
    expect(stored(RECORD)[0].startedAt).toBe(STARTED);
    expect([...sites.records.keys()]).toHaveLength(2);
  });

  test.each<[string, () => void, string]>([
    ['versioning is suspended', () => (sites.versioning = 'Suspended'), 'has no versioning'],
    ['the rules are disabled', () => (sites.ruleStatus = 'Disabled'), 'no enabled rule that replicates to media-'],
    [
      'the replica does not answer',
      () => sites.off.add('eu-west-1'),
      'eu-west-1: aws s3api get-bucket-versioning got no',
    ],
  ])('changes nothing if %s', async (_, breakIt, message) => {
    breakIt();
    await expect(run(failover())).rejects.toThrow(message);
    expect(sites.active).toBe(false);
    expect(sites.calls.join()).not.toContain('put-object');
  });
});

describe('failback', () => {
  test('lists what was not replicated and conflicts, replicates in both directions, and returns', async () => {
    await outage();
    const details = await run(failback());
    const report = stored('not-replicated.jsonl');
    expect(listed('notReplicated')).toEqual(['b2', 'late1']);
    expect(report.filter(({ difference }) => difference === 'conflict')).toEqual([
      { difference: 'conflict', key: 'b', newest: 'b3', currentInPrimary: 'b2', currentInReplica: 'b3' },
    ]);
    expect([report[0], report.at(-1)]).toEqual([
      { version: 1, from: 'us-east-1', to: 'eu-west-1', startedAt: STARTED, asOf: at(60) },
      { compared: 7 },
    ]);
    expect(details.list).toContain('2 versions not replicated at the failover, 1 conflict');
    expect(details.list).toContain('changed on both sides: "b", newest: b3');
    const [file] = readdirSync(cwd);
    expect(parsedLines(readFileSync(join(cwd, file), 'utf8'))).toEqual(report);
    expect(sites.active).toBe(false);
    const all = ['a1', 'a2', 'b1', 'b2', 'b3', 'late1', 'new1'];
    for (const bucket of [sites.primary, sites.replica]) {
      expect(
        sites.versions
          .get(bucket)!
          .map(({ id }) => id)
          .sort(),
      ).toEqual(all);
    }
    expect(sites.jobs.map(({ region }) => region).sort()).toEqual(['eu-west-1', 'us-east-1']);
    expect(details.return).toContain('uploads and reads go to us-east-1');
  });

  test('lists versions that S3 has replicated since the region returned', async () => {
    await outage();
    sites.copy(sites.primary, sites.replica);
    sites.copy(sites.replica, sites.primary);
    await run(failback());
    expect(listed('notReplicated')).toEqual(['b2', 'late1']);
    expect(sites.jobs).toEqual([]);
  });

  test('holds no list in one string, because a list can be longer than the longest string', async () => {
    sites.pageSize = 1_000;
    const many = (name: string, minutes: number) =>
      Array.from({ length: 2_000 }, (_, index) => ({
        key: `${name}-${index}`,
        id: `${name}${index}`,
        at: at(minutes),
      }));
    sites.put(sites.replica, ...many('before', -1));
    await run(failover());
    sites.put(sites.primary, ...many('late', -1));
    sites.put(sites.replica, ...many('new', 1));
    jest.setSystemTime(NOW + 60 * 60_000);
    const pageLength = 200_000;
    const stringify = jest.spyOn(JSON, 'stringify');
    const parse = jest.spyOn(JSON, 'parse');
    await run(failback());
    const texts = [...stringify.mock.results.map(({ value }) => value), ...parse.mock.calls.map(([text]) => text)];
    expect(Math.max(...texts.map((text) => String(text).length))).toBeLessThan(pageLength);
    jest.restoreAllMocks();
    expect([listed('notReplicated').length, listed('missingInPrimary').length]).toEqual([2_000, 4_000]);
  });

  test('compares a key with more versions than a call has arguments', async () => {
    const rows = Array.from({ length: 150_000 }, (_, index) => ['key', `v${index}`, at(-index), index === 0, 1, '"a"']);
    const aws: any = {
      pages: async function* (_service: string, _operation: string, options: object) {
        if (!('starting-token' in options)) yield { v: rows };
      },
      call: async () => ({}),
    };
    const found: unknown[] = [];
    const both: any = { from: { aws, bucket: 'a' }, to: { aws, bucket: 'b' } };
    expect(await compare(both, NOW, undefined, (difference) => found.push(difference))).toBe(rows.length);
    expect(found).toEqual([]);
  });

  test('starts no job if nothing is missing, and ends at once without a failover', async () => {
    await run(failover());
    expect((await run(failback())).backfill).toBe(
      'eu-west-1 -> us-east-1: nothing is missing; us-east-1 -> eu-west-1: nothing is missing',
    );
    expect(await run(failback())).toEqual({ check: 'no failover is active: uploads go to us-east-1' });
  });

  test('does not return while the primary lacks versions, unless it is forced to', async () => {
    await outage();
    sites.jobOutcome = 'failed';
    await expect(run(failback())).rejects.toThrow(/missing in us-east-1: "a" a2 .* \(delete marker\)/);
    expect(sites.active).toBe(true);
    expect((await run(failback(true))).verify).toContain('missing in us-east-1: "new"');
    expect(sites.active).toBe(false);
  });

  test('does not count versions as missing that can be in flight', async () => {
    await run(failover());
    jest.setSystemTime(NOW + 60 * 60_000);
    sites.put(sites.replica, { key: 'fresh', id: 'f1', at: at(55) });
    sites.jobOutcome = 'failed';
    expect((await run(failback())).verify).toContain('1 in flight to us-east-1');
  });

  test('ignores older versions that only one copy has, for example because of a lifecycle rule', async () => {
    await run(failover());
    jest.setSystemTime(NOW + 60 * 60_000);
    sites.put(sites.replica, { key: 'old', id: 'o1', at: at(-8 * 24 * 60) });
    sites.put(sites.primary, { key: 'older', id: 'o2', at: at(-9 * 24 * 60) });
    const { verify } = await run(failback());
    expect(verify).toContain('1 older version only in eu-west-1, from before the failover');
    expect(sites.jobs).toEqual([]);
    // Nothing is hidden.
    expect(listed('missingInPrimary')).toEqual(['o1']);
    expect(listed('notReplicated')).toEqual(['o2']);
  });

  test('does not return if an older version is the current one, or the content differs', async () => {
    await outage();
    sites.copy(sites.primary, sites.replica);
    sites.copy(sites.replica, sites.primary);
    // The old primary has overwritten the newer version.
    const versions = sites.versions.get(sites.replica)!;
    versions.push(
      ...versions.splice(
        versions.findIndex(({ id }) => id === 'b2'),
        1,
      ),
    );
    await expect(run(failback())).rejects.toThrow('an older version is the current one: "b", newest: b3');
    versions.sort((one, other) => (one.at < other.at ? -1 : 1));
    versions[0] = { ...versions[0], size: 2 };
    await expect(run(failback())).rejects.toThrow('different content: "a" a1');
  });

  test('requires that the router of the region that returned follows the failover', async () => {
    await outage();
    sites.stubborn.add('us-east-1');
    await expect(run(failback())).rejects.toThrow(
      'The router in us-east-1 creates links to us-east-1, expected eu-west-1',
    );
  });
});

describe('a run that is killed', () => {
  /** Kills the run before or after the effect of its call with this number. @returns whether there was such a call */
  async function killed(planOf: () => FailoverPlan, call: number, after: boolean): Promise<boolean> {
    const kill = await newProcess(sites);
    let count = 0;
    sites.onCall = (_call, effect) => {
      if (count++ !== call) return effect();
      try {
        if (after) effect();
      } catch {
        // The response is lost, too.
      }
      kill();
      throw new Error('killed');
    };
    const died = await run(planOf()).then(
      () => false,
      (error) => error.message === 'killed',
    );
    sites.onCall = undefined;
    await newProcess(sites);
    return died;
  }

  test.each([
    ['before', false],
    ['after', true],
  ])('%s any call is continued by the next one', async (_, after) => {
    const outcome = () => ({
      active: sites.active,
      records: [...sites.records.keys()].sort(),
      versions: [...sites.versions.values()].map((versions) => versions.map(({ id }) => id).sort()),
      listed: listed('notReplicated'),
    });
    await outage();
    await run(failback());
    jest.setSystemTime(NOW);
    const expected = outcome();
    const [primary, replica] = [sites.primary, sites.replica];
    let kills = 0;
    for (let call = 0; call < 100; call++) {
      sites = new FakeSites(primary, replica);
      await newProcess(sites);
      jest.setSystemTime(NOW);
      let inFailover = false;
      await outage(async () => {
        inFailover = await killed(failover, call, after);
        await run(failover());
      });
      const inFailback = await killed(failback, call, after);
      await run(failback());
      expect(outcome()).toEqual(expected);
      expect(sites.jobs.length).toBeLessThanOrEqual(4);
      if (!inFailover && !inFailback) break;
      kills++;
    }
    expect(kills).toBeGreaterThan(20);
  });
});

describe('the command line', () => {
  const command = (argv: string[], config = CONFIG) =>
    cli(argv, { cwd: folderWith({ 'media.yaml': config }), columns: 110, env: { NO_COLOR: '1' } });

  test('failover shows its steps, as docs/cli.md does', async () => {
    sites.off.add('us-east-1');
    sites.metrics = { ReplicationLatency: [[12, at(-3)]] };
    const { code, stdout } = await command(['failover', '--to', 'eu-west-1']);
    expect(code).toBe(0);
    expectInDocs(stdout);
  });

  test('--dry-run changes nothing', async () => {
    sites.metrics = { ReplicationLatency: [[12, at(-3)]] };
    const { code, stdout, stderr } = await command(['failover', '--to', 'eu-west-1', '--dry-run']);
    expect([code, stderr, sites.active]).toEqual([0, 'Nothing was changed (--dry-run).\n', false]);
    expectInDocs(stdout.replaceAll(/\d{12}-eu-west-1-an/g, '111111111111-eu-west-1-an'));
    expect(sites.calls.join()).not.toMatch(/put-object|delete-object/);
  });

  test('failback shows its steps, as docs/cli.md does', async () => {
    await outage();
    const { code, stdout } = await command(['failback']);
    expect(code).toBe(0);
    expectInDocs(stdout.replace(/: \/\S+\/failover-/, ': /home/anna/studio/failover-'));
  });

  test('--json prints the steps', async () => {
    await run(failover());
    const { steps } = JSON.parse((await command(['failback', '--json'])).stdout);
    expect(steps.map(({ step, state }: any) => `${step} ${state}`)).toEqual([
      'check done',
      'list done',
      'backfill done',
      'verify done',
      'return done',
      'routers done',
    ]);
  });

  test.each<[string[], string, string]>([
    [['failover', '--to', 'ap-southeast-2'], CONFIG, '--to: got "ap-southeast-2", expected eu-west-1'],
    [['failover'], CONFIG, '--to: got "", expected eu-west-1'],
    [['failback'], CONFIG.replace(/ {2}standby:\n.*\n/, ''), 'router.standby is missing in the config'],
  ])('%j is refused', async (argv, config, message) => {
    const { code, stderr } = await command(argv, config);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(sites.active).toBe(false);
  });

  test('errors of AWS end with exit code 2', async () => {
    sites.ruleStatus = 'Disabled';
    const { code, stderr } = await command(['failover', '--to', 'eu-west-1']);
    expect(code).toBe(2);
    expect(stderr).toContain('Nothing was changed.');
    expect(new AwsError('x')).toBeInstanceOf(Error);
  });
});
