import { Annotations, Aws, CustomResource, Duration, Stack, Token, Tokenization } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct, IDependable } from 'constructs';
import * as contract from './contract';
import { FailureQueue } from './failure-queue';
import { createJobAlarms } from './job-alarms';
import { createJobRole, jobStatements, sourceStatement } from './job-permissions';
import { JobStore } from './job-store';
import { racingRules } from './lifecycle-race';
import { plainRules } from './lifecycle-rules';
import { ReplicationRepairOptions } from './props';
import { ReplicationJobsMetric } from './replication-jobs-metric';
import { handlerFunction, handlerLogs } from '../../private/handler-function';
import { accountOf } from '../../private/naming';
import { Problems } from '../../private/problems';

export interface ReplicationJobsProps {
  /** The tag of the jobs, and the dimension of the metrics. Unique in the account. */
  readonly name: string;
  /**
   * The name of the source bucket, which is in the account and region of the stack. Not a reference, because the bucket
   * may depend on resources of this construct.
   */
  readonly bucketName: string;
  /** The bucket names of the replicas. */
  readonly replicas: string[];
  /** Those of the replicas that are paused. */
  readonly paused: string[];
  /** Those of the replicas for which S3 reports late objects. */
  readonly tracked: string[];
  /** Those of the replicas that are existing buckets. */
  readonly existingReplicas: string[];
  /** Whether the source bucket is an existing bucket. */
  readonly existingBucket: boolean;
  /** Whether existing objects are replicated to new replicas. */
  readonly replicateExisting: boolean;
  /** The lifecycle rules of the source bucket and of the replicas that are defined in the app. */
  readonly lifecycleRules: s3.LifecycleRule[];
  /** @default - once a day, three attempts */
  readonly repair?: ReplicationRepairOptions;
  /** The physical name of the status function, if other stacks refer to it. */
  readonly statusFunctionName?: string;
  readonly logRetention?: logs.RetentionDays;
  readonly runtime?: lambda.Runtime;
}

type Entry = 'jobs' | 'status';

/**
 * Replicates what replication rules do not: objects that existed before the rules (backfill) and objects that failed to
 * replicate (repair). Both are jobs of S3 Batch Replication.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-batch-replication-batch.html
 */
export class ReplicationJobs extends Construct {
  /** @internal */
  public static _validate(problems: Problems, { repair }: Pick<ReplicationJobsProps, 'repair'>): void {
    const maxAttempts = repair?.maxAttempts ?? contract.DEFAULT_MAX_ATTEMPTS;
    if (Token.isUnresolved(maxAttempts)) return;
    problems.expect(Number.isInteger(maxAttempts) && maxAttempts >= 1 && maxAttempts <= 10, {
      property: 'repair.maxAttempts',
      got: maxAttempts,
      expected: 'an integer from 1 to 10',
      fix: 'Specify the number of failed repairs after which an object is given up, such as 3.',
    });
  }

  /** Handles `DescribeReplication`, `ListFailures`, `RetryFailures`, `DismissFailures` and `RestartBackfill`. */
  readonly statusFunction: lambda.Function;
  /** Starts, monitors and completes the jobs, and records the events for failed replication. */
  readonly workerFunction: lambda.Function;
  /** Stores the jobs, the failures, and what each replica lacks. */
  readonly table: dynamodb.ITable;
  /** Keeps the S3 events for objects that failed to replicate or are late until the worker records them. */
  readonly failures: FailureQueue;

  private readonly name: string;
  private readonly resource: CustomResource;
  private readonly props: ReplicationJobsProps;
  private readonly store: JobStore;
  private readonly jobRole: iam.Role;
  private readonly logGroup: logs.ILogGroup;
  private alarms?: cloudwatch.Alarm[];

  constructor(scope: Construct, id: string, props: ReplicationJobsProps) {
    super(scope, id);
    const problems = new Problems(this);
    ReplicationJobs._validate(problems, props);
    problems.throwIfAny();
    this.props = props;
    this.name = props.name;
    this.warnOfLifecycleRules();
    const stack = Stack.of(this);
    this.store = new JobStore(this, 'Store', props.name);
    this.table = this.store.table;
    this.failures = new FailureQueue(this, 'Failures');
    this.jobRole = createJobRole(this, props.bucketName, accountOf(stack));
    this.logGroup = handlerLogs(this, 'Logs', props.logRetention);

    this.workerFunction = this.createFunction('Worker', 'jobs', 'Manages replication jobs', Duration.minutes(15), [
      ...jobStatements(stack, this.jobRole, this.name),
      sourceStatement(props.bucketName),
      ...this.store.reportsStatements(),
      this.store.tableStatement('DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
      this.failures.statementForReceiving(),
    ]);
    this.statusFunction = this.createFunction(
      'Status',
      'status',
      'Reports the replication status',
      Duration.seconds(29),
      [this.store.tableStatement('GetItem', 'Query', 'UpdateItem')],
      props.statusFunctionName,
    );
    this.resource = this.createResource();
    this.createSchedules();
  }

  /** Adds resources that must be deployed before the first backfill starts, such as the bucket and its rules. */
  startAfter(...dependencies: IDependable[]): void {
    this.resource.node.addDependency(...dependencies);
  }

  /** Grants permission to invoke the status function, which can also retry, dismiss and restart. */
  grantManage(grantee: iam.IGrantable): iam.Grant {
    return this.statusFunction.grantInvoke(grantee);
  }

  /** Creates the alarms on the first call. Every call adds its actions to all of them. */
  addAlarms(actions: cloudwatch.IAlarmAction[] = []): cloudwatch.Alarm[] {
    this.alarms ??= createJobAlarms(this, this.node.scope!.node.path, {
      jobsFailed: this.metric(ReplicationJobsMetric.JOBS_FAILED),
      repeatedFailures: this.metric(ReplicationJobsMetric.REPEATED_FAILURES, { statistic: 'Sum' }),
      givenUp: this.metric(ReplicationJobsMetric.GIVEN_UP),
      // The worker reports no failures if it does not complete. SUM of an array ignores missing values, unlike `+`.
      workerFailures: new cloudwatch.MathExpression({
        expression: 'SUM([failures, errors])',
        label: 'Failures of the worker',
        usingMetrics: {
          failures: this.metric(ReplicationJobsMetric.WORKER_FAILURES),
          errors: this.workerFunction.metricErrors(),
        },
      }),
      eventsLost: this.failures.deadLetters.metricApproximateNumberOfMessagesVisible(),
    });
    if (actions.length > 0) this.alarms.forEach((alarm) => alarm.addAlarmAction(...actions));
    return this.alarms;
  }

  /** Metric of the worker. Maximum over 5 minutes, unless `options` say otherwise. */
  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: contract.METRICS_NAMESPACE,
      metricName,
      dimensionsMap: { [contract.SERVICE_DIMENSION]: this.name },
      statistic: 'Maximum',
      ...options,
    });
  }

  private createFunction(
    functionId: string,
    entry: Entry,
    purpose: string,
    timeout: Duration,
    statements: iam.PolicyStatement[],
    functionName?: string,
  ): lambda.Function {
    const { bucketName, repair, runtime } = this.props;
    const { ENV } = contract;
    return handlerFunction(this, functionId, {
      handler: 'stored/stored-media',
      export: entry,
      description: `${purpose} of ${this.node.path}`,
      timeout,
      environment: {
        [ENV.table]: this.store.table.tableName,
        [ENV.bucket]: bucketName,
        [ENV.account]: accountOf(Stack.of(this)),
        [ENV.partition]: Aws.PARTITION,
        [ENV.reportsBucket]: this.store.reports.bucketName,
        [ENV.jobRole]: this.jobRole.roleArn,
        [ENV.jobTag]: this.name,
        [ENV.failureQueue]: this.failures.queue.queueUrl,
        [ENV.maxAttempts]: Tokenization.stringifyNumber(repair?.maxAttempts ?? contract.DEFAULT_MAX_ATTEMPTS),
        POWERTOOLS_SERVICE_NAME: this.name,
      },
      memorySize: 1024,
      runtime,
      functionName,
      logGroup: this.logGroup,
      policy: new iam.PolicyDocument({ statements }),
    });
  }

  /**
   * When the stack is deleted, the resource cancels the jobs and empties the reports bucket. CloudFormation deletes the
   * policy that allows the jobs to write reports first, so that no report is written later, and the bucket last.
   */
  private createResource(): CustomResource {
    const { bucketName, replicas, paused, tracked, existingReplicas, existingBucket, replicateExisting } = this.props;
    const resource = new CustomResource(this, 'Resource', {
      resourceType: contract.BACKFILL_RESOURCE,
      serviceToken: this.workerFunction.functionArn,
      properties: {
        Bucket: bucketName,
        Replicas: replicas,
        Paused: paused.length > 0 ? paused : undefined,
        Tracked: tracked,
        ExistingReplicas: existingReplicas,
        ExistingBucket: String(existingBucket),
        ReplicateExisting: String(replicateExisting),
      },
    });
    this.store.allowJobs(this.jobRole).node.addDependency(resource);
    return resource;
  }

  private createSchedules(): void {
    const { enabled = true, schedule } = this.props.repair ?? {};
    const target = (event: contract.WorkerEvent, retryAttempts?: number) =>
      new targets.LambdaFunction(this.workerFunction, {
        event: events.RuleTargetInput.fromObject(event),
        retryAttempts,
      });
    new events.Rule(this, 'WorkerSchedule', {
      description: 'Invokes the worker, which manages the running replication jobs',
      schedule: events.Schedule.rate(Duration.minutes(5)),
      targets: [target(enabled && !schedule ? { dailyRepair: true } : {}, 0)], // no retries: the next run follows soon
    });
    if (!enabled || !schedule) return;
    new events.Rule(this, 'RepairSchedule', {
      description: 'Starts a repair of objects that failed to replicate',
      schedule,
      targets: [target({ repair: true })],
    });
  }

  private warnOfLifecycleRules(): void {
    const { lifecycleRules, replicateExisting } = this.props;
    // A repair replicates versions later than their delete markers, too. An object that expires first is meant to be gone.
    const rules = plainRules(lifecycleRules).filter((rule) => replicateExisting || rule.removesExpiredDeleteMarkers);
    const racing = racingRules(rules);
    if (racing.length === 0) return;
    Annotations.of(this).addWarning(
      `These lifecycle rules race with a backfill or repair: ${racing.join('; ')}. Objects that they delete or archive ` +
        'before S3 reaches them are not replicated. If they remove delete markers, deleted objects can reappear on a ' +
        'replica. Disable the rules (`enabled: false`) in the deployment that adds a ' +
        'replica, until DescribeReplication reports that the backfill has finished. Set `replicateExisting: false` if ' +
        'there are no objects to replicate.',
    );
  }
}
