/** Names and types that the construct and its handler share. Imports neither the CDK nor an SDK. */

/** The environment variable that holds the `AuditSettings`. */
export const SETTINGS_VARIABLE = 'REPLICA_AUDIT_SETTINGS';

/** The custom resource that counts a deployment as a run. */
export const START_RESOURCE = 'Custom::ReplicaAuditStart';

/**
 * How long that resource waits until alarms can read the first data points: up to two minutes for a new metric, plus the
 * time to deliver the log that contains them.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/publishingMetrics.html
 */
export const START_SECONDS = 150;

/** Prefixes in the reports bucket. */
export const REPORTS_FOLDER = 'reports';
export const RESULTS_FOLDER = 'results';
/** The key of the document with the state between two invocations. */
export const STATE_KEY = 'state/audit.json';

/** The minutes between two invocations by the schedule, which continue a run and emit the metrics. */
export const TICK_MINUTES = 5;

/** The number of keys of each reason in a report. */
export const KEYS_IN_REPORT = 100;

/** The maximum number of versions that one run hands over to the repair of a replica. */
export const MAX_REPAIRS = 100_000;

/** One copy, with the location of its inventories. */
export interface CopySettings {
  readonly region: string;
  readonly bucket: string;
  /** The Glue table. */
  readonly table: string;
  /** The bucket with the inventories, in the region of the copy. */
  readonly inventories: string;
  /** The prefix of the inventories, without a slash at its end: `media/audit`. */
  readonly prefix: string;
  /** Whether the region of the copy has a workgroup and a table of the audit. */
  readonly hasQueries?: boolean;
}

export interface ReplicaSettings extends CopySettings {
  /** The key prefix of the replication rule. */
  readonly rulePrefix?: string;
  /** Whether the replication rule requires tags. */
  readonly tagged?: boolean;
  /** Whether the replication rule leaves out delete markers. */
  readonly keepsDeleted?: boolean;
  /** Whether the replica is paused. */
  readonly paused?: boolean;
}

/** The settings of the function. */
export interface AuditSettings {
  readonly name: string;
  readonly account: string;
  /** The bucket of results, reports and the state. */
  readonly reports: string;
  readonly workGroup: string;
  readonly database: string;
  readonly primary: CopySettings;
  readonly replicas: readonly ReplicaSettings[];
  /** The table in which backfill and repair record what each replica lacks. */
  readonly replicationTable?: string;
  /** Whether the replicas receive uploads too, and replicate them to the primary and to each other. */
  readonly twoWay?: boolean;
}

/** A copy, as a short tuple: the environment variables of a function are limited to 4 KB. */
export type CopyTuple = [
  region: string,
  bucket: string,
  inventories: string,
  /** Absent if the audit configures the inventory. */
  prefix?: string | null,
  rule?: Pick<ReplicaSettings, 'rulePrefix' | 'tagged' | 'keepsDeleted' | 'paused'>,
];

/** The settings in the environment variable. The primary is the first copy. */
export interface EncodedSettings extends Omit<AuditSettings, 'primary' | 'replicas'> {
  readonly copies: readonly CopyTuple[];
}

/** The name of the Glue table of a copy. */
export const tableOf = (region: string): string => region.replace(/-/g, '_');

/** The prefix of the inventories that the audit configures: S3 appends the source bucket and the ID. */
export const inventoryPrefix = (bucket: string, name: string): string => `${bucket}/${name}`;

export function decodeSettings(json: string): AuditSettings {
  const { copies, ...settings } = JSON.parse(json) as EncodedSettings;
  const [primary, ...replicas] = copies.map(([region, bucket, inventories, prefix, rule]) => ({
    ...{ region, bucket, inventories, table: tableOf(region), ...rule },
    prefix: prefix ?? inventoryPrefix(bucket, settings.name),
    hasQueries: !prefix,
  }));
  return { ...settings, primary, replicas };
}

/** The event of the schedules. Other events are requests, or the state changes of queries. */
export interface ScheduleEvent {
  readonly schedule: 'audit' | 'tick';
}

export const OPERATIONS = ['AuditReplicas', 'DescribeAudit'] as const;
export type Operation = (typeof OPERATIONS)[number];

export const METRICS_NAMESPACE = 'MediaReplication/Audit';
export const METRIC = {
  missing: 'MissingObjects',
  different: 'DifferentObjects',
  extra: 'ExtraObjects',
  age: 'ComparisonAge',
} as const;
/** The dimension that Powertools adds, which identifies the audit. */
export const AUDIT_DIMENSION = 'service';
export const REGION_DIMENSION = 'Region';

/** The age of the comparison above which the alarm goes off: two daily inventories, the run, and a day of delay. */
export const OVERDUE_HOURS = 96;
