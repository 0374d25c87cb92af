import { passesFor } from './sql';
import { CompletedRun, ReplicaComparison, Run, RunCopy } from './state';

/**
 * Decides, when all digests are known, how each replica is compared:
 * - `identical`: the copies have the same digests, so no version differs that is not in flight;
 * - `unchanged`: both copies have the digests of the last run, in which nothing was in flight, so its result still applies;
 * - `full`: version by version.
 *
 * @param last the last run that covered all versions
 */
export function withMethods(run: Run, last: CompletedRun | undefined): Run {
  const { copies, comparisons, since } = run;
  const isKnown = (copy: RunCopy) =>
    copy.versions !== undefined && (since !== undefined || copy.fingerprint !== undefined);
  if (!copies.every(isKnown)) return run;
  return {
    ...run,
    comparisons: comparisons.map((comparison) => ({ ...comparison, ...decide(run, comparison, last) })),
  };
}

function decide(run: Run, { region }: ReplicaComparison, last: CompletedRun | undefined): Partial<ReplicaComparison> {
  const [source] = run.copies;
  const target = run.copies.find((copy) => copy.region === region)!;
  if (run.since === undefined) {
    if (source.fingerprint === target.fingerprint) return { method: 'identical' };
    const before = last?.facts === run.facts ? last : undefined;
    const result = before?.comparisons.find((each) => each.region === region);
    const isSame = [source, target].every((copy) =>
      before?.copies.some((each) => each.region === copy.region && each.fingerprint === copy.fingerprint),
    );
    if (result && isSame && result.groups.every(({ reason }) => reason !== 'in-flight')) {
      return { method: 'unchanged', groups: result.groups, handedOver: result.handedOver };
    }
  }
  const [first, second] = [source.versions!, target.versions!];
  return { method: 'full', passes: passesFor(first + second, Math.abs(first - second)) };
}
