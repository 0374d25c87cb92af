import { Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { AuditAlarms } from './audit-alarms';
import { createReportsBucket } from './audit-store';
import { AuditTables, databaseOf } from './audit-tables';
import * as contract from './contract';
import { IReplicaAudit } from './i-replica-audit';
import { AuditedCopy, Inventories } from './inventories';
import { InventoryLocation } from './inventory-location';
import { auditStatements } from './permissions';
import { ReplicaAuditAlarmsOptions, ReplicaAuditProps } from './props';
import { validateAudit } from './validation';
import { createWorkGroup } from './work-group';
import { handlerFunction } from '../../private/handler-function';
import { accountOf, DeterministicNames } from '../../private/naming';
import { mayBeOneOf } from '../../private/one-of';
import { invalid, Problems } from '../../private/problems';
import { expectStackRegion } from '../../private/stacks';
import { IReplicatedMediaBucket, MediaReplica } from '../bucket';

const DEFAULT_CUTOFF = Size.tebibytes(1);

/**
 * Compares the copies of the media, version by version, and explains each difference: the proof that every object is there.
 *
 * S3 writes an inventory of each copy once a day. Athena compares them, first by digests, then, if anything has changed, in
 * full. Versions that a replica should have but lacks are reported, raise an alarm, and are handed over to the repair; the
 * router does not link to them. Every result states the time of its inventories, which are up to a day old.
 *
 * The audit configures inventories of buckets that are defined in this app. For existing buckets, specify `inventories`.
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
 * import * as sns from 'aws-cdk-lib/aws-sns';
 * import { ReplicaAudit, ReplicatedMediaBucket } from 'cdk-media-replication';
 *
 * declare const stack: Stack;
 * declare const media: ReplicatedMediaBucket;
 * declare const topic: sns.ITopic;
 *
 * const audit = new ReplicaAudit(stack, 'Audit', { media });
 * audit.addAlarms({ actions: [new SnsAction(topic)] });
 */
export class ReplicaAudit extends Construct implements IReplicaAudit {
  /** @internal */
  public static readonly _validate = validateAudit;

  /** The name of the audit: the value of the `service` dimension of its metrics. */
  public readonly auditName: string;

  /** The function that runs the audit. It handles `AuditReplicas` and `DescribeAudit`. */
  public readonly function: lambda.Function;

  /** The bucket with the reports. */
  public readonly reportsBucket: s3.IBucket;

  /** The name of the Athena workgroup, and of the Glue database with underscores instead of hyphens. */
  public readonly workGroupName: string;

  /** The regions of the replicas that are compared with the primary. */
  public readonly replicaRegions: string[];

  private readonly media: IReplicatedMediaBucket;
  private readonly tick: events.Rule;
  private auditAlarms?: AuditAlarms;

  /** @throws if the props are invalid; the error lists every problem and its fix */
  constructor(scope: Construct, id: string, props: ReplicaAuditProps) {
    super(scope, id);
    const { media } = props;
    const stack = Stack.of(this);
    const problems = new Problems(this);
    expectStackRegion(problems, this);
    const regions = [media.primary.env.region, ...media.replicas.map(({ region }) => region)];
    ReplicaAudit._validate(problems, props, regions, media);
    problems.expect(mayBeOneOf([regions[0]], stack.region), {
      property: 'media',
      got: `media with the primary in ${regions[0]}`,
      expected: `media with the primary in ${stack.region}, the region of the stack`,
      fix: "Create the audit in a stack in the primary's region.",
    });
    problems.throwIfAny();

    const names = new DeterministicNames(this);
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
    this.media = media;
    this.auditName = names.base;
    this.workGroupName = names.base;
    this.replicaRegions = media.replicas.map(({ region }) => region);
    const reports = createReportsBucket(this, 'Reports', {
      expiration: props.reportsExpiration ?? Duration.days(365),
      removalPolicy,
    });
    this.reportsBucket = reports;

    const cutoff = props.bytesScannedCutoff ?? DEFAULT_CUTOFF;
    const inventories = new Inventories(this, {
      names,
      existing: props.inventories ?? {},
      cutoff,
      expiration: props.inventoriesExpiration ?? Duration.days(30),
      removalPolicy,
    });
    const tables = new AuditTables(this, 'Tables', databaseOf(names.base));
    const copies = auditedCopies(media).map((copy) => {
      const inventory = inventories.of(copy);
      return { ...copy, inventory, table: tables.add(copy.region, inventory) };
    });
    const workGroup = createWorkGroup(this, { name: this.workGroupName, bucketName: reports.bucketName, cutoff });
    const { databaseName: database } = tables;
    const settings = settingsOf(this, { database, copies, media });
    this.function = handlerFunction(this, 'Function', {
      handler: 'stored/stored-media',
      export: 'audit',
      description: `Compares the copies of ${media.node.path}`,
      environment: {
        [contract.SETTINGS_VARIABLE]: stack.toJsonString(settings),
        POWERTOOLS_SERVICE_NAME: names.base,
      },
      memorySize: props.memorySize ?? 512,
      timeout: Duration.minutes(15),
      runtime: props.runtime,
      logRetention: props.logRetention,
      policy: new iam.PolicyDocument({
        statements: auditStatements({
          ...{ stack, account: accountOf(stack), media, reports, database, auditName: names.base },
          inventories: copies.map(({ inventory }) => inventory),
        }),
      }),
    });
    this.function.node.addDependency(workGroup);
    this.function.configureAsyncInvoke({ retryAttempts: 0 }); // the next scheduled run continues
    this.tick = this.createSchedules(props.schedule ?? events.Schedule.rate(Duration.days(1)));
  }

  public grantAudit(grantee: iam.IGrantable): iam.Grant {
    return this.function.grantInvoke(grantee);
  }

  public metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: contract.METRICS_NAMESPACE,
      metricName,
      dimensionsMap: { [contract.AUDIT_DIMENSION]: this.auditName },
      statistic: 'Maximum',
      period: Duration.minutes(contract.TICK_MINUTES),
      ...options,
    });
  }

  public metricMissingObjects(replicaRegion?: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.replicaMetric(contract.METRIC.missing, replicaRegion, options);
  }

  public metricDifferentObjects(replicaRegion?: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.replicaMetric(contract.METRIC.different, replicaRegion, options);
  }

  public metricComparisonAge(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.age, options);
  }

  /**
   * Creates alarms for missing objects, for objects whose content differs, for a comparison that is overdue, and for an
   * audit that has stopped.
   *
   * The alarms are created once. Further calls add their actions to the same alarms, and change the threshold.
   *
   * @param options the actions and the threshold of the alarms
   */
  public addAlarms(options: ReplicaAuditAlarmsOptions = {}): cloudwatch.Alarm[] {
    this.auditAlarms ??= new AuditAlarms(this, {
      media: this.media.node.path,
      function: this.function,
      schedule: this.tick,
    });
    this.auditAlarms.apply(options);
    return this.auditAlarms.alarms;
  }

  private replicaMetric(name: string, region?: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    if (region === undefined) return this.metric(name, options);
    if (!this.replicaRegions.includes(region)) {
      throw invalid(this, {
        property: 'replicaRegion',
        got: region,
        expected: `one of ${this.replicaRegions.join(', ')}`,
        fix: 'The audit emits this metric for no other regions.',
      });
    }
    const dimensionsMap = { [contract.AUDIT_DIMENSION]: this.auditName, [contract.REGION_DIMENSION]: region };
    return this.metric(name, { dimensionsMap, ...options });
  }

  /** @returns the rule whose runs emit the metrics */
  private createSchedules(schedule: events.Schedule): events.Rule {
    const target = (event?: contract.ScheduleEvent) =>
      new targets.LambdaFunction(this.function, {
        event: event && events.RuleTargetInput.fromObject(event),
        retryAttempts: 0,
      });
    new events.Rule(this, 'Schedule', {
      description: 'Starts the audit',
      schedule,
      targets: [target({ schedule: 'audit' })],
    });
    new events.Rule(this, 'QueryEvents', {
      description: 'Continues the audit when a query has ended',
      eventPattern: {
        source: ['aws.athena'],
        detailType: ['Athena Query State Change'],
        detail: { workgroupName: [this.workGroupName], currentState: ['SUCCEEDED', 'FAILED', 'CANCELLED'] },
      },
      targets: [target()],
    });
    return new events.Rule(this, 'Tick', {
      description: 'Continues the audit, and emits its metrics',
      schedule: events.Schedule.rate(Duration.minutes(contract.TICK_MINUTES)),
      targets: [target({ schedule: 'tick' })],
    });
  }
}

/** All copies, the primary first. */
function auditedCopies({ primary, replicas }: IReplicatedMediaBucket): AuditedCopy[] {
  return [
    { region: primary.env.region, bucket: primary, stack: Stack.of(primary) },
    ...replicas.map(({ region, bucket, stack }) => ({ region, bucket, stack })),
  ];
}

interface SettingsProps {
  readonly database: string;
  readonly copies: (AuditedCopy & { readonly inventory: InventoryLocation; readonly table: string })[];
  readonly media: IReplicatedMediaBucket;
}

function settingsOf(audit: ReplicaAudit, { database, copies, media }: SettingsProps): contract.EncodedSettings {
  return {
    name: audit.auditName,
    account: accountOf(Stack.of(audit)),
    reports: audit.reportsBucket.bucketName,
    workGroup: audit.workGroupName,
    database,
    copies: copies.map(({ region, bucket, inventory: { bucketName, prefix, isOwn } }, index): contract.CopyTuple => {
      const rule = index === 0 ? undefined : ruleOf(media.replicas[index - 1]);
      const copy = [region, bucket.bucketName, bucketName] as const;
      if (rule) return [...copy, isOwn ? null : prefix, rule];
      return isOwn ? [...copy] : [...copy, prefix];
    }),
    replicationTable: media.replicationTable?.tableName,
    twoWay: (media as { _writeToReplicas?: boolean })._writeToReplicas ? true : undefined,
  };
}

/** @returns undefined for a rule with the default settings */
function ruleOf({ prefix, tags, deleteMarkerReplication, enabled }: MediaReplica): contract.CopyTuple[4] {
  const rule = {
    ...(prefix !== undefined && { rulePrefix: prefix }),
    ...(tags && { tagged: true }),
    ...(deleteMarkerReplication === false && { keepsDeleted: true }),
    ...(!enabled && { paused: true }),
  };
  return Object.keys(rule).length > 0 ? rule : undefined;
}
