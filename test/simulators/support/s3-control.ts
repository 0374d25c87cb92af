import {
  CreateJobCommand,
  type CreateJobRequest,
  DescribeJobCommand,
  type JobDescriptor,
  type JobManifestGenerator,
  S3ControlClient,
} from '@aws-sdk/client-s3-control';
import { S3ControlSimulator, type S3ControlSimulatorOptions, SimulatedClock } from '../s3-control';

const running: { simulator: S3ControlSimulator; clients: S3ControlClient[] }[] = [];

export const ACCOUNT = '111122223333';

/** A simulator on a clock that stands still. It is stopped after the test. */
export async function startS3Control(options: S3ControlSimulatorOptions = {}): Promise<S3ControlSimulator> {
  const simulator = await S3ControlSimulator.start({ clock: SimulatedClock.frozen(Date.UTC(2030, 0, 1)), ...options });
  running.push({ simulator, clients: [] });
  return simulator;
}

export async function stopS3Control(): Promise<void> {
  for (const { simulator, clients } of running.splice(0)) {
    for (const client of clients) client.destroy();
    await simulator.stop();
  }
}

/** The real client, without retries unless asked for. */
export function s3ControlClient(
  simulator: S3ControlSimulator,
  { maxAttempts = 1, region = simulator.region } = {},
): S3ControlClient {
  const client = new S3ControlClient({
    endpoint: simulator.endpoint,
    region,
    maxAttempts,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
  });
  running.find((each) => each.simulator === simulator)!.clients.push(client);
  return client;
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
