/** What the construct and its two handlers share. No CDK here, and no SDK. */

/** Why a copy failed. Each is explained in docs/operations.md. */
export const REASONS = [
  // of any copy
  'not-answering',
  'denied',
  'not-deleted',
  // of the primary
  'not-versioned',
  // of a replica
  'no-rule',
  'replication-failed',
  'not-in-time',
  'unreadable',
  'wrong-content',
  // of the way through a proxy
  'proxy-not-answering',
  'proxy-refused',
  'proxy-wrong-content',
  'probe-failing',
] as const;
export type Reason = (typeof REASONS)[number];

export interface CopySettings {
  readonly region: string;
  readonly bucket: string;
}

export interface ReplicaSettings extends CopySettings {
  /** Whether the object is waited for; it is deleted in the others too. */
  readonly watched: boolean;
  /** The ARN of the function that reads through the replica's proxy. */
  readonly probe?: string;
}

/** What the canary's function is told of its deployment. */
export interface CanarySettings {
  readonly primary: CopySettings;
  readonly replicas: ReplicaSettings[];
  /** What every key of this canary begins with: no other canary has it, and nobody else. */
  readonly folder: string;
  /** What the replication rules may want to see. */
  readonly tags: Record<string, string>;
  /** How long the replicas may take. */
  readonly timeoutMs: number;
  /** An object of this age belongs to no run that still lives. */
  readonly staleMs: number;
}

/** What was found out about one copy. */
export interface CopyReport {
  readonly region: string;
  /** From the end of the put until the copy had the object. */
  replicationSeconds?: number;
  /** From the end of the put until the object was read through the proxy. */
  proxySeconds?: number;
  /** What that read itself took. */
  proxyMilliseconds?: number;
  readonly failures: Reason[];
}

export interface CanaryReport {
  readonly copies: CopyReport[];
  /** How many versions were deleted that earlier runs had left behind. */
  readonly leftovers: number;
}

/** What a probe is asked: a presigned link without its authority, since it knows only one. It must never be logged. */
export interface ProbeRequest {
  readonly path: string;
  /** The SHA-256 of the content, in hexadecimal. */
  readonly sha256: string;
}

export interface ProbeAnswer {
  /** The HTTP status; 0 if there was no answer. */
  readonly status: number;
  readonly milliseconds: number;
  /** Whether the content is the one that was put. */
  readonly matches: boolean;
  /** The code of the error, where there was no answer: `ECONNREFUSED`. */
  readonly error?: string;
}

/** The environment variable that holds the `CanarySettings`. */
export const SETTINGS_VARIABLE = 'REPLICATION_CANARY_SETTINGS';
/** The environment variables of a probe: what it reads from, and (where set) the name that leads there. */
export const PROXY_ORIGIN_VARIABLE = 'PROXY_ORIGIN';
export const PROXY_ADDRESS_VARIABLE = 'PROXY_ADDRESS';

/** Under the prefix of the rules; then comes the canary's own name. */
export const FOLDER = '.replication-canary';

/** How long clean-up, put and a last read through the proxies may take, besides the time for the replicas. */
export const OVERHEAD_SECONDS = 180;
/** How far the clocks of S3 and of the function may be apart. */
export const CLOCK_MARGIN_SECONDS = 60;

export const METRICS_NAMESPACE = 'MediaReplication/Canary';
export const METRIC = {
  replicationTime: 'ReplicationTime',
  proxyTime: 'ProxyTime',
  proxyLatency: 'ProxyLatency',
  failures: 'CanaryFailures',
} as const;
/** Powertools' own dimension, which tells one canary from another. */
export const CANARY_DIMENSION = 'service';
export const REGION_DIMENSION = 'Region';
