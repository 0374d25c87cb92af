import { comparisonOf } from './facts';
import { comparisonQuery, digestQuery, totalsQuery } from './sql';
import { ReplicaComparison, Run, RunCopy } from './state';
import { AuditSettings } from '../contract';

/** A query that a run needs, and what its result is for. */
export type Task = {
  /** Unique in the run, and the same in every invocation. */
  readonly name: string;
  readonly sql: string;
  /** Where the query runs: digests are computed where the inventories are, so that only the digests cross regions. */
  readonly region: string;
} & (
  | { readonly kind: 'totals' | 'digests'; readonly copy: RunCopy }
  | { readonly kind: 'pass'; readonly comparison: ReplicaComparison; readonly index: number }
);

/**
 * The queries that can run now. The digests come first, because they decide which replicas are compared in full. They leave
 * out what is in flight, or copies to which someone uploads would never have the same. A run with `since` has none: they
 * cover all older versions.
 */
export function openTasks(run: Run, settings: AuditSettings): Task[] {
  const first = run.copies.flatMap((copy) => tasksOf(copy, run, regionOf(copy, settings)));
  if (first.length > 0) return first;
  return run.comparisons.flatMap((comparison) => {
    const { region, passes = 0, done, method } = comparison;
    if (method !== 'full') return [];
    const facts = comparisonOf(run, settings, comparison);
    return Array.from({ length: passes }, (_, index) => index)
      .filter((index) => !done.includes(index))
      .map((index): Task => ({
        ...{ kind: 'pass', comparison, index, region: settings.primary.region },
        name: `pass-${region}-${index}-of-${passes}`,
        sql: comparisonQuery(facts, { index, count: passes }),
      }));
  });
}

function tasksOf(copy: RunCopy, { prefix, since, comparisons }: Run, region: string): Task[] {
  const [until] = comparisons.map(({ inFlightAfter }) => inFlightAfter).sort();
  const common = { copy, region };
  const totals: Task = { ...common, kind: 'totals', name: `totals-${copy.region}`, sql: totalsQuery(copy) };
  const digests: Task = {
    ...{ ...common, kind: 'digests', name: `digests-${copy.region}` },
    sql: digestQuery(copy, { prefix, until }),
  };
  return [
    ...(copy.versions === undefined ? [totals] : []),
    ...(since === undefined && copy.fingerprint === undefined ? [digests] : []),
  ];
}

function regionOf({ region }: RunCopy, { primary, replicas }: AuditSettings): string {
  return replicas.find((replica) => replica.region === region)?.hasQueries ? region : primary.region;
}

/** The number of queries that are complete, and of those that are known to be needed. */
export function progressOf({ copies, comparisons, since }: Run): { readonly done: number; readonly total: number } {
  const perCopy = since === undefined ? 2 : 1;
  const isRead = (copy: RunCopy) =>
    Number(copy.versions !== undefined) + Number(since === undefined && copy.fingerprint !== undefined);
  const passes = comparisons.reduce((sum, each) => sum + (each.method === 'full' ? each.passes! : 0), 0);
  return {
    done:
      copies.reduce((sum, copy) => sum + isRead(copy), 0) +
      comparisons.reduce((sum, each) => sum + each.done.length, 0),
    total: copies.length * perCopy + passes,
  };
}
