import { BackfillWorld } from './support/backfill-world';
import { TaskResult } from '../simulators/s3-control';

const ROWS = 100_000;
/** S3 would fail the job if more than half of its tasks failed. */
const FAILED = ROWS / 10;
/** The size of the old generation. The text of the report alone is 12 MB, so it must be streamed. */
const HEAP_MB = 64;

jest.setTimeout(900_000);

let world: BackfillWorld;

beforeAll(async () => {
  world = await BackfillWorld.start();
});

afterAll(() => world.stop());

const film = (index: number) => `films/${'season '.repeat(6)}${index}.mp4`;
const results: Iterable<TaskResult> = {
  *[Symbol.iterator]() {
    for (let index = 0; index < ROWS; index++) {
      const failed = index % 10 === 0;
      yield {
        key: film(index),
        versionId: `version-${index}`,
        status: failed ? 'failed' : 'succeeded',
        errorCode: failed ? 'DstKmsKeyInvalidState' : undefined,
      };
    }
  },
};

test('reads 100,000 rows and writes a manifest of the failures, in bounded memory and several runs', async () => {
  const worker = await world.another('Worker', { NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` });
  await world.put('films/old.mp4');
  await world.deploy('Create', { existingBucket: true });
  // The report includes all tasks, as that of a repair.
  const [job] = await world.rows('job');
  const { jobId } = world.jobs()[0];
  (world.control.job(jobId).view.request.Report as { ReportScope: string }).ReportScope = 'AllTasks';
  world.control.job(jobId).complete(results).finish();
  await world.report(jobId, { rowsPerFile: 40_000 });

  let runs = 0;
  let state = '';
  const started = Date.now();
  while (state !== 'finished') {
    // The handler reserves 20 seconds of this for saving its progress.
    await worker.invoke({}, { timeoutMs: runs === 0 ? 25_000 : 60_000 });
    [{ state }] = (await world.rows('job')).filter(({ id }) => id === job.id);
    runs++;
    expect(runs).toBeLessThan(60);
  }
  expect(runs).toBeGreaterThan(1);
  const seconds = Math.round((Date.now() - started) / 1000);
  console.log(`${ROWS} rows, ${FAILED} failures recorded: ${seconds} s in ${runs} runs with ${HEAP_MB} MB`);

  expect(await world.rows('failure')).toHaveLength(FAILED);
  const { jobs, failures } = await world.ask('DescribeReplication');
  expect(jobs[0]).toMatchObject({ outcome: 'complete', total: ROWS, done: ROWS - FAILED, failed: FAILED });
  expect(jobs[0].failedByReason).toMatchObject([{ reason: 'DstKmsKeyInvalidState', count: FAILED }]);
  expect(failures.outstanding).toBe(FAILED);

  await worker.invoke({ repair: true });
  const repair = world.jobs()[1];
  const manifest = await world.read(repair.request.Manifest!.Location.ObjectArn.replace('arn:aws:s3:::reports/', ''));
  expect(manifest.trim().split('\n')).toHaveLength(FAILED);
  world.control
    .job(repair.jobId)
    .complete({
      *[Symbol.iterator]() {
        for (const result of results) if (result.status === 'failed') yield { ...result, status: 'succeeded' as const };
      },
    })
    .finish();
  await world.report(repair.jobId);
  world.advance(60_000);
  await worker.invoke({});
  expect(await world.rows('failure')).toHaveLength(0);
  expect(worker.log).not.toMatch(/heap|"WorkerFailures":[1-9]/);
});
