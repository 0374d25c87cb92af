import { Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { ReplicatedMediaBucketAttributes } from './attributes';
import { cfnBucketOf, existingPrimary } from './copies/existing-copy';
import { NewCopy } from './copies/new-copy';
import { Replica, ReplicaFactory } from './copies/replica';
import { attributesFrom } from './copies-output';
import { IReplicatedMediaBucket } from './i-replicated-media-bucket';
import { ImportedReplicatedMediaBucket } from './imported-replicated-media-bucket';
import { MediaReplica } from './media-replica';
import { writeOutputs } from './outputs';
import { ReplicatedMediaBucketProps, ReplicationAlarmsOptions } from './props';
import { describeReplica } from './replica-description';
import { ReplicatedMediaBucketBase } from './replicated-media-bucket-base';
import { BucketProvider } from './replication/bucket-provider';
import { Replication } from './replication/replication';
import { ReplicationAlarms } from './replication/replication-alarms';
import { ReplicationEvents } from './replication/replication-events';
import { allowReplicationRole, createReplicationRole } from './replication/replication-role';
import { validateBucket } from './validation/bucket';
import { pinLogicalIds, reserveIdentity } from '../../private/identity';
import { accountOf, DeterministicNames } from '../../private/naming';
import { describeProblem, invalid, Problem, Problems } from '../../private/problems';
import { deployAfter } from '../../private/stacks';
import { ReplicationJobs, ReplicationJobsMetric, ReplicationJobsProps } from '../backfill';
import { S3MediaProxy } from '../proxy';

/**
 * An S3 bucket for media with replicas in other regions.
 *
 * Each replica is a bucket in a stack of its region, which the construct creates and deploys before its own stack.
 * Applications write to the primary, and S3 replicates the objects. `grantRead` covers every copy.
 *
 * Removing a replica from the props stops its replication but does not delete its stack: the CDK never deletes a stack
 * that is no longer part of an app. Delete it with `aws cloudformation delete-stack`.
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import * as iam from 'aws-cdk-lib/aws-iam';
 * import { ReplicatedMediaBucket } from 'cdk-media-replication';
 *
 * declare const stack: Stack;
 * declare const application: iam.IRole;
 *
 * const media = new ReplicatedMediaBucket(stack, 'Media', { replicas: [{ region: 'eu-west-1' }] });
 * media.grantReadWrite(application);
 */
export class ReplicatedMediaBucket extends ReplicatedMediaBucketBase {
  /**
   * Imports the media of another app by the value of its output `Copies`.
   *
   * @param scope the parent construct
   * @param id the construct's ID
   * @param json the value of the output, which must be known at synthesis: from a file, or from the context in cdk.json
   * @throws if the value is not such an output, or was written by a version with another format
   */
  public static fromCopies(scope: Construct, id: string, json: string): IReplicatedMediaBucket {
    return new ImportedReplicatedMediaBucket(scope, id, (media) => attributesFrom(media, json));
  }

  /**
   * Imports the media of another app by names. `fromCopies` is simpler if that app uses this library.
   *
   * @param scope the parent construct
   * @param id the construct's ID
   * @param attrs the names of the buckets, keys and rules
   */
  public static fromReplicatedMediaBucketAttributes(
    scope: Construct,
    id: string,
    attrs: ReplicatedMediaBucketAttributes,
  ): IReplicatedMediaBucket {
    return new ImportedReplicatedMediaBucket(scope, id, () => attrs);
  }

  /**
   * Collects the problems of the props, for a construct that creates this one.
   *
   * @param stack the stack that the construct will be in
   * @internal
   */
  public static _validate(problems: Problems, props: ReplicatedMediaBucketProps, stack: Stack): void {
    validateBucket(problems, props, stack);
  }

  /** The replicas, in the order of the props. */
  public readonly replicas: MediaReplica[];

  /** The role that S3 assumes to replicate. */
  public readonly replicationRole: iam.IRole;

  private readonly names: DeterministicNames;
  private readonly replicaFactory: ReplicaFactory;
  private readonly replicaDetails: Replica[];
  private readonly replication: Replication;
  /** The jobs of each source copy, by region. */
  private readonly jobs = new Map<string, ReplicationJobs>();
  private readonly pinLogicalIds?: () => void;
  private alarms?: ReplicationAlarms;
  private events?: ReplicationEvents;

  /** @throws if the props are invalid; the message lists every problem and its fix */
  constructor(scope: Construct, id: string, props: ReplicatedMediaBucketProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const problems = new Problems(this);
    ReplicatedMediaBucket._validate(problems, props, stack);
    problems.throwIfAny();

    const names = new DeterministicNames(this, props.namePrefix, props.identity);
    this.names = names;
    const accounts = props.replicas.flatMap(({ account }) => account ?? []);
    reserveIdentity(this, 'ReplicatedMediaBucket', names, accounts);
    const location = { region: stack.region, account: accountOf(stack) };
    const primary = props.bucket
      ? existingPrimary(this, props.bucket, props)
      : new NewCopy(this, 'Primary', { ...location, names, copy: props, common: props });
    this._primaryCopy = primary;
    this._writeToReplicas = props.writeToReplicas ?? false;
    this.replicaFactory = new ReplicaFactory(this, names, props, primary);
    this.replicaDetails = props.replicas.map((replica) => this.replicaFactory.create(replica));
    this._replicaCopies = this.replicaDetails.map(({ copy }) => copy);
    this.replicas = this.replicaDetails.map(mediaReplica);

    this.replicationRole = props.replicationRole ?? createReplicationRole(this, names, this.replicaDetails);
    this.replication = new Replication(this, primary, this.replicaDetails, this.replicationRole, names, props);
    allowReplicationRole(this, this.replicationRole, this.replicaDetails);
    for (const replica of this.replicaDetails.filter((each) => each.scope)) {
      deployAfter(stack, replica.stack, 'S3 accepts a replication rule only if the replica bucket exists');
    }
    if ((props.replicateExisting ?? true) || props.repair) this.createJobs(props);
    this.node.addValidation({ validate: () => this._synthesisProblems().map(describeProblem) });
    if (props.replicationAlarms ?? true) this.addReplicationAlarms();
    if (props.outputs ?? true) {
      const copies = { primary, replicas: this.replicaDetails, writeToReplicas: this._writeToReplicas };
      writeOutputs(this, names.base, { ...copies, replicationTableName: this.replicationTable && names.base });
    }
    const scopes = [this, ...this.node.children.filter((child) => Stack.isStack(child))];
    const pins = scopes.map((each) => pinLogicalIds(each, names));
    this.pinLogicalIds = () => pins.forEach((pin) => pin());
    this.pinLogicalIds();
  }

  /**
   * Configures the alarms of each replica with metrics: one for latency and one for failed operations. Missing data does
   * not change their state.
   *
   * The alarms exist by default, and this method adds actions or changes the threshold. With `replicationAlarms: false`,
   * the first call creates them.
   *
   * @returns all alarms of the bucket, including those in the stacks of the replicas
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
   */
  public addReplicationAlarms(options: ReplicationAlarmsOptions = {}): cloudwatch.Alarm[] {
    this.alarms ??= new ReplicationAlarms(
      this,
      this.replicaDetails
        .filter(({ metrics }) => metrics)
        .map((replica) => ({
          region: replica.copy.region,
          scope: this.scopeIn(replica),
          latency: this.metricReplicationLatency(replica.copy.region),
          failures: this.metricOperationsFailedReplication(replica.copy.region),
          reverseFailures: this.replication.reverseFailures(replica),
        })),
      this.replicas.flatMap(({ region, enabled }) => (enabled ? [] : region)),
    );
    this.alarms.configure(options);
    const { actions, replicaActions } = options;
    const jobAlarms = [...this.jobs].flatMap(([region, jobs]) =>
      jobs.addAlarms(region === this._primaryCopy.region ? actions : replicaActions?.[region]),
    );
    return [...this.alarms.alarms, ...jobAlarms];
  }

  /**
   * The function that handles `DescribeReplication`, `ListFailures`, `RetryFailures`, `DismissFailures` and
   * `RestartBackfill` for the primary. Undefined if neither `replicateExisting` nor `repair` is enabled.
   */
  public get replicationStatusFunction(): lambda.Function | undefined {
    return this.jobs.get(this._primaryCopy.region)?.statusFunction;
  }

  /** The table in which the primary's jobs record what each replica lacks. Undefined if there are no jobs. */
  public get replicationTable(): dynamodb.ITable | undefined {
    return this.jobs.get(this._primaryCopy.region)?.table;
  }

  /**
   * Returns the status function of the copy in a region: of the primary, or of a replica with `writeToReplicas` or
   * `replicaModificationSync`. It reports on objects that this copy failed to replicate to the others, and repairs them.
   * Stacks of any region can use it.
   *
   * @param region the region of the copy
   * @throws if the copy has no backfill and repair
   */
  public replicationStatusFunctionIn(region: string): lambda.Function {
    return this.jobsIn(region, 'region').statusFunction;
  }

  /**
   * Grants permission to invoke the status functions of all copies.
   *
   * @throws if neither `replicateExisting` nor `repair` is enabled
   */
  public grantManageReplication(grantee: iam.IGrantable): iam.Grant {
    this.jobsIn(this._primaryCopy.region, 'grantManageReplication');
    return [...this.jobs.values()].map((jobs) => jobs.grantManage(grantee)).reduce((all, one) => all.combine(one));
  }

  /**
   * Returns a metric of backfill and repair.
   *
   * @param metric the metric
   * @param options properties to override; by default the maximum over 5 minutes. `region` selects the copy whose
   * replication to the others is measured, by default the primary
   * @throws if the copy has no backfill and repair
   */
  public metricReplicationJobs(metric: ReplicationJobsMetric, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const jobs = this.jobsIn(options?.region ?? this._primaryCopy.region, 'metricReplicationJobs');
    return jobs.metric(metric, options);
  }

  /**
   * The topic to which S3 publishes an event for each object that failed to replicate, that was replicated late, or that is
   * no longer tracked. It is in the primary's region, is encrypted with a KMS key of its own, and is created when it is
   * first used. Add subscriptions to it: S3 accepts no second destination for these events.
   *
   * @throws if no replica has `replicationMetrics`, without which S3 publishes no such events
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-metrics-events.html
   */
  public get replicationEvents(): sns.ITopic {
    if (!this.hasEvents) {
      throw invalid(this, {
        property: 'replicationEvents',
        got: 'only replicas with `replicationMetrics: false`',
        expected: 'a replica with metrics, because S3 sends no replication events without them',
        fix: 'Remove `replicationMetrics: false` from a replica.',
      });
    }
    this.events ??= this.createEvents(this, this.primary, this.replication.provider);
    this.pinLogicalIds?.();
    return this.events.topic;
  }

  /**
   * Problems that only synthesis can find, because statements can be added to bucket policies until then.
   *
   * @internal
   */
  public _synthesisProblems(): Problem[] {
    const problems = new Problems(this);
    this.replication.findDenials(problems);
    const isServed = this.replicaDetails.map(({ proxy }) => proxy?.primaryUrl !== undefined);
    const property = `replicas[${isServed.indexOf(true)}].proxy.primary`;
    S3MediaProxy._validateAdmission(problems, this.primary, isServed.filter(Boolean).length, property);
    return [...problems.all];
  }

  /** S3 sends replication events only for rules with metrics. All rules to a replica have its settings. */
  private get hasEvents(): boolean {
    return this.replicaDetails.some(({ metrics }) => metrics);
  }

  /** The bucket names of the paused replicas. */
  private get paused(): string[] {
    return this.replicaDetails.flatMap(({ enabled, copy }) => (enabled ? [] : copy.bucketName));
  }

  /**
   * The bucket names of the replicas for which the events in the primary's topic report all late objects. The events do
   * not show which objects a tag filter covers, or which objects one replica fails to replicate to another.
   */
  private get tracked(): string[] {
    if (this._writeToReplicas && this.replicaDetails.length > 1) return [];
    return this.replicaDetails.flatMap(({ metrics, timeControl, props: { tags }, copy }) =>
      metrics && timeControl && !tags ? copy.bucketName : [],
    );
  }

  private createEvents(scope: Construct, bucket: s3.IBucket, provider?: BucketProvider): ReplicationEvents {
    const timeControl = this.replicaDetails.some((replica) => replica.timeControl);
    return new ReplicationEvents(scope, 'ReplicationEvents', { bucket, timeControl, name: this.names.base, provider });
  }

  private createJobs(props: ReplicatedMediaBucketProps): void {
    const { repair, runtime, logRetention, replicateExisting = true } = props;
    const common = { repair, runtime, logRetention };
    const { bucketName, region } = this._primaryCopy;
    const jobs = new ReplicationJobs(this, 'Jobs', {
      ...common,
      name: this.names.base,
      bucketName,
      replicas: this._replicaCopies.map((copy) => copy.bucketName),
      paused: this.paused,
      tracked: this.tracked,
      existingReplicas: this.replicaDetails.flatMap(({ props: { bucket }, copy }) => (bucket ? copy.bucketName : [])),
      existingBucket: props.bucket !== undefined,
      replicateExisting,
      lifecycleRules: [props, ...props.replicas].flatMap(({ lifecycleRules }) => lifecycleRules ?? []),
    });
    jobs.startAfter(...this.replication.allRules);
    if (this.hasEvents) jobs.failures.subscribeTo(this.replicationEvents);
    this.jobs.set(region, jobs);
    if (!this.replication.isTwoWay) return;
    const statusFunctionName = this.names.function('replication-status');
    this.replicaDetails.forEach((replica) => this.createReplicaJobs(replica, { ...common, statusFunctionName }));
  }

  /** Repairs what a replica fails to replicate to the other copies, in the replica's region. */
  private createReplicaJobs(replica: Replica, common: Partial<ReplicationJobsProps>): void {
    const { copy } = replica;
    const scope = this.scopeIn(replica);
    const jobs = new ReplicationJobs(scope, 'Jobs', {
      ...common,
      name: this.names.rule(copy.region),
      bucketName: copy.bucketName,
      replicas: [this._primaryCopy, ...this._replicaCopies].flatMap((other) =>
        other === copy ? [] : other.bucketName,
      ),
      paused: this.paused.filter((bucketName) => bucketName !== copy.bucketName),
      // The primary's jobs replicate existing objects, and warn of lifecycle rules.
      ...{ tracked: [], existingReplicas: [], existingBucket: false, replicateExisting: false, lifecycleRules: [] },
    });
    if (this.hasEvents) {
      // Notifications of an imported bucket are created in its stack, which can be in another region.
      const { bucketName, region, account } = copy;
      const bucket = cfnBucketOf(copy.bucket)
        ? copy.bucket
        : s3.Bucket.fromBucketAttributes(scope, 'Source', { bucketName, region, account });
      jobs.failures.subscribeTo(this.createEvents(scope, bucket).topic);
    }
    this.jobs.set(copy.region, jobs);
  }

  /**
   * A scope in the replica's region and the primary's account, where S3 publishes the latency, and where its jobs must be.
   */
  private scopeIn({ crossAccount, scope, copy: { region } }: Replica): Construct {
    if (!crossAccount && scope) return scope;
    const created = this.node.tryFindChild(`Operations-${region}`) as Stack | undefined;
    return created ?? this.replicaFactory.createStack('Operations', region);
  }

  private jobsIn(region: string, property: string): ReplicationJobs {
    const jobs = this.jobs.get(region);
    if (jobs) return jobs;
    throw invalid(this, {
      property,
      got: region,
      expected: `the region of a copy with backfill and repair (${[...this.jobs.keys()].join(', ') || 'none'})`,
      fix:
        'For the primary, remove `replicateExisting: false`. For a replica, set `writeToReplicas` or ' +
        '`replicaModificationSync`, too.',
    });
  }
}

/** The public description of a replica. */
function mediaReplica(replica: Replica): MediaReplica {
  const { copy, stack, proxy, enabled } = replica;
  const { region, account, bucket } = copy;
  return { ...describeReplica(replica), enabled, region, account, stack, bucket, proxy };
}
