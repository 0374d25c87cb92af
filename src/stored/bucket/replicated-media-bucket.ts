import { Names, Stack, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { adopt, AdoptedCopy } from './adopted-copy';
import { ImportedMedia } from './imported-media';
import { IReplicatedMediaBucket } from './media-bucket-interface';
import { broughtCopy, MediaCopy, OwnedCopy } from './media-copy';
import { writeOutputs } from './media-outputs';
import { MediaReplica } from './media-replica';
import { DESTINATION_ACTIONS, SOURCE_ACTIONS } from './policy-stoppers';
import {
  MediaReplicaProps,
  ReplicatedMediaBucketAttributes,
  ReplicatedMediaBucketProps,
  ReplicationAlarmsOptions,
} from './props';
import { ReplicaPlan } from './replica-plan';
import { ReplicatedMedia } from './replicated-media';
import { Replication } from './replication';
import { ReplicationAlarms } from './replication-alarms';
import { admitForeignRole } from './replication-permissions';
import { replicationStoppers } from './replication-stoppers';
import { validate } from './validation';
import { regionOfBucket } from './validation-copy';
import { invalid } from '../../private/problems';
import { accountOf, DeterministicNames } from '../../private/naming';
import { canBeNamedFrom, deployAfter } from '../../private/stacks';
import { ReplicationJobs, ReplicationJobsMetric } from '../backfill';
import { S3MediaProxy } from '../proxy';

/**
 * A bucket for media, and its replicas in other regions.
 *
 * Each replica is a bucket in a stack of its region, made here and deployed before this construct's stack. Objects are
 * put into the primary, and S3 replicates them; `grantRead` covers every copy.
 *
 * A replica that is left out of the props later is no longer filled, but its stack stays deployed, as every stack that
 * leaves an app: remove it with `cdk destroy` or `aws cloudformation delete-stack`.
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
export class ReplicatedMediaBucket extends ReplicatedMedia {
  /**
   * Media of another app, by names.
   *
   * @param scope where the construct goes
   * @param id its id
   * @param attrs what the other app's outputs say
   */
  public static fromReplicatedMediaBucketAttributes(
    scope: Construct,
    id: string,
    attrs: ReplicatedMediaBucketAttributes,
  ): IReplicatedMediaBucket {
    return new ImportedMedia(scope, id, attrs);
  }

  /** The replicas, in the order given. */
  public readonly replicas: MediaReplica[];

  /** The role that S3 assumes to replicate. */
  public readonly replicationRole: iam.IRole;

  /** @internal */
  protected readonly _primaryCopy: MediaCopy;

  /** @internal */
  protected readonly _replicaCopies: MediaCopy[];

  /** @internal */
  protected get _writableCopies(): MediaCopy[] {
    return this.replicasAreWritten ? [this._primaryCopy, ...this._replicaCopies] : [this._primaryCopy];
  }

  private readonly names: DeterministicNames;
  private readonly plans: ReplicaPlan[];
  private readonly replication: Replication;
  private readonly replicasAreWritten: boolean;
  private readonly jobs?: ReplicationJobs;
  private alarms?: ReplicationAlarms;

  /** @throws if the props contradict each other, or ask for what S3 can't do; the message says what to change */
  constructor(scope: Construct, id: string, props: ReplicatedMediaBucketProps) {
    super(scope, id);
    validate(this, props);

    const stack = Stack.of(this);
    this.names = new DeterministicNames(this, props.namePrefix);
    const primary: AdoptedCopy = props.bucket
      ? adopt(this, props.bucket, props)
      : new OwnedCopy(this, 'Primary', {
          region: stack.region,
          account: accountOf(stack),
          names: this.names,
          own: props,
          common: props,
        });
    this._primaryCopy = primary;
    this.replicasAreWritten = props.writeToReplicas ?? false;
    this.plans = props.replicas.map((replica) => this.plan(replica, props));
    this._replicaCopies = this.plans.map(({ copy }) => copy);
    this.replicas = this.plans.map(({ copy, stack: home, ruleId, proxy, props: { prefix, tags } }) => ({
      region: copy.region,
      account: copy.account,
      stack: home,
      bucket: copy.bucket,
      ruleId,
      prefix,
      tags,
      proxy,
    }));

    this.replicationRole = props.replicationRole ?? this.createRole();
    this.replication = new Replication(this, primary, this.plans, this.replicationRole, this.names, props);
    this.admitRole();
    for (const { stack: first } of this.plans.filter(({ home }) => home)) {
      deployAfter(stack, first, 'S3 accepts a replication rule only when the replica bucket exists');
    }
    this.jobs = this.createJobs(props);
    // At synthesis, since statements can be added until then.
    this.node.addValidation({ validate: () => this.stoppers() });
    if (props.replicationAlarms ?? true) this.addReplicationAlarms();
    if (props.outputs ?? true) writeOutputs(this, primary, this.plans);
  }

  /**
   * Alarms for each replica whose metrics are on: one if it falls behind the primary, one if an operation failed.
   * Missing data does not change their state.
   *
   * The alarms are there by default, and this call gives them actions or another threshold. With
   * `replicationAlarms: false`, the first call makes them.
   *
   * @returns all alarms of the bucket, those on latency in the stacks of their replicas
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
   */
  public addReplicationAlarms(options: ReplicationAlarmsOptions = {}): cloudwatch.Alarm[] {
    this.alarms ??= new ReplicationAlarms(
      this,
      this.node.path,
      this.plans
        .filter(({ metrics }) => metrics)
        .map((plan) => ({
          region: plan.copy.region,
          latencyScope: this.latencyAlarmScope(plan),
          latency: this.metricReplicationLatency(plan.copy.region),
          failed: this.metricOperationsFailedReplication(plan.copy.region),
          failedBack: this.replication.failuresBack(plan),
        })),
    );
    this.alarms.apply(options);
    return [...this.alarms.alarms, ...(this.jobs?.addAlarms(options.actions) ?? [])];
  }

  /**
   * Answers `DescribeReplication`, `ListFailures`, `RetryFailures`, `DismissFailures` and `RestartBackfill`: how far
   * backfills are, and what failed. Absent where neither `replicateExisting` nor `repair` holds.
   */
  public get replicationStatusFunction(): lambda.Function | undefined {
    return this.jobs?.statusFunction;
  }

  /**
   * Lets the grantee call `replicationStatusFunction`.
   *
   * @throws if there is none
   */
  public grantManageReplication(grantee: iam.IGrantable): iam.Grant {
    return this.jobsFor('grantManageReplication').grantManage(grantee);
  }

  /**
   * A metric of backfill and repair.
   *
   * @param metric which one
   * @param options what to change of the metric; by default the maximum over 5 minutes
   * @throws if neither `replicateExisting` nor `repair` holds
   */
  public metricReplicationJobs(metric: ReplicationJobsMetric, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.jobsFor('metricReplicationJobs').metric(metric, options);
  }

  /**
   * Sends S3's event for each object that failed to replicate, replicated late, or is no longer tracked.
   *
   * @param destination an SNS topic, an SQS queue or a Lambda function (`aws-cdk-lib/aws-s3-notifications`), in the
   * primary's region; EventBridge does not get these events
   * @param filters which objects; by default all
   * @throws if no replica has `replicationMetrics`, without which S3 sends no such event
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-metrics-events.html
   */
  public addReplicationEventNotification(
    destination: s3.IBucketNotificationDestination,
    ...filters: s3.NotificationKeyFilter[]
  ): void {
    if (!this.plans.some(({ metrics }) => metrics)) {
      throw invalid(this, {
        property: 'addReplicationEventNotification',
        got: 'only replicas with replicationMetrics false',
        expected: 'one with metrics, without which S3 sends no replication event',
        fix: 'Leave out `replicationMetrics: false`.',
      });
    }
    const events = [
      s3.EventType.REPLICATION_OPERATION_FAILED_REPLICATION,
      s3.EventType.REPLICATION_OPERATION_NOT_TRACKED,
    ];
    if (this.plans.some(({ timeControl }) => timeControl)) {
      events.push(
        s3.EventType.REPLICATION_OPERATION_MISSED_THRESHOLD,
        s3.EventType.REPLICATION_OPERATION_REPLICATED_AFTER_THRESHOLD,
      );
    }
    for (const event of events) this.primary.addEventNotification(event, destination, ...filters);
  }

  private plan(props: MediaReplicaProps, common: ReplicatedMediaBucketProps): ReplicaPlan {
    const primary = Stack.of(this);
    const { region, bucket } = props;
    const account = props.account ?? accountOf(primary);
    const metrics = props.replicationMetrics ?? true;
    const about = {
      props,
      ruleId: this.names.rule(region),
      foreign: props.account !== undefined && props.account !== primary.account,
      metrics,
      timeControl: props.replicationTimeControl ?? metrics,
    };
    if (bucket) {
      const copy = broughtCopy(bucket, region, account, props.encryptionKey ?? bucket.encryptionKey);
      const stack = props.stack ?? Stack.of(bucket);
      const isHome = props.stack !== undefined || regionOfBucket(bucket) === region;
      const home = isHome ? this.homeIn(stack) : undefined;
      return { ...about, copy, stack, home, proxy: home && createProxy(home, copy, props) };
    }
    const stack = props.stack ?? this.createStack('Replica', region, props.account);
    const home = props.stack ? this.homeIn(stack) : stack;
    const copy = new OwnedCopy(home, 'Replica', { region, account, names: this.names, own: props, common });
    return { ...about, copy, stack, home, proxy: createProxy(home, copy, props) };
  }

  /** A place in a stack that others use too. */
  private homeIn(stack: Stack): Construct {
    return new Construct(stack, Names.nodeUniqueId(this.node));
  }

  private createStack(purpose: string, region: string, account?: string): Stack {
    const primary = Stack.of(this);
    return new Stack(this, `${purpose}-${region}`, {
      stackName: this.names.stack(purpose === 'Replica' ? region : `${purpose.toLowerCase()}-${region}`),
      description: `${purpose} of the media bucket ${this.node.path}`,
      env: { region, account: account ?? (Token.isUnresolved(primary.account) ? undefined : primary.account) },
      tags: primary.tags.tagValues(),
      terminationProtection: primary.terminationProtection,
    });
  }

  private createRole(): iam.Role {
    return new iam.Role(this, 'ReplicationRole', {
      assumedBy: new iam.ServicePrincipal('s3.amazonaws.com'),
      description: `Replicates the media of ${this.node.path}`,
      // Policies in other accounts must know the name before the role exists.
      roleName: this.plans.some(({ foreign }) => foreign) ? this.names.role('replication') : undefined,
    });
  }

  private createJobs(props: ReplicatedMediaBucketProps): ReplicationJobs | undefined {
    const adopted = props.bucket !== undefined;
    const replicateExisting = props.replicateExisting ?? (adopted || props.replicas.length > 1);
    if (!replicateExisting && !props.repair) return undefined;
    const jobs = new ReplicationJobs(this, 'Jobs', {
      bucketName: this._primaryCopy.bucketName,
      replicas: this.plans.map(({ copy, ruleId }) => ({ region: copy.region, bucketName: copy.bucketName, ruleId })),
      adopted,
      replicateExisting,
      repair: props.repair,
      lifecycleRules: [props, ...props.replicas].flatMap(({ lifecycleRules }) => lifecycleRules ?? []),
      runtime: props.runtime,
      logRetention: props.logRetention,
    });
    jobs.startAfter(this.replication.forward);
    // S3 tells of failures only where a rule has metrics.
    if (this.plans.some(({ metrics }) => metrics)) jobs.listenTo(this.primary);
    return jobs;
  }

  private jobsFor(property: string): ReplicationJobs {
    if (this.jobs) return this.jobs;
    throw invalid(this, {
      property,
      got: 'a bucket without backfill and repair',
      expected: 'one with `replicateExisting` or `repair`',
      fix: 'Set `replicateExisting: true`.',
    });
  }

  /** Lets the role into the buckets of other accounts. */
  private admitRole(): void {
    const role = this.replicationRole;
    for (const { copy, stack } of this.plans.filter(({ foreign, props: { bucket } }) => foreign && !bucket)) {
      if (!canBeNamedFrom(stack, role.roleArn)) {
        throw invalid(this, {
          property: 'replicationRole',
          got: `${role.node.path}, which has no name of its own`,
          expected: `a role whose ARN the account ${copy.account} can know before it exists`,
          fix: 'Give it a `roleName`.',
        });
      }
      admitForeignRole(copy, role.roleArn, Stack.of(this).account);
    }
  }

  private stoppers(): string[] {
    const { sources, destinations } = this.replication;
    return destinations
      .flatMap(({ bucket }) => replicationStoppers(bucket, DESTINATION_ACTIONS, this.replicationRole))
      .concat(sources.flatMap(({ bucket }) => replicationStoppers(bucket, SOURCE_ACTIONS, this.replicationRole)));
  }

  /** S3 publishes the latency in the replica's region and the primary's account: only an alarm there sees it. */
  private latencyAlarmScope({ home, foreign, copy }: ReplicaPlan): Construct {
    return home && !foreign ? home : this.createStack('Alarms', copy.region);
  }
}

function createProxy(home: Construct, { bucket }: MediaCopy, { proxy }: MediaReplicaProps): S3MediaProxy | undefined {
  return proxy && new S3MediaProxy(home, 'Proxy', { ...proxy, bucket });
}
