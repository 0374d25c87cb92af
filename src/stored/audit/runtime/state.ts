import { Copy, LifecycleFact, Period, Reason, Side, VersionRow } from './sql';

/** What a request limits a run to. */
export interface RunScope {
  /** Only keys with this prefix. */
  readonly prefix?: string;
  /** Only versions that were created at this time or later. ISO 8601. */
  readonly since?: string;
}

/** A run that is requested, and starts when every copy has an inventory. */
export interface AuditRequest extends RunScope {
  readonly requestedAt: string;
}

/** One inventory of a copy, as a run uses it. */
export interface RunCopy extends Copy {
  readonly region: string;
  /** The number of data files in the manifest. */
  readonly files: number;
  /** Set when its totals were read. */
  readonly versions?: number;
  /** Set when its digests were read. */
  readonly fingerprint?: string;
}

/** The versions with one reason, in one copy or in both. */
export interface Group {
  readonly reason: Reason;
  readonly side: Side;
  readonly versions: number;
  readonly bytes: number;
  /** The first hundred. */
  readonly samples: readonly VersionRow[];
}

/** How a replica was compared. */
export type Method = 'identical' | 'unchanged' | 'full';

/** The comparison of the primary with one replica. */
export interface ReplicaComparison {
  readonly region: string;
  /** Periods in which nothing was replicated, and no backfill filled the gap. */
  readonly gaps: readonly Period[];
  readonly inFlightAfter: string;
  /** Undefined until the digests are compared. */
  readonly method?: Method;
  /** The number of passes. */
  readonly passes?: number;
  /** The passes that are complete. */
  readonly done: readonly number[];
  readonly groups: readonly Group[];
  /** The number of versions that were handed over to the repair. */
  readonly handedOver: number;
}

/** A query that Athena has started. */
export interface StartedQuery {
  readonly executionId: string;
  /** The number of attempts, including this one. */
  readonly attempt: number;
}

/** A run that is in progress. */
export interface Run extends RunScope {
  /** `20260301T010000000Z`: when it was started, and the name of its folder. */
  readonly id: string;
  readonly requestedAt: string;
  readonly startedAt: string;
  /** The primary first. */
  readonly copies: readonly RunCopy[];
  readonly comparisons: readonly ReplicaComparison[];
  /** Identifies what the result depends on, besides the digests. */
  readonly facts: string;
  /** Started queries, and failed attempts, by the name of the task. */
  readonly queries: { readonly [task: string]: StartedQuery };
  readonly attempts: { readonly [task: string]: number };
}

/** A completed run. */
export interface CompletedRun extends RunScope {
  readonly id: string;
  readonly startedAt: string;
  readonly completedAt: string;
  readonly facts: string;
  readonly copies: readonly Pick<RunCopy, 'region' | 'dt' | 'asOf' | 'versions' | 'fingerprint'>[];
  readonly comparisons: readonly (Pick<ReplicaComparison, 'region' | 'groups' | 'handedOver'> & {
    readonly method: Method;
  })[];
  /** The keys of the report in the reports bucket. */
  readonly report: { readonly html: string; readonly json: string };
}

/** Why there is no result. */
export interface Problem {
  readonly at: string;
  /** One or two sentences: what happened, and what to do. */
  readonly message: string;
}

/** The document between two invocations. */
export interface AuditState {
  readonly version: 1;
  /** When the audit was deployed: until the first result, its age counts from this time. */
  readonly createdAt: string;
  readonly request?: AuditRequest;
  /** Why the request has to wait. */
  readonly waiting?: Problem;
  readonly run?: Run;
  /** The last run without `prefix` and `since`, whose result is in the metrics. */
  readonly last?: CompletedRun;
  /** The last run with `prefix` or `since`. */
  readonly lastScoped?: CompletedRun;
  /** Why the last run failed, if it did. */
  readonly failure?: Problem;
}

/** The lifecycle of each copy is part of `Copy`. */
export type { LifecycleFact };
