import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { buffer, text } from 'node:stream/consumers';
import { type S3ControlClient, UpdateJobStatusCommand } from '@aws-sdk/client-s3-control';
import type { S3ControlSimulator, SimulatedJob, TaskResult } from './s3-control';
import { ACCOUNT, createJob, REPORT, clientOf, startS3Control } from './support/s3-control';

const RESULTS: TaskResult[] = [
  { key: 'films/a film, "the" first.mp4', versionId: 'v1', status: 'succeeded' },
  { key: "news/100% é+'x'(1).mp4", versionId: 'v2', status: 'failed', errorCode: 'DstObjectHardDeleted' },
  {
    key: 'films/b.mp4',
    versionId: 'v3',
    status: 'failed',
    httpStatusCode: 403,
    errorCode: 'AccessDenied',
    resultMessage: 'Access denied, "really"',
  },
];

let simulator: S3ControlSimulator;
let client: S3ControlClient;

beforeEach(async () => {
  simulator = await startS3Control();
  client = clientOf(simulator);
});

async function read(job: SimulatedJob, options?: { rowsPerFile?: number }): Promise<Map<string, string>> {
  const objects = new Map<string, string>();
  for await (const { key, body, contentLength, md5 } of job.report(options)) {
    const content = await buffer(body);
    expect(content).toHaveLength(contentLength);
    expect(createHash('md5').update(content).digest('hex')).toBe(md5);
    objects.set(key, content.toString());
  }
  return objects;
}

describe('S3ControlSimulator completion report', () => {
  test('has files of results, and a manifest that names them', async () => {
    const jobId = await createJob(client);
    const job = simulator.job(jobId).complete(RESULTS).finish();
    const objects = await read(job);
    const manifest = JSON.parse(objects.get(`backfill/job-${jobId}/manifest.json`)!);
    expect(manifest).toEqual({
      Format: 'Report_CSV_20180820',
      ReportCreationDate: '2030-01-01T00:00:00.000Z',
      Results: ['succeeded', 'failed'].map((TaskExecutionStatus) => ({
        TaskExecutionStatus,
        Bucket: 'reports',
        MD5Checksum: expect.stringMatching(/^[0-9a-f]{32}$/),
        Key: expect.stringMatching(new RegExp(`^backfill/job-${jobId}/results/[0-9a-f]{40}\\.csv$`)),
      })),
      ReportSchema: 'Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage',
    });
    const [succeeded, failed] = manifest.Results.map(({ Key }: { Key: string }) => objects.get(Key));
    expect(succeeded).toBe('media,films/a%20film%2C%20%22the%22%20first.mp4,v1,succeeded,200,,Successful\n');
    expect(failed).toBe(
      'media,news/100%25%20%C3%A9%2B%27x%27%281%29.mp4,v2,failed,400,DstObjectHardDeleted,DstObjectHardDeleted\n' +
        'media,films/b.mp4,v3,failed,403,AccessDenied,"Access denied, ""really"""\n',
    );
    expect([...objects.keys()].slice(-2)).toEqual([
      `backfill/job-${jobId}/manifest.json`,
      `backfill/job-${jobId}/manifest.json.md5`,
    ]);
    for (const { Key, MD5Checksum } of manifest.Results) {
      expect(createHash('md5').update(objects.get(Key)!).digest('hex')).toBe(MD5Checksum);
    }
  });

  test('can have its columns in the order of its schema', async () => {
    simulator.behaviour.reportColumns = 'as-in-schema';
    const job = simulator
      .job(await createJob(client))
      .complete(RESULTS.slice(0, 2))
      .finish();
    const [succeeded, failed] = (await read(job)).values();
    expect(succeeded).toContain(',succeeded,,200,Successful');
    expect(failed).toContain(',failed,DstObjectHardDeleted,400,');
  });

  test('has only failed tasks if it is told so, and needs no prefix', async () => {
    const jobId = await createJob(client, { Report: { ...REPORT, Prefix: undefined, ReportScope: 'FailedTasksOnly' } });
    const objects = await read(simulator.job(jobId).complete(RESULTS).finish());
    expect(JSON.parse(objects.get(`job-${jobId}/manifest.json`)!).Results).toMatchObject([
      { TaskExecutionStatus: 'failed' },
    ]);
    expect([...objects.values()].join()).not.toContain('succeeded');
  });

  test('is there for a job that was cancelled or failed after some tasks', async () => {
    const [cancelled, failed] = [await createJob(client), await createJob(client)];
    simulator.job(cancelled).prepare(9).progress(RESULTS);
    await client.send(
      new UpdateJobStatusCommand({ AccountId: ACCOUNT, JobId: cancelled, RequestedJobStatus: 'Cancelled' }),
    );
    simulator.job(failed).prepare(9).fail('no role', { results: RESULTS });
    for (const jobId of [cancelled, failed]) expect((await read(simulator.job(jobId).finish())).size).toBe(4);
  });

  test('does not exist before the job ends, for a job without tasks, or if no report was requested', async () => {
    const job = simulator.job(await createJob(client)).complete(RESULTS);
    await expect(job.report().next()).rejects.toThrow('A job that is Completing has no report yet');
    const empty = simulator
      .job(await createJob(client))
      .prepare(0)
      .finish();
    expect((await read(empty)).size).toBe(0);
    const unwanted = simulator
      .job(await createJob(client, { Report: { Enabled: false } }))
      .complete(RESULTS)
      .finish();
    expect((await read(unwanted)).size).toBe(0);
  });

  test('fails for results that can be gone through only once', async () => {
    const job = simulator.job(await createJob(client));
    expect(() => job.complete(RESULTS.values())).toThrow('Results are gone through several times');
  });

  test('streams 100,000 rows in files of a limited size', async () => {
    const results: Iterable<TaskResult> = {
      *[Symbol.iterator]() {
        for (let index = 0; index < 100_000; index++) {
          const failed = index % 4 === 0;
          yield { key: `films/${index}.mp4`, versionId: `v${index}`, status: failed ? 'failed' : 'succeeded' };
        }
      },
    };
    const job = simulator
      .job(await createJob(client))
      .complete(results)
      .finish();
    const rows: Record<string, number> = { succeeded: 0, failed: 0 };
    let files = 0;
    let waiting = 0;
    for await (const { key, body, contentLength } of job.report({ rowsPerFile: 30_000 })) {
      if (!key.endsWith('.csv')) {
        await text(body);
        continue;
      }
      files++;
      let length = 0;
      let first: string | undefined;
      for await (const line of createInterface({ input: body })) {
        first ??= line;
        length += line.length + 1;
        rows[line.split(',')[3]]++;
        waiting = Math.max(waiting, body.readableLength);
      }
      expect(length).toBe(contentLength);
      if (files === 2) expect(first).toBe('media,films/40001.mp4,v40001,succeeded,200,,Successful');
    }
    expect(files).toBe(4); // 75,000 succeeded and 25,000 failed
    expect(waiting).toBeLessThan(200_000); // of 4 MB
    expect(rows).toEqual({ succeeded: 75_000, failed: 25_000 });
  });

  test('has bodies that can be left, and read late', async () => {
    const job = simulator
      .job(await createJob(client))
      .complete([...RESULTS, ...RESULTS])
      .finish();
    const objects = [];
    for await (const object of job.report({ rowsPerFile: 1 })) objects.push(object);
    expect(objects).toHaveLength(8);
    expect(await text(objects[5].body)).toContain('films/b.mp4');
    expect(await text(objects[2].body)).toContain('v2');
  });
});
