import { type CreateJobRequest, ListJobsCommand, type S3ControlClient } from '@aws-sdk/client-s3-control';
import type { S3ControlSimulator } from './s3-control';
import {
  ACCOUNT,
  clientOf,
  createJob,
  CSV_MANIFEST,
  GENERATOR,
  REPORT,
  startS3Control,
  tags,
} from './support/s3-control';

let simulator: S3ControlSimulator;
let client: S3ControlClient;

beforeEach(async () => {
  simulator = await startS3Control();
  client = clientOf(simulator);
});

describe('S3ControlSimulator validation of CreateJob', () => {
  test.each<[string, Partial<CreateJobRequest>, RegExp]>([
    ['neither manifest nor generator', { ManifestGenerator: undefined }, /Exactly one of Manifest/],
    ['both manifest and generator', { Manifest: CSV_MANIFEST }, /Exactly one of Manifest/],
    ['no operation', { Operation: {} }, /Operation must have exactly one member/],
    ['no role', { RoleArn: undefined }, /RoleArn is required/],
    ['a user for a role', { RoleArn: `arn:aws:iam::${ACCOUNT}:user/me` }, /RoleArn must match/],
    ['no priority', { Priority: undefined }, /Priority is required/],
    ['a negative priority', { Priority: -1 }, /Priority must be at least 0/],
    ['a long description', { Description: 'x'.repeat(257) }, /Description must have at most 256 characters/],
    ['a long token', { ClientRequestToken: 'x'.repeat(65) }, /ClientRequestToken must have at most 64 characters/],
    ['a report without a bucket', { Report: { ...REPORT, Bucket: undefined } }, /Report.Bucket is required/],
    ['a report without a format', { Report: { ...REPORT, Format: undefined } }, /Report.Format is required/],
    ['a report without a scope', { Report: { ...REPORT, ReportScope: undefined } }, /Report.ReportScope is required/],
    ["a report's bucket by name", { Report: { ...REPORT, Bucket: 'reports' } }, /Report.Bucket must match/],
    ['an empty prefix', { Report: { ...REPORT, Prefix: '' } }, /Report.Prefix must have at least 1/],
    ['51 tags', { Tags: tags(51) }, /50 tags/],
    ['a tag twice', { Tags: [...tags(1), ...tags(1)] }, /unique/],
    ['a tag of AWS', { Tags: [{ Key: 'aws:x', Value: '' }] }, /aws:/],
    ['no source bucket', generator({ SourceBucket: undefined }), /SourceBucket is required/],
    ['a source bucket by name', generator({ SourceBucket: 'media' }), /SourceBucket must match/],
    ['a wrong owner', generator({ ExpectedBucketOwner: 'me' }), /ExpectedBucketOwner must match/],
    ['a manifest without a place', generator({ EnableManifestOutput: true }), /ManifestOutputLocation is required/],
    [
      'a wrong status',
      generator({ Filter: { ObjectReplicationStatuses: ['PENDING'] } }),
      /Statuses\[0\] must be one of/,
    ],
    ['a manifest without version ids', csv({ Fields: ['Bucket', 'Key'] }), /must have VersionId once/],
    ['a manifest without columns', csv({ Fields: undefined }), /must have Bucket once/],
    ['an inventory with columns', csv({ Format: 'S3InventoryReport_CSV_20161130' }), /Fields is for/],
  ])('fails for %s', async (_, request, message) => {
    await expect(createJob(client, request)).rejects.toMatchObject({
      name: 'BadRequestException',
      message: expect.stringMatching(message),
      $metadata: { httpStatusCode: 400 },
    });
    expect(simulator.jobs()).toEqual([]);
  });
});

describe('S3ControlSimulator validation of ListJobs', () => {
  test.each([
    [{ NextToken: 'abcd' }, 'InvalidNextTokenException'],
    [{ MaxResults: 1001 }, 'InvalidRequestException'],
    [{ JobStatuses: ['Done' as 'New'] }, 'InvalidRequestException'],
  ])('fails for %j', async (request, name) => {
    await expect(client.send(new ListJobsCommand({ AccountId: ACCOUNT, ...request }))).rejects.toMatchObject({ name });
  });
});

function generator(changes: object): Partial<CreateJobRequest> {
  return { ManifestGenerator: { S3JobManifestGenerator: { ...GENERATOR, ...changes } } };
}

function csv(changes: object): Partial<CreateJobRequest> {
  return { ManifestGenerator: undefined, Manifest: { ...CSV_MANIFEST, Spec: { ...CSV_MANIFEST.Spec, ...changes } } };
}
