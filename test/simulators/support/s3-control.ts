import {
  CreateJobCommand,
  type CreateJobRequest,
  DescribeJobCommand,
  type JobDescriptor,
  type JobManifestGenerator,
  S3ControlClient,
} from '@aws-sdk/client-s3-control';
import { S3ControlSimulator, type S3ControlSimulatorOptions, SimulatedClock } from '../s3-control';
import { CLIENT_DEFAULTS, Running, START } from './running';

const running = new Running();

export const ACCOUNT = '111122223333';

/** For a test that looks at what is left. All others need not care. */
export const stopS3Control = (): Promise<void> => running.stop();

/** A simulator on a clock that stands still. It is stopped after the test. */
export async function startS3Control(options: S3ControlSimulatorOptions = {}): Promise<S3ControlSimulator> {
  return running.simulator(await S3ControlSimulator.start({ clock: SimulatedClock.frozen(START), ...options }));
}

/** The real client. */
export function clientOf(
  { endpoint, region }: S3ControlSimulator,
  options: { readonly region?: string; readonly maxAttempts?: number } = {},
): S3ControlClient {
  return running.client(new S3ControlClient({ ...CLIENT_DEFAULTS, endpoint, region, ...options }));
}

export const GENERATOR = {
  ExpectedBucketOwner: ACCOUNT,
  SourceBucket: 'arn:aws:s3:::media',
  EnableManifestOutput: false,
  Filter: { EligibleForReplication: true, ObjectReplicationStatuses: ['NONE', 'FAILED'] },
} satisfies JobManifestGenerator['S3JobManifestGenerator'];

export const REPORT = {
  Enabled: true,
  Bucket: 'arn:aws:s3:::reports',
  Prefix: 'backfill',
  Format: 'Report_CSV_20180820',
  ReportScope: 'AllTasks',
} satisfies CreateJobRequest['Report'];

/** A manifest that a job can have instead of a generator. */
export const CSV_MANIFEST = {
  Spec: { Format: 'S3BatchOperations_CSV_20180820', Fields: ['Bucket', 'Key', 'VersionId'] },
  Location: { ObjectArn: 'arn:aws:s3:::manifests/late/films.csv', ETag: '60e460c9d1046e73f7dde5043ac3ae85' },
} satisfies CreateJobRequest['Manifest'];

/** A request for a job that replicates what was there before, without confirmation. */
export function backfill(request: Partial<CreateJobRequest> = {}): CreateJobRequest {
  return {
    AccountId: ACCOUNT,
    ConfirmationRequired: false,
    Operation: { S3ReplicateObject: {} },
    ManifestGenerator: { S3JobManifestGenerator: GENERATOR },
    Report: REPORT,
    Priority: 10,
    RoleArn: `arn:aws:iam::${ACCOUNT}:role/backfill`,
    ...request,
  };
}

/** The id of a new job. */
export async function createJob(client: S3ControlClient, request: Partial<CreateJobRequest> = {}): Promise<string> {
  return (await client.send(new CreateJobCommand(backfill(request)))).JobId!;
}

export async function describeJob(client: S3ControlClient, JobId: string): Promise<JobDescriptor> {
  return (await client.send(new DescribeJobCommand({ AccountId: ACCOUNT, JobId }))).Job!;
}

export function tags(count: number): { Key: string; Value: string }[] {
  return Array.from({ length: count }, (_, index) => ({ Key: `key-${index}`, Value: `${index}` }));
}
