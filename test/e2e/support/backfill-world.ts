import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { DeleteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { App, Stack } from 'aws-cdk-lib';
import { CloudAssembly, CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { TestAuthority } from './certificates';
import { CloudFormation, CustomResourceAnswer } from './cloudformation';
import { DeployedFunction } from './deployed-function';
import { DynamoDbLocal } from './dynamodb-local';
import { freePort } from './free-port';
import { Gate } from './gate';
import { Minio } from './minio';
import { CREDENTIALS } from './s3-server';
import { ReplicationJobs } from '../../../src/stored/backfill';
import { WorkerEvent } from '../../../src/stored/backfill/contract';
import { JobView, S3ControlSimulator } from '../../simulators/s3-control';
import { SqsSimulator } from '../../simulators/sqs';
import { NEW_COPIES } from '../../support/jobs-props';

export const REGION = 'us-east-1';
export const ACCOUNT = '111111111111';
export const MEDIA = 'media';
export const REPORTS = 'reports';
const TABLE = 'replication';

export type FunctionName = 'Worker' | 'Status';
export const FUNCTIONS: readonly FunctionName[] = ['Worker', 'Status'];

/** An event of S3 for an object that failed to replicate. */
interface FailureEvent {
  readonly key: string;
  readonly versionId?: string;
  readonly reason?: string;
  readonly bucket?: string;
  readonly replica?: string;
  readonly at?: number;
}
type Row = Record<string, any>;

export interface Deployment {
  readonly replicas?: readonly string[];
  readonly oldReplicas?: readonly string[];
  readonly paused?: readonly string[];
  readonly oldPaused?: readonly string[];
  readonly bucket?: string;
  readonly oldBucket?: string;
  readonly existingBucket?: boolean;
  /** The replicas that are existing buckets. */
  readonly existingReplicas?: readonly string[];
  readonly replicateExisting?: boolean;
  readonly oldReplicateExisting?: boolean;
  /** Repeats the request with this ID, as Lambda does after a crash. */
  readonly requestId?: string;
}

/** Runs the functions from their template with a simulated S3 Control API, DynamoDB Local and MinIO. */
export class BackfillWorld {
  /** @param build creates the app, which has one stack with the functions in the region. */
  static async start(build = buildJobs, region = REGION): Promise<BackfillWorld> {
    const dir = mkdtempSync(join(tmpdir(), 'backfill-'));
    const app = new App({ outdir: join(dir, 'cdk.out'), analyticsReporting: false });
    build(app);
    const assembly = app.synth();
    const stack = assembly.stacksRecursively.find(({ environment }) => environment.region === region)!;
    const authority = new TestAuthority(dir);
    writeFileSync(join(dir, 'ca.pem'), authority.certificate);
    // The clock follows real time, like those of the functions. A job stays New until the test prepares it.
    const control = await S3ControlSimulator.start({ account: ACCOUNT, region, behaviour: { newFor: 1e12 } });
    const dynamo = await DynamoDbLocal.start();
    const minio = new Minio({ dir, region, port: await freePort() });
    const world = new BackfillWorld(dir, assembly, stack, control, dynamo, minio, new CloudFormation(authority));
    try {
      await minio.start();
      await world.cloudFormation.start();
      await world.setUp();
      for (const name of FUNCTIONS) await world.restart(name);
      return world;
    } catch (error) {
      world.stop();
      throw error;
    }
  }

  readonly gate = new Gate();
  readonly s3: S3Client;
  private readonly documents: DynamoDBDocumentClient;
  private readonly functions = new Map<FunctionName, DeployedFunction>();
  private readonly all: DeployedFunction[] = [];
  private endpoints: Record<string, string> = {};
  private aheadMs = 0;
  queue!: SqsSimulator;
  private oldJobs = 0;

  private constructor(
    private readonly dir: string,
    private readonly assembly: CloudAssembly,
    private readonly stack: CloudFormationStackArtifact,
    readonly control: S3ControlSimulator,
    private readonly dynamo: DynamoDbLocal,
    private readonly minio: Minio,
    readonly cloudFormation: CloudFormation,
  ) {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    this.documents = DynamoDBDocumentClient.from(
      new DynamoDBClient({ endpoint: dynamo.endpoint, region: REGION, credentials }),
    );
    this.s3 = new S3Client({
      endpoint: `http://127.0.0.1:${minio.port}`,
      region: stack.environment.region,
      credentials: CREDENTIALS,
      forcePathStyle: true,
    });
  }

  async another(name: FunctionName, env: Record<string, string> = {}): Promise<DeployedFunction> {
    const fn = DeployedFunction.from({
      assembly: this.assembly,
      stackName: this.stack.stackName,
      logicalId: `Jobs${name}`,
      resolve: (logicalId) => {
        if (logicalId.startsWith('JobsStoreTable')) return TABLE;
        if (logicalId.startsWith('JobsStoreReports')) return REPORTS;
        if (logicalId.startsWith('JobsFailuresQueue')) return this.queue.url;
        if (logicalId.startsWith('JobsJobRole')) return `arn:aws:iam::${ACCOUNT}:role/jobs`;
        throw new Error(`Unexpected reference to ${logicalId}.`);
      },
      env: {
        AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
        NODE_EXTRA_CA_CERTS: join(this.dir, 'ca.pem'),
        HOSTS: JSON.stringify({ ...this.cloudFormation.hosts, ...this.control.hosts }),
        ...this.endpoints,
        ...env,
      },
    });
    fn.aheadMs = this.aheadMs;
    this.all.push(fn);
    return fn.start();
  }

  /** Replaces the process that was killed. */
  async restart(name: FunctionName): Promise<void> {
    this.functions.set(name, await this.another(name));
  }

  fn(name: FunctionName): DeployedFunction {
    return this.functions.get(name)!;
  }

  work(event: WorkerEvent = {}, options?: { timeoutMs: number }): Promise<void> {
    return this.fn('Worker').invoke(event, options);
  }

  ask<T = any>(operation: string, request: object = {}): Promise<T> {
    return this.fn('Status').invoke({ operation, ...request });
  }

  deploy(RequestType: 'Create' | 'Update' | 'Delete', deployment: Deployment = {}): Promise<CustomResourceAnswer> {
    const {
      replicas = ['replica-1'],
      oldReplicas,
      paused,
      oldPaused,
      bucket = MEDIA,
      oldBucket = bucket,
      existingBucket,
      existingReplicas = [],
      replicateExisting,
      oldReplicateExisting,
      requestId,
    } = deployment;
    const properties = (
      Bucket: string,
      Replicas: readonly string[],
      Paused: readonly string[] | undefined,
      existing = true,
    ) => ({
      ServiceToken: 'arn',
      Bucket,
      Replicas,
      Paused,
      ExistingReplicas: existingReplicas,
      ExistingBucket: String(existingBucket ?? false),
      ReplicateExisting: String(existing),
    });
    const request = {
      RequestType,
      LogicalResourceId: 'JobsResource',
      PhysicalResourceId: RequestType === 'Create' ? undefined : 'JobsResource',
      ResourceProperties: properties(bucket, replicas, paused, replicateExisting),
      ...(RequestType === 'Update' && {
        OldResourceProperties: properties(oldBucket, oldReplicas ?? replicas, oldPaused, oldReplicateExisting),
      }),
      RequestId: requestId,
    };
    return this.cloudFormation.send(this.fn('Worker'), request);
  }

  /** Puts S3 events for failed replication into the queue. The next run of the worker records them. */
  sendEvents(failures: readonly FailureEvent[]): void {
    const bodies = failures.map(
      ({ key, versionId, reason = 'DstKmsKeyInvalidState', bucket = MEDIA, replica = 'replica-1', at }) => ({
        Records: [
          {
            eventSource: 'aws:s3',
            eventName: 'Replication:OperationFailedReplication',
            eventTime: new Date(at ?? this.now).toISOString(),
            s3: { bucket: { name: bucket }, object: { key: formEncoded(key), versionId } },
            replicationEventData: {
              replicationRuleId: 'rule',
              destinationBucket: `arn:aws:s3:::${replica}`,
              failureReason: reason,
            },
          },
        ],
      }),
    );
    this.queue.send(...bodies.map((body) => JSON.stringify(body)));
  }

  get now(): number {
    return this.control.clock.now();
  }

  /** Advances the clocks of S3 and of the functions. */
  advance(milliseconds: number): void {
    this.control.clock.advance(milliseconds);
    this.aheadMs += milliseconds;
    for (const fn of this.all) fn.aheadMs = this.aheadMs;
  }

  /** The jobs that were created since the last `clear`. */
  jobs(): JobView[] {
    return this.control.jobs().slice(this.oldJobs);
  }

  /** Writes the report that S3 would write at the end of the job. */
  async report(jobId: string, options: { rowsPerFile?: number } = {}): Promise<void> {
    for await (const { key, body } of this.control.job(jobId).report(options)) {
      await this.s3.send(new PutObjectCommand({ Bucket: REPORTS, Key: key, Body: await buffer(body) }));
    }
  }

  async put(key: string, bucket = MEDIA): Promise<string> {
    const { VersionId } = await this.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'x' }));
    return VersionId!;
  }

  async read(key: string): Promise<string> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: REPORTS, Key: key }));
    return Body!.transformToString();
  }

  async reports(): Promise<string[]> {
    const { Contents = [] } = await this.s3.send(new ListObjectsV2Command({ Bucket: REPORTS }));
    return Contents.map(({ Key }) => Key!);
  }

  async rows(partition?: string): Promise<Row[]> {
    const rows = await this.dynamo.scan(TABLE);
    return partition === undefined ? rows : rows.filter(({ pk }) => pk.split('#')[0] === partition);
  }

  /** Resets everything except the clocks. */
  async clear(): Promise<void> {
    this.control.faults.clear();
    this.control.hooks = {};
    this.queue.clear();
    this.oldJobs = this.control.jobs().length;
    const rows = await this.rows();
    for (let start = 0; start < rows.length; start += 50) {
      await Promise.all(
        rows
          .slice(start, start + 50)
          .map(({ pk, sk }) => this.documents.send(new DeleteCommand({ TableName: TABLE, Key: { pk, sk } }))),
      );
    }
    for (const Bucket of [MEDIA, REPORTS]) {
      for (;;) {
        const page = await this.s3.send(new ListObjectVersionsCommand({ Bucket }));
        const Objects = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(({ Key, VersionId }) => ({
          Key,
          VersionId,
        }));
        if (Objects.length === 0) break;
        await this.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
      }
    }
  }

  stop(): void {
    for (const fn of this.all) fn.kill();
    this.gate.stop();
    this.queue?.stop();
    this.documents.destroy();
    this.s3.destroy();
    void this.control.stop();
    this.dynamo.stop();
    this.minio.stop();
    this.cloudFormation.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  private async setUp(): Promise<void> {
    const { Resources } = this.stack.template;
    const table = Object.values<any>(Resources).find(({ Type }) => Type === 'AWS::DynamoDB::Table');
    await this.dynamo.createTable(TABLE, table.Properties);
    for (const Bucket of [MEDIA, REPORTS]) await this.s3.send(new CreateBucketCommand({ Bucket }));
    await this.s3.send(
      new PutBucketVersioningCommand({ Bucket: MEDIA, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    const { VisibilityTimeout, RedrivePolicy } = Object.values<any>(Resources).find(
      ({ Type, Properties }) => Type === 'AWS::SQS::Queue' && Properties.RedrivePolicy,
    ).Properties;
    this.queue = await SqsSimulator.start({
      now: () => this.now,
      visibilityTimeoutMs: VisibilityTimeout * 1000,
      maxReceiveCount: RedrivePolicy.maxReceiveCount,
    });
    const control = new URL(await this.gate.before(this.control.endpoint.replace('localhost', '127.0.0.1')));
    this.endpoints = {
      AWS_ENDPOINT_URL_DYNAMODB: await this.gate.before(this.dynamo.endpoint),
      AWS_ENDPOINT_URL_SQS: await this.gate.before(this.queue.endpoint),
      AWS_ENDPOINT_URL_S3: await this.gate.before(`http://127.0.0.1:${this.minio.port}`),
      AWS_ENDPOINT_URL_S3_CONTROL: `http://localhost:${control.port}`,
    };
  }
}

const formEncoded = (key: string) => encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');

function buildJobs(app: App): void {
  const stack = new Stack(app, 'Live', { env: { region: REGION } });
  new ReplicationJobs(stack, 'Jobs', { bucketName: MEDIA, replicas: ['replica-1'], ...NEW_COPIES });
}
