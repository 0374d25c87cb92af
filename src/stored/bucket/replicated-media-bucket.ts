import { Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { ReplicatedMediaBucketAttributes } from './attributes';
import { existingPrimary } from './copies/existing-copy';
import { NewCopy } from './copies/new-copy';
import { Replica, ReplicaFactory } from './copies/replica';
import { IReplicatedMediaBucket } from './i-replicated-media-bucket';
import { ImportedReplicatedMediaBucket } from './imported-replicated-media-bucket';
import { MediaReplica } from './media-replica';
import { writeOutputs } from './outputs';
import { ReplicatedMediaBucketProps, ReplicationAlarmsOptions } from './props';
import { ReplicatedMediaBucketBase } from './replicated-media-bucket-base';
import { Replication } from './replication/replication';
import { ReplicationAlarms } from './replication/replication-alarms';
import { ReplicationEvents } from './replication/replication-events';
import { allowReplicationRole, createReplicationRole } from './replication/replication-role';
import { validateBucket } from './validation/bucket';
import { accountOf, DeterministicNames } from '../../private/naming';
import { describeProblem, invalid, Problem, Problems } from '../../private/problems';
import { deployAfter } from '../../private/stacks';
import { ReplicationJobs, ReplicationJobsMetric } from '../backfill';

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
   * Imports the media of another app.
   *
   * @param scope the parent construct
   * @param id the construct's ID
   * @param attrs the names of the buckets and rules, which the other app's outputs contain
   */
  public static fromReplicatedMediaBucketAttributes(
    scope: Construct,
    id: string,
    attrs: ReplicatedMediaBucketAttributes,
  ): IReplicatedMediaBucket {
    return new ImportedReplicatedMediaBucket(scope, id, attrs);
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

  private readonly replicaFactory: ReplicaFactory;
  private readonly replicaDetails: Replica[];
  private readonly replication: Replication;
  private readonly jobs?: ReplicationJobs;
  private alarms?: ReplicationAlarms;
  private events?: ReplicationEvents;

  /** @throws if the props are invalid; the message lists every problem and its fix */
  constructor(scope: Construct, id: string, props: ReplicatedMediaBucketProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const problems = new Problems(this);
    ReplicatedMediaBucket._validate(problems, props, stack);
    problems.throwIfAny();

    const names = new DeterministicNames(this, props.namePrefix);
    const location = { region: stack.region, account: accountOf(stack) };
    const primary = props.bucket
      ? existingPrimary(this, props.bucket, props)
      : new NewCopy(this, 'Primary', { ...location, names, copy: props, common: props });
    this._primaryCopy = primary;
    this._writeToReplicas = props.writeToReplicas ?? false;
    this.replicaFactory = new ReplicaFactory(this, names, props);
    this.replicaDetails = props.replicas.map((replica) => this.replicaFactory.create(replica));
    this._replicaCopies = this.replicaDetails.map(({ copy }) => copy);
    this.replicas = this.replicaDetails.map(mediaReplica);

    this.replicationRole = props.replicationRole ?? createReplicationRole(this, names, this.replicaDetails);
    this.replication = new Replication(this, primary, this.replicaDetails, this.replicationRole, names, props);
    allowReplicationRole(this, this.replicationRole, this.replicaDetails);
    for (const replica of this.replicaDetails.filter((each) => each.scope)) {
      deployAfter(stack, replica.stack, 'S3 accepts a replication rule only if the replica bucket exists');
    }
    this.jobs = this.createJobs(props);
    this.node.addValidation({ validate: () => this._synthesisProblems().map(describeProblem) });
    if (props.replicationAlarms ?? true) this.addReplicationAlarms();
    if (props.outputs ?? true) writeOutputs(this, primary, this.replicaDetails);
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
          // Only alarms in the replica's region and the primary's account receive the latency metric.
          scope:
            (!replica.crossAccount && replica.scope) || this.replicaFactory.createStack('Alarms', replica.copy.region),
          latency: this.metricReplicationLatency(replica.copy.region),
          failures: this.metricOperationsFailedReplication(replica.copy.region),
          reverseFailures: this.replication.reverseFailures(replica),
        })),
    );
    this.alarms.configure(options);
    return [...this.alarms.alarms, ...(this.jobs?.addAlarms(options.actions) ?? [])];
  }

  /**
   * The function that handles `DescribeReplication`, `ListFailures`, `RetryFailures`, `DismissFailures` and
   * `RestartBackfill`. Undefined if neither `replicateExisting` nor `repair` is enabled.
   */
  public get replicationStatusFunction(): lambda.Function | undefined {
    return this.jobs?.statusFunction;
  }

  /**
   * Grants permission to invoke `replicationStatusFunction`.
   *
   * @throws if neither `replicateExisting` nor `repair` is enabled
   */
  public grantManageReplication(grantee: iam.IGrantable): iam.Grant {
    return this.jobsFor('grantManageReplication').grantManage(grantee);
  }

  /**
   * Returns a metric of backfill and repair.
   *
   * @param metric the metric
   * @param options properties to override; by default the maximum over 5 minutes
   * @throws if neither `replicateExisting` nor `repair` is enabled
   */
  public metricReplicationJobs(metric: ReplicationJobsMetric, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.jobsFor('metricReplicationJobs').metric(metric, options);
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
    if (!this.replicaDetails.some(({ metrics }) => metrics)) {
      throw invalid(this, {
        property: 'replicationEvents',
        got: 'only replicas with `replicationMetrics: false`',
        expected: 'a replica with metrics, because S3 sends no replication events without them',
        fix: 'Remove `replicationMetrics: false` from a replica.',
      });
    }
    const timeControl = this.replicaDetails.some((replica) => replica.timeControl);
    this.events ??= new ReplicationEvents(this, 'ReplicationEvents', this.primary, timeControl);
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
    return [...problems.all];
  }

  private createJobs(props: ReplicatedMediaBucketProps): ReplicationJobs | undefined {
    const existingBucket = props.bucket !== undefined;
    const replicateExisting = props.replicateExisting ?? (existingBucket || props.replicas.length > 1);
    if (!replicateExisting && !props.repair) return undefined;
    const jobs = new ReplicationJobs(this, 'Jobs', {
      bucketName: this._primaryCopy.bucketName,
      replicas: this._replicaCopies.map(({ bucketName }) => bucketName),
      existingReplicas: this.replicaDetails.flatMap(({ props: { bucket }, copy }) => (bucket ? copy.bucketName : [])),
      existingBucket,
      replicateExisting,
      repair: props.repair,
      lifecycleRules: [props, ...props.replicas].flatMap(({ lifecycleRules }) => lifecycleRules ?? []),
      runtime: props.runtime,
      logRetention: props.logRetention,
    });
    jobs.startAfter(this.replication.forwardRules);
    // S3 sends events about failures only for rules with metrics.
    if (this.replicaDetails.some(({ metrics }) => metrics)) jobs.listenTo(this.replicationEvents);
    return jobs;
  }

  private jobsFor(property: string): ReplicationJobs {
    if (this.jobs) return this.jobs;
    throw invalid(this, {
      property,
      got: 'a bucket without backfill and repair',
      expected: '`replicateExisting` or `repair` to be enabled',
      fix: 'Set `replicateExisting: true`.',
    });
  }
}

/** The public description of a replica. */
function mediaReplica({ copy, stack, ruleId, props: { prefix, tags }, proxy }: Replica): MediaReplica {
  const { region, account, bucket } = copy;
  return { region, account, stack, bucket, ruleId, prefix, tags, proxy };
}
