import { createHash } from 'node:crypto';
import { Comparison, inFlightAfter, Period, RuleFacts } from './sql';
import { ReplicaComparison, Run, RunCopy, RunScope } from './state';
import { ReplicaSummary } from '../../backfill/contract';
import { AuditSettings, ReplicaSettings } from '../contract';

/** An inventory may lack versions of the day before it: it is not a snapshot. */
export const MARGIN_MINUTES = 24 * 60;

/** The rules between the primary and a replica, and the copies, as the comparison needs them. */
export function comparisonOf(run: Run, settings: AuditSettings, comparison: ReplicaComparison): Comparison {
  const [source] = run.copies;
  const target = run.copies.find(({ region }) => region === comparison.region)!;
  const replica = settings.replicas.find(({ region }) => region === comparison.region)!;
  const isShared = settings.replicas.length > 1;
  const receivesFromOthers = settings.twoWay && isShared ? true : undefined;
  return {
    source: { ...copyOf(source), receivesFromOthers },
    target: { ...copyOf(target), receivesFromOthers },
    forward: forwardRule(replica, comparison.gaps, isShared),
    backward: settings.twoWay ? backwardRule(replica, isShared) : undefined,
    inFlightAfter: comparison.inFlightAfter,
    prefix: run.prefix,
    since: run.since,
  };
}

function copyOf({ database, table, dt, asOf, lifecycle }: RunCopy) {
  return { database, table, dt, asOf, lifecycle };
}

function forwardRule(
  { rulePrefix, tagged, keepsDeleted }: ReplicaSettings,
  gaps: readonly Period[],
  sharedStatus: boolean,
): RuleFacts {
  return {
    prefixes: rulePrefix === undefined ? undefined : [rulePrefix],
    tagged,
    deleteMarkers: !keepsDeleted,
    gaps,
    sharedStatus,
  };
}

/** A replica replicates to the primary with the same filter. */
function backwardRule(replica: ReplicaSettings, sharedStatus: boolean): RuleFacts {
  return forwardRule(replica, [], sharedStatus);
}

/**
 * When nothing was replicated to a replica, and no backfill filled the gap.
 *
 * @param summary what backfill and repair recorded
 */
export function gapsOf(summary: ReplicaSummary | undefined, startedAt: string): Period[] {
  if (summary?.gapFrom === undefined) return [];
  const { gapFrom, gapTo, filledUntil = 0 } = summary;
  const from = Math.max(gapFrom, Math.min(filledUntil, gapTo ?? Infinity));
  const to = gapTo === undefined ? startedAt : new Date(gapTo).toISOString();
  if (Date.parse(to) <= from) return [];
  return [{ from: from <= 0 ? undefined : new Date(from).toISOString(), to }];
}

/** The time after which versions are in flight between two copies. */
export function inFlightBetween(source: RunCopy, target: RunCopy): string {
  return inFlightAfter(source, target, MARGIN_MINUTES);
}

/** Identifies what the reasons depend on, besides the content of the copies. */
export function hashOfFacts(
  scope: RunScope,
  settings: AuditSettings,
  copies: readonly RunCopy[],
  gaps: readonly (readonly Period[])[],
): string {
  const { prefix, since } = scope;
  const { replicas, twoWay } = settings;
  const facts = { prefix, since, replicas, twoWay, lifecycles: copies.map(({ lifecycle }) => lifecycle), gaps };
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
}
