import type { JobDescriptor } from '@aws-sdk/client-s3-control';
import { Job, nextAttempt, Progress } from '../../../src/stored/backfill/runtime/jobs/jobs';
import {
  hasReport,
  outcomeOf,
  progressOf,
  rateOf,
  secondsLeft,
} from '../../../src/stored/backfill/runtime/jobs/progress';
import { needingAttention } from '../../../src/stored/backfill/runtime/jobs/worker';

const PROGRESS: Progress = { status: 'Active', total: 100, succeeded: 30, failed: 20, activeSeconds: 10, at: 0 };
const job = (over: Partial<Job>) => ({ kind: 'backfill', state: 'started', attempt: 1, ...over }) as Job;

describe('rateOf and secondsLeft', () => {
  test('use the recent rate, or the average if there is none', () => {
    expect([rateOf(PROGRESS), secondsLeft(PROGRESS)]).toEqual([5, 10]);
    expect([rateOf({ ...PROGRESS, rate: 2 }), secondsLeft({ ...PROGRESS, rate: 2 })]).toEqual([2, 25]);
    expect(rateOf({ ...PROGRESS, rate: 0 })).toBe(5);
  });

  test('are undefined before the first task', () => {
    const idle = { ...PROGRESS, succeeded: 0, failed: 0 };
    expect([rateOf(idle), secondsLeft(idle), secondsLeft({ ...PROGRESS, total: 0 })]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('use a new rate only if the previous report is old enough', () => {
    const descriptor = (NumberOfTasksSucceeded: number): JobDescriptor => ({
      Status: 'Active',
      ProgressSummary: { TotalNumberOfTasks: 100, NumberOfTasksSucceeded, NumberOfTasksFailed: 0 },
    });
    const before = { ...PROGRESS, succeeded: 10, failed: 0, at: Date.now() - 100_000 };
    expect(progressOf(descriptor(60), before).rate).toBeCloseTo(0.5, 1);
    expect(progressOf(descriptor(60), { ...before, at: Date.now() - 1_000, rate: 7 }).rate).toBe(7);
    expect(progressOf({}, undefined)).toMatchObject({ status: 'Unknown', total: 0, rate: undefined });
  });
});

describe('outcomeOf', () => {
  test.each<[JobDescriptor, object]>([
    [{ Status: 'Complete' }, { outcome: 'complete' }],
    [{ Status: 'Cancelled' }, { outcome: 'cancelled' }],
    [{ Status: 'Failed' }, { outcome: 'failed', failure: 'S3 returned no reason.' }],
    [
      { Status: 'Failed', FailureReasons: [{ FailureCode: 'X', FailureReason: 'because' }] },
      { outcome: 'failed', failure: 'X: because' },
    ],
    [
      {
        Status: 'Failed',
        FailureReasons: [{ FailureReason: 'Manifest generation found No Keys Matching the filter' }],
      },
      { outcome: 'nothing' },
    ],
  ])('%j', (descriptor, expected) => expect(outcomeOf(descriptor)).toEqual(expected));

  test('hasReport depends on the kind and the progress of a job', () => {
    expect(hasReport(job({ progress: { ...PROGRESS, succeeded: 0, failed: 0 } }))).toBe('no');
    expect(hasReport(job({ progress: { ...PROGRESS, failed: 0 } }))).toBe('perhaps');
    expect(hasReport(job({ progress: PROGRESS }))).toBe('yes');
    expect(hasReport(job({ kind: 'repair', progress: { ...PROGRESS, failed: 0 } }))).toBe('yes');
  });
});

test('a backfill that S3 fails is attempted three times', () => {
  const HOUR = 3_600_000;
  expect([1, 2, 3].map((attempt) => nextAttempt(job({ attempt }), 0))).toEqual([HOUR, 2 * HOUR, undefined]);
  expect(nextAttempt(job({ kind: 'repair' }), 0)).toBeUndefined();
});

test('failed or blocked backfills, and the last repair if it failed, need attention', () => {
  const repair = (outcome: Job['outcome']) => job({ kind: 'repair', state: 'finished', outcome });
  const failed = job({ state: 'finished', outcome: 'failed' });
  const waiting = job({ state: 'wanted', failure: 'AccessDenied' });
  const healthy = [job({ state: 'finished', outcome: 'complete', failure: 'once' }), job({ state: 'wanted' })];
  expect(needingAttention([...healthy, failed, waiting, repair('failed'), repair('complete')])).toEqual([
    failed,
    waiting,
  ]);
  expect(needingAttention([repair('complete'), repair('lost')])).toHaveLength(1);
});
