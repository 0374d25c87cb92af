import { Annotations, Aws, CustomResource, Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import { Construct, IDependable } from 'constructs';
import * as contract from './contract';
import { FailureQueue } from './failure-queue';
import { createJobAlarms } from './job-alarms';
import { createJobRole, grantJobs, grantLook, grantLookAtLifecycle } from './job-permissions';
import { JobStore } from './job-store';
import { racingRules } from './lifecycle-race';
import { plainRules } from './lifecycle-rules';
import { ReplicationRepairOptions } from './props';
import { invalid } from '../../private/problems';
import { handlerFunction } from '../../private/handler-function';
import { accountOf, DeterministicNames } from '../../private/naming';

/** A replica that the rules of the bucket fill. */
export interface FilledReplica {
  readonly region: string;
  readonly bucketName: string;
  readonly ruleId: string;
}

export interface ReplicationJobsProps {
  /** The primary, in the stack's region and account. A name, and no reference: the bucket may depend on what is here. */
  readonly bucketName: string;
  readonly replicas: FilledReplica[];
  /** Whether the bucket was there before. @default false */
  readonly adopted?: boolean;
  /** Whether what is there already is replicated to replicas that are new. @default true */
  readonly replicateExisting?: boolean;
  /** The lifecycle rules of the primary and of the replicas, as far as the app has them. @default - none */
  readonly lifecycleRules?: s3.LifecycleRule[];
  /** @default - once a day, three attempts */
  readonly repair?: ReplicationRepairOptions;
  readonly logRetention?: logs.RetentionDays;
  readonly runtime?: lambda.Runtime;
}

type Entry = 'backfill' | 'worker' | 'events' | 'status';

/**
 * Has S3 replicate what its rules do not: what was there before them, and what failed. Both are jobs of S3 Batch
 * Replication, which is told of by one function and looked after by another.
 */
export class ReplicationJobs extends Construct {
  /** Answers `DescribeReplication`, `ListFailures`, `RetryFailures`, `DismissFailures` and `RestartBackfill`. */
  readonly statusFunction: lambda.Function;
  /** Looks after the jobs. */
  readonly workerFunction: lambda.Function;
  /** Takes S3's events of failed replication. */
  readonly failures: FailureQueue;

  private readonly name: string;
  private readonly resource: CustomResource;
  private readonly props: ReplicationJobsProps;
  private readonly store: JobStore;
  private readonly jobRole: iam.Role;
  private alarms?: cloudwatch.Alarm[];

  constructor(scope: Construct, id: string, props: ReplicationJobsProps) {
    super(scope, id);
    this.props = props;
    this.name = new DeterministicNames(this).base;
    this.checkAttempts();
    this.warnOfLifecycle();
    const { bucketName } = props;
    const stack = Stack.of(this);
    this.store = new JobStore(this, 'Store');
    this.jobRole = createJobRole(this, bucketName, accountOf(stack), this.store);
    const jobs = { role: this.jobRole, tag: this.name };

    const backfill = this.createFunction('Backfill', 'backfill', 'Starts backfills', Duration.minutes(5));
    grantJobs(backfill, stack, { ...jobs, cancel: true });
    grantLook(backfill, bucketName);
    this.store.grantEmpty(backfill);
    this.store.grantTable(backfill, 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem');

    this.workerFunction = this.createFunction('Worker', 'worker', 'Looks after replication', Duration.minutes(15));
    grantJobs(this.workerFunction, stack, jobs);
    grantLookAtLifecycle(this.workerFunction, bucketName);
    this.store.grantWorker(this.workerFunction);
    this.store.grantTable(this.workerFunction, 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem');

    const noting = this.createFunction('Events', 'events', 'Notes what failed to replicate', Duration.minutes(1));
    this.store.grantTable(noting, 'UpdateItem');
    this.failures = new FailureQueue(this, 'Failures', noting);

    this.statusFunction = this.createFunction('Status', 'status', 'Tells of replication', Duration.seconds(29));
    this.store.grantTable(this.statusFunction, 'GetItem', 'Query', 'UpdateItem');

    this.resource = this.createResources(backfill);
    this.schedule();
  }

  /** Nothing is started before these are in force: the bucket and its rules. */
  startAfter(...dependencies: IDependable[]): void {
    this.resource.node.addDependency(...dependencies);
  }

  /** Has S3 tell of each object that it gives up on. Needs a rule with metrics. */
  listenTo(bucket: s3.IBucket): void {
    bucket.addEventNotification(
      s3.EventType.REPLICATION_OPERATION_FAILED_REPLICATION,
      new SqsDestination(this.failures.queue),
    );
  }

  /** Lets the grantee ask, retry and restart. */
  grantManage(grantee: iam.IGrantable): iam.Grant {
    return this.statusFunction.grantInvoke(grantee);
  }

  /** Alarms, made by the first call. Each call adds its actions. */
  addAlarms(actions: cloudwatch.IAlarmAction[] = []): cloudwatch.Alarm[] {
    this.alarms ??= createJobAlarms(this, this.node.scope!.node.path, {
      jobsFailed: this.metric(contract.METRIC.jobsFailed),
      repeatedFailures: this.metric(contract.METRIC.repeatedFailures, { statistic: 'Sum' }),
      givenUp: this.metric(contract.METRIC.givenUp),
      workerFailures: this.metric(contract.METRIC.workerFailures),
      workerErrors: this.workerFunction.metricErrors(),
      eventsLost: this.failures.deadLetters.metricApproximateNumberOfMessagesVisible(),
    });
    if (actions.length > 0) this.alarms.forEach((alarm) => alarm.addAlarmAction(...actions));
    return this.alarms;
  }

  /** One of the metrics of the worker; its maximum over five minutes, if nothing else is asked for. */
  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: contract.METRICS_NAMESPACE,
      metricName,
      dimensionsMap: { [contract.SERVICE_DIMENSION]: this.name },
      statistic: 'Maximum',
      ...options,
    });
  }

  private createFunction(functionId: string, entry: Entry, purpose: string, timeout: Duration): lambda.Function {
    const { bucketName, repair, runtime, logRetention } = this.props;
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
        [ENV.maxAttempts]: String(repair?.maxAttempts ?? contract.DEFAULT_MAX_ATTEMPTS),
        POWERTOOLS_SERVICE_NAME: this.name,
      },
      memorySize: 1024,
      runtime,
      logRetention,
    }).function;
  }

  /**
   * When the stack is deleted, CloudFormation takes these from the last to the first: jobs are cancelled; their role
   * loses its permissions, so that no late report comes; the bucket of reports is emptied, and then deleted.
   */
  private createResources(backfill: lambda.Function): CustomResource {
    const { bucketName, replicas, adopted = false, replicateExisting = true } = this.props;
    const emptied = new CustomResource(this, 'EmptiedReports', {
      resourceType: contract.REPORTS_RESOURCE,
      serviceToken: backfill.functionArn,
      properties: { ReportsBucket: this.store.reports.bucketName },
    });
    emptied.node.addDependency(backfill.role!, this.store.reports);
    const permissions = this.jobRole.node.findChild('DefaultPolicy');
    permissions.node.addDependency(emptied);
    const resource = new CustomResource(this, 'Resource', {
      resourceType: contract.BACKFILL_RESOURCE,
      serviceToken: backfill.functionArn,
      properties: {
        Bucket: bucketName,
        Replicas: replicas.map((replica) => replica.bucketName),
        Adopted: String(adopted),
        ReplicateExisting: String(replicateExisting),
      },
    });
    resource.node.addDependency(backfill.role!, permissions);
    return resource;
  }

  private schedule(): void {
    const { enabled = true, schedule = events.Schedule.rate(Duration.days(1)) } = this.props.repair ?? {};
    const target = (event: contract.WorkerEvent, retryAttempts?: number) =>
      new targets.LambdaFunction(this.workerFunction, {
        event: events.RuleTargetInput.fromObject(event),
        retryAttempts,
      });
    new events.Rule(this, 'Look', {
      description: 'Looks after replication jobs that are under way',
      schedule: events.Schedule.rate(Duration.minutes(5)),
      targets: [target({}, 0)], // the next one comes soon
    });
    if (!enabled) return;
    new events.Rule(this, 'RepairDue', {
      description: 'Replicates again what failed',
      schedule,
      targets: [target({ repair: true })],
    });
  }

  private checkAttempts(): void {
    const { maxAttempts = contract.DEFAULT_MAX_ATTEMPTS } = this.props.repair ?? {};
    if (Number.isInteger(maxAttempts) && maxAttempts >= 1 && maxAttempts <= 10) return;
    throw invalid(this, {
      property: 'repair.maxAttempts',
      got: maxAttempts,
      expected: 'a whole number from 1 to 10',
      fix: 'Each attempt costs a task of S3 Batch Operations for each object.',
    });
  }

  private warnOfLifecycle(): void {
    const { lifecycleRules = [], replicateExisting = true } = this.props;
    const racing = replicateExisting ? racingRules(plainRules(lifecycleRules)) : [];
    if (racing.length === 0) return;
    Annotations.of(this).addWarning(
      `These lifecycle rules race with a backfill: ${racing.join('; ')}. What they take before it comes by is not ` +
        'replicated. Disable them (`enabled: false`) for the deployment that adds a replica, until DescribeReplication ' +
        'says that the backfill has ended; or set `replicateExisting: false` if there is nothing to replicate.',
    );
  }
}
