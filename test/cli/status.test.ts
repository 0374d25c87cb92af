import { ACCOUNT, FakeCloud, permissionsOf } from './fake-cloud';
import { Around, cli, expectInDocs, folderWith, VALID } from './support';

jest.mock('node:child_process', () => ({ ...jest.requireActual('node:child_process'), execFile: jest.fn() }));

const CONFIG = `${VALID}    - region: ap-southeast-2\ncanary: {}\n`;
const NOW = Date.parse('2026-01-31T12:00:00Z');
const minutesAgo = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();
const STATUS_FUNCTION = /MediaJobsStatus\w+/;

const JOB = {
  kind: 'backfill',
  cause: 'replicas-added',
  state: 'finished',
  outcome: 'complete',
  total: 1_200_000,
  done: 1_199_988,
  failed: 12,
  asOf: '2026-01-30T18:20:00.000Z',
};
const NO_FAILURES = { outstanding: 0, givenUp: 0, byReason: [] };

const calls = new Set<string>();
let cloud: FakeCloud;
beforeEach(() => {
  cloud = new FakeCloud();
  cloud.install();
  jest.spyOn(Date, 'now').mockReturnValue(NOW);
});
afterEach(() => {
  jest.restoreAllMocks();
  cloud.calls.forEach((call) => calls.add(call));
  const changing = cloud.calls.filter((call) => !/^\S+ (describe|list|get|invoke)/.test(call));
  expect(changing).toEqual([]);
});

function status(argv: string[] = [], { config = CONFIG, ...around }: Around & { config?: string } = {}) {
  return cli(['status', ...argv], { cwd: folderWith({ 'media.yaml': config }), ...around });
}

async function statusJson(config = CONFIG) {
  const { code, stdout, stderr } = await status(['--json'], { config });
  return { code, stderr, ...(code === 0 ? JSON.parse(stdout) : {}) };
}

async function deployAll(config = CONFIG): Promise<void> {
  const { stdout } = await cli(['plan', '--json'], { cwd: folderWith({ 'media.yaml': config }) });
  for (const { stackName, region } of JSON.parse(stdout).stacks) cloud.deploy(stackName, region);
  cloud.deploy('Media', 'us-east-1', {
    StackStatus: 'UPDATE_COMPLETE',
    LastUpdatedTime: '2026-01-31T10:07:30.123000+00:00',
  });
  cloud.functions.status = { bucket: 'media', jobs: [JOB], failures: NO_FAILURES };
  cloud.physicalIds = (id) => (STATUS_FUNCTION.test(id) ? ['status'] : []);
}

type Values = Record<string, [value: number, time: string][]>;

/** Metrics by name and by Region: of the replica, or of the canary's dimension. */
function metrics(values: Record<string, Values>): void {
  cloud.metric = ({ MetricStat: { Metric } }) => {
    const dimension = (name: string) => Metric.Dimensions.find(({ Name }: any) => Name === name)?.Value;
    const [, region] = /(?:\d{12}-)(\w+-\w+-\d)-an$/.exec(dimension('DestinationBucket') ?? '') ?? [];
    return values[region ?? dimension('Region') ?? 'all']?.[Metric.MetricName] ?? [];
  };
}

const HEALTHY: Record<string, Values> = {
  'eu-west-1': {
    ReplicationLatency: [[14, minutesAgo(2)]],
    BytesPendingReplication: [[1_240_000_000, minutesAgo(2)]],
    OperationsPendingReplication: [
      [34, minutesAgo(2)],
      [50, minutesAgo(3)],
    ],
    OperationsFailedReplication: [[0, minutesAgo(60)]],
    CanaryFailures: [[0, minutesAgo(25)]],
    ReplicationTime: [[9.4, minutesAgo(25)]],
  },
  'ap-southeast-2': {
    ReplicationLatency: [[1_320, minutesAgo(4)]],
    BytesPendingReplication: [[90_500_000_000, minutesAgo(4)]],
    OperationsPendingReplication: [[4_120, minutesAgo(4)]],
    OperationsFailedReplication: [
      [2, minutesAgo(60)],
      [1, minutesAgo(120)],
    ],
    CanaryFailures: [[1, minutesAgo(25)]],
    ReplicationTime: [[30, minutesAgo(85)]],
  },
  'us-east-1': { CanaryFailures: [[0, minutesAgo(25)]] },
  all: {
    CanaryFailures: [
      [1, minutesAgo(25)],
      [0, minutesAgo(85)],
    ],
  },
};

describe('status', () => {
  test('shows stacks, replication, backfill and canary in one table, as docs/cli.md does', async () => {
    await deployAll();
    metrics(HEALTHY);
    const { code, stdout, stderr } = await status([], { columns: 110, env: { NO_COLOR: '1' } });
    expect([code, stderr]).toEqual([0, '']);
    expectInDocs(stdout);
  });

  test('--json prints all values', async () => {
    await deployAll();
    metrics(HEALTHY);
    const { code, ...found } = await statusJson();
    expect(code).toBe(0);
    expect(found).toMatchObject({
      version: 1,
      stackName: 'Media',
      stacks: [
        { region: 'ap-southeast-2', status: 'CREATE_COMPLETE', changedAt: '2026-01-31T10:00:00.123Z' },
        { region: 'eu-west-1', status: 'CREATE_COMPLETE' },
        { region: 'us-east-1', status: 'UPDATE_COMPLETE', changedAt: '2026-01-31T10:07:30.123Z' },
      ],
      replication: [
        {
          region: 'eu-west-1',
          latencySeconds: 14,
          pendingBytes: 1_240_000_000,
          pendingOperations: 34,
          asOf: minutesAgo(2),
          failedOperations: 0,
        },
        { region: 'ap-southeast-2', latencySeconds: 1_320, failedOperations: 3 },
      ],
      backfill: [{ region: 'us-east-1', job: JOB, jobsInProgress: 0, outstanding: 0, givenUp: 0 }],
      canary: {
        region: 'us-east-1',
        lastRun: minutesAgo(25),
        isOverdue: false,
        failedRegions: ['ap-southeast-2'],
        replicationSeconds: { 'eu-west-1': 9.4 },
      },
    });
  });

  test('reads the metrics of each rule where S3 publishes them, with the account of the credentials', async () => {
    await deployAll();
    const asked: string[] = [];
    cloud.metric = ({ MetricStat: { Metric } }, region) => {
      const values = Metric.Dimensions.map(({ Value }: any) => Value.replace(/[0-9a-f]{8}/, '<hash>'));
      asked.push([region, Metric.Namespace, Metric.MetricName, ...values].join(' '));
      return [];
    };
    await status();
    const [source, destination] = ['us-east-1', 'eu-west-1'].map((region) => `media-<hash>-${ACCOUNT}-${region}-an`);
    const rule = `${source} ${destination} media-<hash>-eu-west-1`;
    expect(asked).toEqual(
      expect.arrayContaining([
        `eu-west-1 AWS/S3 ReplicationLatency ${rule}`,
        `eu-west-1 AWS/S3 BytesPendingReplication ${rule}`,
        `eu-west-1 AWS/S3 OperationsPendingReplication ${rule}`,
        `us-east-1 AWS/S3 OperationsFailedReplication ${rule}`,
        'us-east-1 MediaReplication/Canary CanaryFailures canary-<hash>',
        'us-east-1 MediaReplication/Canary ReplicationTime canary-<hash> eu-west-1',
      ]),
    );
  });

  test('shows what is not deployed, or paused, or has no metrics', async () => {
    const config = CONFIG.replace('    - region: ap', '      enabled: false\n    - region: ap').replace(
      'ap-southeast-2\n',
      'ap-southeast-2\n      replicationMetrics: false\n',
    );
    const { code, stdout } = await status([], { config });
    expect(code).toBe(0);
    expect(stdout.match(/^stack\t.*\tnot deployed\t/gm)).toHaveLength(3);
    expect(stdout).toContain('replication\teu-west-1\tpaused\t-\t-\n');
    expect(stdout).toContain('replication\tap-southeast-2\tno metrics\treplicationMetrics is false\t-\n');
    expect(stdout).toContain('backfill\tus-east-1\tunknown\tThe stack Media is not deployed.\t-\n');
    expect(stdout).toContain('canary\tus-east-1\tunknown\tThe stack Media is not deployed.\t-\n');
  });

  test('shows a platform without uploads, backfills and runs of the canary', async () => {
    await deployAll();
    cloud.functions.status = { jobs: [], failures: NO_FAILURES };
    const { stdout } = await status();
    expect(stdout).toContain('replication\teu-west-1\tno uploads in the last hour\t0 failed in 24 h\t-\n');
    expect(stdout).toContain('backfill\tus-east-1\tnone\t-\t-\n');
    expect(stdout).toContain('canary\tus-east-1\tno recent run\t-\t-\n');
  });

  test('reads times as seconds, which version 1 of the AWS CLI prints', async () => {
    await deployAll();
    cloud.metric = () => [[0, (NOW / 1000 - 60) as any]];
    expect((await statusJson()).canary.lastRun).toBe(minutesAgo(1));
  });

  test('shows that a run of the canary is overdue', async () => {
    await deployAll();
    metrics({ all: { CanaryFailures: [[0, minutesAgo(136)]] } });
    expect((await status()).stdout).toContain('canary\tus-east-1\toverdue\t-\t2026-01-31 09:44\n');
  });

  test.each<[object, object, string]>([
    [
      { state: 'started', outcome: undefined, done: 300_000, failed: 0, secondsLeft: 9_000 },
      {},
      'running\t300,000 of 1,200,000 objects, 2.5 h left',
    ],
    [
      { state: 'wanted', outcome: undefined, total: undefined, done: undefined, failed: 0, failure: 'AccessDenied' },
      {},
      'waiting\tAccessDenied',
    ],
    [
      { outcome: 'failed', done: undefined, failed: 0, failure: 'JobFailed' },
      { outstanding: 1_500, givenUp: 20 },
      'failed\tJobFailed, 1,500 objects not replicated, 20 given up',
    ],
  ])('shows a backfill: %j %j', async (job, failures, cells) => {
    await deployAll();
    cloud.functions.status = { jobs: [{ ...JOB, ...job }], failures: { ...NO_FAILURES, ...failures } };
    expect((await status()).stdout).toContain(`backfill\tus-east-1\t${cells}\t`);
  });

  test('shows a backfill in progress rather than the latest one, and repairs', async () => {
    await deployAll();
    const running = { ...JOB, state: 'started', outcome: undefined };
    cloud.functions.status = { jobs: [{ ...JOB, kind: 'repair' }, JOB, running], failures: NO_FAILURES };
    expect((await statusJson()).backfill[0].job.state).toBe('started');
    cloud.functions.status = { jobs: [{ ...running, kind: 'repair' }, JOB], failures: NO_FAILURES };
    expect((await status()).stdout).toContain('12 failed, a repair is in progress');
  });

  test('asks the status function of each copy with two-way replication', async () => {
    const config = CONFIG.replace('media:', 'media:\n  writeToReplicas: true');
    await deployAll(config);
    cloud.physicalIds = (id) => [id];
    const names = () =>
      cloud.calls.flatMap((call) => /lambda invoke --function-name (\S+).*--region (\S+)/.exec(call) ?? []);
    const { backfill } = await statusJson(config);
    expect(names().filter((_, index) => index % 3 === 2)).toEqual(
      expect.arrayContaining(['us-east-1', 'eu-west-1', 'ap-southeast-2']),
    );
    expect(backfill.map(({ region }: any) => region)).toEqual(['us-east-1', 'eu-west-1', 'ap-southeast-2']);
  });

  test('shows whether a failover is active, also while the primary Region does not answer', async () => {
    const standby = '  writeToReplicas: true\nrouter: { standby: { region: eu-west-1 } }\n';
    const config = `${VALID}${standby}account: "${ACCOUNT}"\n`;
    await deployAll(config);
    const none = await status([], { config });
    expect(none.stdout).toContain('failover\teu-west-1\tnone\t-\t-\n');
    const record = { version: 1, from: 'us-east-1', to: 'eu-west-1', startedAt: '2026-01-31T11:40:00.000Z' };
    const bucket = /--bucket (\S+)/.exec(cloud.calls.find((call) => call.startsWith('s3api get-object'))!)![1];
    cloud.objects.set(`${bucket}/failover.json`, JSON.stringify(record));
    cloud.failure = (call) => (call.endsWith('us-east-1') ? { error: 'Could not connect' } : undefined);
    const { failover } = await statusJson(config);
    expect(failover).toEqual({ region: 'eu-west-1', active: record });
    const { stdout } = await status([], { config });
    expect(stdout).toContain('failover\teu-west-1\tactive\tuploads and reads go to eu-west-1\t2026-01-31 11:40\n');
  });

  test('has no row for what the config does not have', async () => {
    const config = VALID.replace('media:', 'media:\n  replicateExisting: false');
    await deployAll(config);
    const { backfill, canary } = await statusJson(config);
    expect([backfill, canary]).toEqual([[], undefined]);
  });
});

describe('status, if a part of AWS does not answer,', () => {
  const error = 'Connect timeout on endpoint URL: "https://cloudformation.amazonaws.com/"';
  const outage = (region: string) => {
    cloud.failure = (call) => (call.endsWith(` ${region}`) ? { error } : undefined);
  };

  test('shows a replica Region as unknown', async () => {
    await deployAll();
    metrics(HEALTHY);
    outage('ap-southeast-2');
    const { code, stacks, replication, backfill, canary } = await statusJson();
    expect(code).toBe(0);
    expect(stacks.map(({ problem }: any) => problem)).toEqual([
      `aws cloudformation describe-stacks failed: ${error}`,
      undefined,
      undefined,
    ]);
    expect(replication[0].latencySeconds).toBe(14);
    expect(replication[1].problem).toBe(`aws cloudwatch get-metric-data failed: ${error}`);
    expect([backfill[0].job.outcome, canary.lastRun]).toEqual(['complete', minutesAgo(25)]);
    expect((await status()).stdout).toContain(
      'replication\tap-southeast-2\tunknown\taws cloudwatch get-metric-data failed',
    );
  });

  test('shows the replicas even if the primary Region does not answer', async () => {
    await deployAll();
    metrics(HEALTHY);
    outage('us-east-1');
    const { code, stacks, replication, backfill, canary } = await statusJson();
    expect(code).toBe(0);
    expect(stacks[2].problem).toContain(error);
    expect(replication[0]).toMatchObject({ latencySeconds: 14 });
    expect(replication[0].failedOperations).toBeUndefined();
    expect([backfill[0].problem, canary.problem]).toEqual([
      expect.stringContaining(error),
      expect.stringContaining(error),
    ]);
  });

  test('shows that the status function fails', async () => {
    await deployAll();
    cloud.functions.status = { errorType: 'ServiceUnavailable', errorMessage: 'no table' };
    const { backfill } = await statusJson();
    expect(backfill[0].problem).toBe('The function status failed: ServiceUnavailable no table');
  });

  test('shows that the deployed stack has no status function yet', async () => {
    await deployAll();
    cloud.physicalIds = () => [];
    const { backfill } = await statusJson();
    expect(backfill[0].problem).toBe('The stack Media has no status function. Deploy it again.');
  });

  test('limits the time that it waits', async () => {
    await status();
    for (const call of cloud.calls) expect(call).toContain(' --cli-connect-timeout 10 --cli-read-timeout 40 ');
  });

  test('fails if nothing answers', async () => {
    cloud.failure = () => ({ error: 'Unable to locate credentials. You can configure them by "aws configure".' });
    const { code, stdout, stderr } = await status();
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^aws cloudformation describe-stacks failed: Unable to locate credentials/);
  });
});

test('docs/cli.md lists the permissions that status requires', () => {
  expectInDocs(`Permissions of \`status\`: ${permissionsOf(calls)}.`);
});
