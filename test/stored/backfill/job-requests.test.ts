import * as fc from 'fast-check';
import {
  idOf,
  JobSettings,
  markerOf,
  reportKey,
  requestOf,
  statusesFor,
} from '../../../src/stored/backfill/runtime/jobs/job-requests';
import { BackfillCause, Job } from '../../../src/stored/backfill/runtime/jobs/jobs';

const SETTINGS: JobSettings = {
  account: '111122223333',
  partition: 'aws',
  reportsBucket: 'reports',
  role: 'arn:aws:iam::111122223333:role/jobs',
  tag: 'media-12345678',
};
const CAUSES: BackfillCause[] = [
  'bucket-adopted',
  'replicas-found',
  'replicas-added',
  'replicas-enabled',
  'switched-on',
];
const bucketName = fc.string({ minLength: 3, maxLength: 63, unit: fc.constantFrom(...'abcdefghij0123456789-') });
const reason = fc.record({
  bucket: bucketName,
  replicas: fc.uniqueArray(bucketName, { minLength: 1, maxLength: 5 }),
  cause: fc.constantFrom(...CAUSES),
  origin: fc.array(fc.string(), { minLength: 3, maxLength: 3 }),
});
const jobFor = (over: Partial<Job> = {}): Job => ({
  pk: 'job',
  sk: 'x',
  id: '0123456789abcdef0123456789abcdef',
  kind: 'backfill',
  bucket: 'media',
  replicas: ['replica-1'],
  cause: 'bucket-adopted',
  statuses: ['NONE', 'FAILED'],
  createdBefore: '2030-01-01T00:00:00.000Z',
  state: 'wanted',
  attempt: 1,
  wantedAt: 0,
  ...over,
});

describe('idOf', () => {
  test('does not depend on the order of the replicas', () => {
    fc.assert(
      fc.property(reason, (each) => {
        expect(idOf({ ...each, replicas: [...each.replicas].reverse() })).toBe(idOf(each));
        expect(idOf(each)).toMatch(/^[0-9a-f]{32}$/);
      }),
    );
  });

  test('differs between reasons', () => {
    fc.assert(
      fc.property(reason, reason, (one, other) => {
        const plain = (each: typeof one) => JSON.stringify({ ...each, replicas: [...each.replicas].sort() });
        expect(idOf(one) === idOf(other)).toBe(plain(one) === plain(other));
      }),
    );
  });
});

describe('requestOf', () => {
  test('is deterministic and within the limits of S3', () => {
    fc.assert(
      fc.property(reason, fc.integer({ min: 1, max: 9 }), (each, attempt) => {
        const job = jobFor({ id: idOf(each), bucket: each.bucket, attempt });
        const request = requestOf(job, SETTINGS);
        expect(requestOf(job, SETTINGS)).toEqual(request);
        expect(request.ClientRequestToken).toMatch(/^[0-9a-f]{64}$/);
        expect(request.Description!.length).toBeLessThanOrEqual(256);
        expect(request.Description).toContain(markerOf(job));
        expect(requestOf({ ...job, attempt: attempt + 1 }, SETTINGS).ClientRequestToken).not.toBe(
          request.ClientRequestToken,
        );
      }),
    );
  });

  test('generates the manifest of a backfill, and requests a report of failed tasks', () => {
    const request = requestOf(jobFor(), SETTINGS);
    expect(request).not.toHaveProperty('Manifest');
    expect(request).toMatchObject({
      ConfirmationRequired: false,
      ManifestGenerator: {
        S3JobManifestGenerator: {
          ExpectedBucketOwner: '111122223333',
          SourceBucket: 'arn:aws:s3:::media',
          EnableManifestOutput: false,
          Filter: {
            EligibleForReplication: true,
            CreatedBefore: new Date('2030-01-01T00:00:00.000Z'),
            ObjectReplicationStatuses: ['NONE', 'FAILED'],
          },
        },
      },
      Report: { ReportScope: 'FailedTasksOnly', Prefix: 'reports/0123456789abcdef0123456789abcdef' },
    });
  });

  test('limits the manifest of a backfill that ends a pause', () => {
    const createdAfter = '2029-12-01T00:00:00.000Z';
    const { Filter } = requestOf(jobFor({ createdAfter }), SETTINGS).ManifestGenerator!.S3JobManifestGenerator!;
    expect(Filter).toMatchObject({ CreatedAfter: new Date(createdAfter), CreatedBefore: expect.any(Date) });
  });

  test('passes the manifest of a repair, and requests a report of all tasks', () => {
    const manifest = { key: 'manifests/r.csv', etag: 'abc', objects: 2 };
    const request = requestOf(jobFor({ kind: 'repair', manifest }), { ...SETTINGS, partition: 'aws-cn' });
    expect(request).not.toHaveProperty('ManifestGenerator');
    expect(request).toMatchObject({
      Manifest: { Location: { ObjectArn: 'arn:aws-cn:s3:::reports/manifests/r.csv', ETag: 'abc' } },
      Report: { ReportScope: 'AllTasks' },
    });
  });
});

test('a backfill includes replicated objects only if a replica may lack them', () => {
  expect(statusesFor(false)).toEqual(['NONE', 'FAILED']);
  expect(statusesFor(true)).toBeUndefined();
});

test('reportKey is the key to which S3 writes the report', () => {
  expect(reportKey(jobFor({ id: 'x', jobId: 'y' }))).toBe('reports/x/job-y/manifest.json');
});
