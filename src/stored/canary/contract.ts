/** Names and types that the construct and its two handlers share. Imports neither the CDK nor the SDK. */

/** The reasons why a copy can fail. docs/operations.md explains each of them. */
export const REASONS = [
  // any copy
  'not-answering',
  'denied',
  'not-deleted',
  // the primary
  'not-versioned',
  // a replica
  'no-rule',
  'replication-failed',
  'not-in-time',
  'unreadable',
  'wrong-content',
  // a read through a proxy
  'proxy-not-answering',
  'proxy-refused',
  'proxy-wrong-content',
  'probe-failing',
] as const;
export type Reason = (typeof REASONS)[number];

/** A copy of the media, as a short tuple: the environment variables of a function are limited to 4 KB. */
export type CopySettings = [region: string, bucket: string];

export type ReplicaSettings = [
  ...CopySettings,
  /** 1 if the canary waits for the object. It deletes the object in the other replicas too. */
  watched: 0 | 1,
  /** The account of the function that reads through the replica's proxy, if any. */
  probeAccount?: string,
];

/** The settings of the canary's function. */
export interface CanarySettings {
  readonly primary: CopySettings;
  readonly replicas: ReplicaSettings[];
  /** What the ARNs of all probes have in common. */
  readonly probes: { readonly partition: string; readonly functionName: string };
  /** The prefix of all keys of this canary. No other objects have it. */
  readonly folder: string;
  /** The tags that the replication rules may require. */
  readonly tags: Record<string, string>;
  /** How long to wait for the replicas. */
  readonly timeoutMs: number;
  /** Objects older than this belong to no run that is still in progress. */
  readonly staleMs: number;
}

/** The properties of the custom resource. If any of them changes, the deployment counts as a run again. */
export interface StartProperties {
  readonly Canary: string;
  readonly IntervalSeconds: string;
  readonly MaxRunSeconds: string;
}

/** The results of a run for one copy. */
export interface CopyReport {
  readonly region: string;
  /** The time from the end of the put until the copy had the object. */
  replicationSeconds?: number;
  /** The time from the end of the put until the object was read through the proxy. */
  proxySeconds?: number;
  /** The duration of that read. */
  proxyMilliseconds?: number;
  readonly failures: Reason[];
}

export interface CanaryReport {
  readonly copies: CopyReport[];
  /** The number of deleted versions that earlier runs had left behind. */
  readonly leftovers: number;
}

/** The request to a probe. */
export interface ProbeRequest {
  /** A presigned link without its authority, because a probe connects to one proxy only. It must never be logged. */
  readonly path: string;
  /** The SHA-256 hash of the content, in hexadecimal. */
  readonly sha256: string;
}

export interface ProbeAnswer {
  /** The HTTP status code, or 0 if there was no response. */
  readonly status: number;
  readonly milliseconds: number;
  /** Whether the content equals what was put. */
  readonly matches: boolean;
  /** The error code if there was no response, such as `ECONNREFUSED`. */
  readonly error?: string;
}

/** The environment variable that holds the `CanarySettings`. */
export const SETTINGS_VARIABLE = 'REPLICATION_CANARY_SETTINGS';
/** The environment variables of a probe: the URL of the proxy, and optionally another host name to connect to. */
export const PROXY_ORIGIN_VARIABLE = 'PROXY_ORIGIN';
export const PROXY_ADDRESS_VARIABLE = 'PROXY_ADDRESS';

/** The folder below the prefix of the rules. It contains a folder for each canary. */
export const FOLDER = '.replication-canary';

/** The maximum duration of clean-up, put and a last read through the proxies, in addition to waiting for the replicas. */
export const OVERHEAD_SECONDS = 180;
/** The custom resource that counts the deployment as a run. */
export const START_RESOURCE = 'Custom::ReplicationCanaryStart';
/**
 * How long that resource waits until alarms can read its data point: up to two minutes for a new metric, plus the time
 * to deliver the log that contains it. Must be shorter than the shortest timeout of the function.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/publishingMetrics.html
 */
export const START_SECONDS = 150;
/** The maximum difference between the clocks of S3 and of the function. */
export const CLOCK_MARGIN_SECONDS = 60;

export const METRICS_NAMESPACE = 'MediaReplication/Canary';
export const METRIC = {
  replicationTime: 'ReplicationTime',
  proxyTime: 'ProxyTime',
  proxyLatency: 'ProxyLatency',
  failures: 'CanaryFailures',
} as const;
/** The dimension that Powertools adds, which identifies the canary. */
export const CANARY_DIMENSION = 'service';
export const REGION_DIMENSION = 'Region';
