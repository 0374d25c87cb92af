import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { Construct } from 'constructs';
import { Cloud } from './deployment/cloud';
import { ACCOUNT, Deployments, Progress } from './deployment/deployments';
import { DynamoDbLocal } from './dynamodb-local';
import { ReplicatedMediaBucket, ReplicatedMediaBucketProps } from '../../../src';
import { principalOf } from '../../simulators/iam';
import { Bucket, currentOf, find, S3Error } from '../../simulators/s3';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

export interface MediaAppOptions {
  /** @default 'Studio' */
  readonly stackName?: string;
  /** @default 'us-east-1' */
  readonly region?: string;
  /** The construct's ID. @default 'Media' */
  readonly id?: string;
  readonly props: ReplicatedMediaBucketProps | ((scope: Construct) => ReplicatedMediaBucketProps);
}

/** A copy of the media, as an app describes it. */
interface Copy {
  readonly region: string;
  /** Whether new objects do not have to arrive for the time being. */
  readonly paused: boolean;
  readonly prefix: string;
  readonly writable: boolean;
  readonly stackName: string;
  /** With references of the stack. */
  readonly bucketName: unknown;
}

/** A synthesised app with one media bucket, a role that reads, and a role that reads and writes. */
export interface MediaApp {
  readonly stackName: string;
  readonly assembly: CloudAssembly;
  /** The primary first. */
  readonly copies: readonly Copy[];
  /** With references of the stack. */
  readonly tableName: unknown;
}

const outdirs: string[] = [];
process.on('exit', () => outdirs.forEach((dir) => rmSync(dir, { recursive: true, force: true })));

export function mediaApp({
  stackName = 'Studio',
  region = 'us-east-1',
  id = 'Media',
  props,
}: MediaAppOptions): MediaApp {
  const outdir = mkdtempSync(join(tmpdir(), 'life-'));
  outdirs.push(outdir);
  const app = new App({ outdir, analyticsReporting: false });
  const stack = new Stack(app, stackName, { env: { region, account: ACCOUNT } });
  const resolved = typeof props === 'function' ? props(stack) : props;
  const media = new ReplicatedMediaBucket(stack, id, resolved);
  const role = (name: string) =>
    new iam.Role(stack, name, { roleName: `${stackName}-${name}`, assumedBy: new iam.AccountRootPrincipal() });
  media.grantRead(role('Reader'));
  media.grantReadWrite(role('Editor'));
  const copyOf = (bucket: IBucket, copy: Omit<Copy, 'stackName' | 'bucketName'>): Copy => {
    const { stackName: owner } = Stack.of(bucket);
    return { ...copy, stackName: owner, bucketName: Stack.of(bucket).resolve(bucket.bucketName) };
  };
  const copies = [
    copyOf(media.primary, { region, prefix: '', writable: true, paused: false }),
    ...media.replicas.map((replica, index) =>
      copyOf(replica.bucket, {
        region: replica.region,
        prefix: replica.prefix ?? '',
        writable: resolved.writeToReplicas ?? false,
        paused: (resolved.replicas[index] as { enabled?: boolean }).enabled === false,
      }),
    ),
  ];
  const tableName = stack.resolve(media.replicationTable?.tableName);
  return { stackName, assembly: app.synth(), copies, tableName };
}

/** What a user wrote, and where. */
interface Written {
  readonly key: string;
  readonly versionId: string;
  readonly isDeleteMarker: boolean;
}

/**
 * The life of a media bucket over several deployments. Users write in each of its moments; what they wrote is compared
 * with what is in the copies, who can read it, and what the functions list as failed.
 */
export class MediaLife {
  static async start(dynamo: DynamoDbLocal): Promise<MediaLife> {
    return new MediaLife(await Cloud.start(dynamo));
  }

  readonly deployments: Deployments;
  /** Uploads during deployments that were denied. They are not lost: the users know. */
  readonly refused: string[] = [];
  private readonly written: Written[] = [];
  private app?: MediaApp;
  private count = 0;

  private constructor(readonly cloud: Cloud) {
    this.deployments = new Deployments(cloud);
  }

  /**
   * Deploys an app, while users write to the copies of the app before.
   *
   * @param options.quiet whether they do not, because these copies cannot be reached
   */
  async deploy(app: MediaApp, { quiet = false } = {}): Promise<void> {
    await this.deployments.deploy(app.assembly, quiet ? undefined : (progress) => this.during(progress));
    this.app = app;
    this.cloud.advance(MINUTE);
  }

  /** Some uploads, a new version of an object, and a deletion. */
  work(region?: string): void {
    const id = ++this.count;
    this.put(`films/${id}.mp4`, region);
    this.put(`films/${id}-draft.mp4`, region);
    this.put(`posters/${id}.png`, region);
    this.put('films/catalogue.json', region);
    this.remove(`films/${id}-draft.mp4`, region);
  }

  /** @param inPartsMs how long the upload of the parts took */
  upload(key: string, inPartsMs = 0): void {
    const { s3 } = this.cloud;
    s3.buckets.put(this.bucketIn().name, key, key, {}, this.role('Editor'), s3.clock.now() - inPartsMs);
  }

  put(key: string, region?: string): void {
    const { name } = this.bucketIn(region);
    const { versionId } = this.cloud.s3.buckets.put(
      name,
      key,
      `${key}, ${this.written.length}`,
      {},
      this.role('Editor'),
    );
    this.written.push({ key, versionId, isDeleteMarker: false });
  }

  remove(key: string, region?: string): void {
    const { versionId } = this.cloud.s3.buckets.remove(
      this.bucketIn(region).name,
      key,
      undefined,
      this.role('Editor'),
    )!;
    this.written.push({ key, versionId, isDeleteMarker: true });
  }

  /** Deploys while users write, lets them write more, and checks that nothing is lost, or stays on the list of failures. */
  async change(options: MediaAppOptions, behaviour: { readonly quiet?: boolean } = {}): Promise<void> {
    if (this.app && !behaviour.quiet) this.work();
    await this.deploy(mediaApp(options), behaviour);
    this.work();
    await this.expectNothingLost();
    await this.repair();
    await this.expectComplete();
  }

  /** Creates a key outside of all apps, with the default key policy. */
  createKey(region: string): string {
    const arn = `arn:aws:kms:${region}:${ACCOUNT}:key/${this.cloud.random(32)}`;
    const Principal = { AWS: `arn:aws:iam::${ACCOUNT}:root` };
    this.cloud.s3.keys.put(arn, { Statement: [{ Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' }] });
    return arn;
  }

  /** Lets AWS work until nothing is pending and every job has ended. */
  async settle(): Promise<void> {
    for (let round = 0; round < 30; round++) {
      await this.cloud.settle();
      await this.cloud.runSchedules('minutes');
      this.cloud.advance(6 * MINUTE);
      if (!(await this.hasOpenJobs())) return;
    }
    throw new Error('Some jobs do not end.');
  }

  /** Lets two days pass, in which the failed objects are repaired. */
  async repair(): Promise<void> {
    for (let day = 0; day < 2; day++) {
      this.cloud.advance(DAY);
      await this.cloud.runSchedules('days');
      await this.settle();
    }
  }

  /** Every object is in each copy and readable, or on the list of failures with a reason. */
  async expectNothingLost(): Promise<void> {
    await this.settle();
    const listed = await this.failures();
    const lost = this.findings().filter(
      ({ versionId }) => !listed.some((each) => each.versionId === versionId && each.reason),
    );
    expect(lost.map(({ finding }) => finding)).toEqual([]);
  }

  /** Every object is in each copy and readable, and the list of failures is empty. */
  async expectComplete(): Promise<void> {
    await this.settle();
    expect(this.findings().map(({ finding }) => finding)).toEqual([]);
    expect(await this.failures()).toEqual([]);
  }

  /** The failed objects that the deployed functions list. */
  async failures(): Promise<{ key: string; versionId: string; reason: string }[]> {
    const found: any[] = [];
    for (const arn of this.statusFunctions()) {
      let nextToken: string | undefined;
      do {
        const page = await this.cloud.invoke(arn, { operation: 'ListFailures', nextToken });
        found.push(...page.failures);
        ({ nextToken } = page);
      } while (nextToken);
    }
    return found;
  }

  /** The jobs of all status functions. */
  async jobs(): Promise<{ kind: string; cause: string; state: string; outcome?: string; total?: number }[]> {
    const all = await Promise.all(
      this.statusFunctions().map((arn) => this.cloud.invoke(arn, { operation: 'DescribeReplication' })),
    );
    return all.flatMap(({ jobs }) => jobs);
  }

  bucketIn(region?: string): Bucket {
    const { copies } = this.current;
    return this.bucketOf(region ? copies.find((each) => each.region === region)! : copies[0]);
  }

  /** The name of the table that describes what the replicas lack. */
  get tableName(): string {
    const { stackName, tableName } = this.current;
    return typeof tableName === 'string' ? tableName : this.deployments.resolve(stackName, tableName);
  }

  /** The stack of the copy in a region, also of one that the app no longer has. */
  stackIn(region: string): string {
    return this.deployments.stackNames(region).at(-1)!;
  }

  /** Also deletes the tables, whose names the next life has again. */
  async stop(): Promise<void> {
    await this.cloud.stop();
    await this.cloud.dynamo.deleteTables();
  }

  private get current(): MediaApp {
    if (!this.app) throw new Error('Nothing is deployed yet.');
    return this.app;
  }

  /** What is missing or unreadable, by the version. */
  private findings(): { versionId: string; finding: string }[] {
    const copies = this.current.copies.filter(({ paused }) => !paused);
    return copies.flatMap((copy) => {
      const selected = this.written.filter(({ key }) => key.startsWith(copy.prefix));
      const lastOf = new Map(selected.map(({ key, versionId }) => [key, versionId]));
      return selected.flatMap(({ key, versionId, isDeleteMarker }) =>
        this.problemsOf(this.bucketOf(copy), key, versionId, lastOf.get(key) === versionId).map((problem) => ({
          versionId,
          finding: `${copy.region}: ${isDeleteMarker ? 'the deletion of ' : ''}${key} ${problem}`,
        })),
      );
    });
  }

  private problemsOf(bucket: Bucket, key: string, versionId: string, isCurrent: boolean): string[] {
    const version = find(bucket, key, versionId);
    if (!version) return ['is missing'];
    if (isCurrent && currentOf(bucket, key) !== version) return ['has another current version'];
    if (version.isDeleteMarker) return [];
    const readers = ['Reader', 'Editor'];
    return readers
      .filter((name) => !this.cloud.s3.access.toRead(this.role(name), bucket, version))
      .map((name) => `is not readable for ${name}`);
  }

  private bucketOf({ stackName, bucketName }: Copy): Bucket {
    const name = typeof bucketName === 'string' ? bucketName : this.deployments.resolve(stackName, bucketName);
    return this.cloud.s3.buckets.get(name);
  }

  private role(name: string) {
    return principalOf(`arn:aws:iam::${ACCOUNT}:role/${this.current.stackName}-${name}`);
  }

  /** A user uploads after each change that media depend on. Half of the uploads are replicated at once. */
  private during({ type }: Progress): void {
    if (!this.app || !/^AWS::(S3|IAM|KMS)::|^Custom::/.test(type)) return;
    const id = ++this.count;
    for (const { region } of this.app.copies.filter((copy) => copy.writable)) {
      const key = `films/during-${id}-${region}.mp4`;
      try {
        this.put(key, region);
      } catch (error) {
        if (!(error instanceof S3Error) || error.name !== 'AccessDenied') throw error;
        this.refused.push(key);
      }
    }
    this.cloud.advance(100);
    if (id % 2 === 0) this.cloud.s3.settle();
  }

  private statusFunctions(): string[] {
    return [...this.cloud.functions.values()].filter(({ handler }) => handler === 'index.status').map(({ arn }) => arn);
  }

  private async hasOpenJobs(): Promise<boolean> {
    return (await this.jobs()).some(({ state }) => state !== 'finished');
  }
}

/** Starts a life for each test of a file. */
export function lifeOfEachTest(): () => MediaLife {
  let dynamo: DynamoDbLocal;
  let life: MediaLife;
  beforeAll(async () => {
    dynamo = await DynamoDbLocal.start();
  });
  beforeEach(async () => {
    life = await MediaLife.start(dynamo);
  });
  afterEach(() => life?.stop());
  afterAll(() => dynamo?.stop());
  return () => life;
}
