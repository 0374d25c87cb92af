import {
  CreateJobCommand,
  DeleteJobTaggingCommand,
  GetJobTaggingCommand,
  ListJobsCommand,
  NotFoundException,
  paginateListJobs,
  PutJobTaggingCommand,
  type S3ControlClient,
  UpdateJobPriorityCommand,
} from '@aws-sdk/client-s3-control';
import type { S3ControlSimulator } from './s3-control';
import {
  ACCOUNT,
  backfill,
  clientOf,
  createJob,
  CSV_MANIFEST,
  describeJob,
  GENERATOR,
  startS3Control,
  tags,
} from './support/s3-control';

let simulator: S3ControlSimulator;
let client: S3ControlClient;

beforeEach(async () => {
  simulator = await startS3Control();
  client = clientOf(simulator);
});

describe('S3ControlSimulator CreateJob and DescribeJob', () => {
  test('a job is described as it was asked for', async () => {
    const request = backfill({
      Description: 'What was there <before> & "after"\nthe replica – 🎬',
      Tags: [{ Key: 'replica', Value: 'eu-west-1' }],
      ManifestGenerator: {
        S3JobManifestGenerator: {
          ...GENERATOR,
          EnableManifestOutput: true,
          ManifestOutputLocation: {
            Bucket: 'arn:aws:s3:::manifests',
            ExpectedManifestBucketOwner: ACCOUNT,
            ManifestFormat: 'S3InventoryReport_CSV_20211130',
            ManifestPrefix: 'backfill',
            ManifestEncryption: { SSEKMS: { KeyId: 'arn:aws:kms:us-east-1:111122223333:key/1' } },
          },
          Filter: {
            EligibleForReplication: true,
            ObjectReplicationStatuses: ['NONE', 'FAILED', 'COMPLETED', 'REPLICA'],
            CreatedAfter: new Date('2020-01-01T00:00:00Z'),
            CreatedBefore: new Date('2029-12-31T23:59:59Z'),
            KeyNameConstraint: { MatchAnyPrefix: ['films/', 'news/'], MatchAnySuffix: ['.mp4'] },
            ObjectSizeGreaterThanBytes: 1,
            ObjectSizeLessThanBytes: 5_000_000_000_000,
            MatchAnyStorageClass: ['STANDARD', 'GLACIER_IR'],
            MatchAnyObjectEncryption: [{ SSES3: {} }, { SSEKMS: { BucketKeyEnabled: true } }, { NOTSSE: {} }],
          },
        },
      },
    });
    const { JobId } = await client.send(new CreateJobCommand(request));
    const { AccountId: _, ClientRequestToken: __, Tags: ___, ...told } = request;
    expect(await describeJob(client, JobId!)).toEqual({
      ...told,
      JobId,
      JobArn: `arn:aws:s3:us-east-1:${ACCOUNT}:job/${JobId}`,
      Status: 'New',
      CreationTime: new Date('2030-01-01T00:00:00Z'),
      FailureReasons: [],
      ProgressSummary: {
        TotalNumberOfTasks: 0,
        NumberOfTasksSucceeded: 0,
        NumberOfTasksFailed: 0,
        Timers: { ElapsedTimeInActiveSeconds: 0 },
      },
    });
  });

  test('a job can have a manifest of its own, and no report', async () => {
    const request = { ManifestGenerator: undefined, Manifest: CSV_MANIFEST, Report: { Enabled: false } };
    const job = await describeJob(client, await createJob(client, request));
    expect(job).toMatchObject({ Manifest: CSV_MANIFEST, Report: { Enabled: false } });
    expect(job.ManifestGenerator).toBeUndefined();
  });

  test('the same calls get the same job ids from the same seed', async () => {
    const [one, same, other] = await Promise.all(
      ['a', 'a', 'b'].map(async (seed) => createJob(clientOf(await startS3Control({ seed })))),
    );
    expect(same).toBe(one);
    expect(other).not.toBe(one);
  });

  test('ARNs are of the partition', async () => {
    const china = clientOf(await startS3Control({ region: 'cn-north-1' }));
    expect((await describeJob(china, await createJob(china))).JobArn).toMatch(/^arn:aws-cn:s3:cn-north-1:/);
  });
});

describe('S3ControlSimulator ListJobs', () => {
  test('gives the newest first, in pages', async () => {
    const jobIds = [];
    for (let index = 0; index < 5; index++) jobIds.push(await createJob(client, { Priority: index }));
    const pages = [];
    for await (const { Jobs } of paginateListJobs({ client, pageSize: 2 }, { AccountId: ACCOUNT })) pages.push(Jobs!);
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
    expect(pages.flat().map(({ JobId }) => JobId)).toEqual(jobIds.reverse());
    expect(pages[0][0]).toMatchObject({ Operation: 'S3ReplicateObject', Priority: 4, Status: 'New' });
  });

  test('gives only jobs in the wanted statuses', async () => {
    const [one, two, three] = [await createJob(client), await createJob(client), await createJob(client)];
    simulator.job(one).prepare(1);
    simulator.job(two).prepare(1).progress({});
    const list = async (...JobStatuses: ('New' | 'Ready' | 'Active' | 'Failed')[]) => {
      const { Jobs } = await client.send(new ListJobsCommand({ AccountId: ACCOUNT, JobStatuses }));
      return Jobs!.map(({ JobId }) => JobId);
    };
    expect(await list('Active')).toEqual([two]);
    expect(await list('Ready', 'New')).toEqual([three, one]);
    expect(await list('Failed')).toEqual([]);
    expect(await list()).toEqual([three, two, one]);
  });
});

describe('S3ControlSimulator tags and priorities', () => {
  test('tags are those of the job, until others are put', async () => {
    const JobId = await createJob(client, { Tags: tags(2) });
    const request = { AccountId: ACCOUNT, JobId };
    const stored = async () => (await client.send(new GetJobTaggingCommand(request))).Tags;
    expect(await stored()).toEqual(tags(2));
    await client.send(new PutJobTaggingCommand({ ...request, Tags: [{ Key: 'a b', Value: '' }] }));
    expect(await stored()).toEqual([{ Key: 'a b', Value: '' }]);
    expect(simulator.job(JobId).view.tags).toEqual({ 'a b': '' });
    await client.send(new DeleteJobTaggingCommand(request));
    expect(await stored()).toEqual([]);
  });

  test('too many tags are refused by the model, bad ones outside of it', async () => {
    const JobId = await createJob(client);
    const put = (Tags: { Key: string; Value: string }[]) =>
      client.send(new PutJobTaggingCommand({ AccountId: ACCOUNT, JobId, Tags }));
    await expect(put(tags(51))).rejects.toMatchObject({ name: 'TooManyTagsException' });
    await expect(put([{ Key: 'AWS:x', Value: '' }])).rejects.toMatchObject({ name: 'InvalidRequest' });
  });

  test('a priority changes until the job has ended', async () => {
    const JobId = await createJob(client);
    const update = (Priority: number) =>
      client.send(new UpdateJobPriorityCommand({ AccountId: ACCOUNT, JobId, Priority }));
    expect(await update(99)).toMatchObject({ JobId, Priority: 99 });
    expect(await describeJob(client, JobId)).toMatchObject({ Priority: 99 });
    simulator.job(JobId).complete({ succeeded: 1 }).finish();
    await expect(update(1)).rejects.toMatchObject({ name: 'BadRequestException' });
  });
});

describe('S3ControlSimulator without a job', () => {
  test('a job that was never made is not found', async () => {
    await expect(describeJob(client, 'no-such-job')).rejects.toBeInstanceOf(NotFoundException);
    simulator.behaviour.missingJob = 'NoSuchJob';
    await expect(describeJob(client, 'no-such-job')).rejects.toMatchObject({
      name: 'NoSuchJob',
      $metadata: { httpStatusCode: 404 },
    });
  });

  test('a new job can be invisible for a while', async () => {
    simulator.behaviour.visibleAfter = 3000;
    const jobId = await createJob(client);
    await expect(describeJob(client, jobId)).rejects.toBeInstanceOf(NotFoundException);
    simulator.clock.advance(3000);
    expect(await describeJob(client, jobId)).toMatchObject({ JobId: jobId });
  });

  test('a job is forgotten 90 days after its end', async () => {
    const jobId = await createJob(client);
    simulator.job(jobId).complete({ succeeded: 1 }).finish();
    simulator.clock.advance(90 * 24 * 60 * 60_000);
    expect(await describeJob(client, jobId)).toMatchObject({ Status: 'Complete' });
    simulator.clock.advance(1);
    await expect(describeJob(client, jobId)).rejects.toBeInstanceOf(NotFoundException);
  });
});
