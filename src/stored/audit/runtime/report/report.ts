import { REASONS } from '../sql';
import { CompletedRun, Group, Method } from '../state';

/** The report of a run, as JSON. docs/stored/replica-audit.md describes it. */
export interface AuditReport {
  readonly media: string;
  readonly run: string;
  /** The older of the inventories: later changes are not in the report. ISO 8601. */
  readonly asOf: string;
  readonly startedAt: string;
  readonly completedAt: string;
  readonly prefix?: string;
  readonly since?: string;
  readonly copies: readonly {
    readonly region: string;
    readonly inventory: string;
    readonly asOf: string;
    readonly versions?: number;
  }[];
  readonly missing: number;
  readonly different: number;
  readonly extra: number;
  readonly replicas: readonly {
    readonly region: string;
    readonly method: Method;
    readonly handedOver: number;
    readonly reasons: readonly (Group & { readonly meaning: string })[];
  }[];
}

/** The number of versions with a reason, in one replica or in all of them. */
export function countOf(run: Pick<CompletedRun, 'comparisons'>, reason: Group['reason'], region?: string): number {
  return run.comparisons
    .filter((comparison) => region === undefined || comparison.region === region)
    .flatMap(({ groups }) => groups)
    .filter((group) => group.reason === reason)
    .reduce((sum, { versions }) => sum + versions, 0);
}

/** The time that a result is about: that of its older inventory. */
export const asOfOf = ({ copies }: Pick<CompletedRun, 'copies'>): string => copies.map(({ asOf }) => asOf).sort()[0];

export function reportOf(media: string, run: CompletedRun): AuditReport {
  const { id, startedAt, completedAt, prefix, since, copies, comparisons } = run;
  return {
    ...{ media, run: id, asOf: asOfOf(run), startedAt, completedAt, prefix, since },
    copies: copies.map(({ region, dt, asOf, versions }) => ({ region, inventory: dt, asOf, versions })),
    missing: countOf(run, 'missing'),
    different: countOf(run, 'different'),
    extra: countOf(run, 'extra'),
    replicas: comparisons.map(({ region, method, handedOver, groups }) => ({
      ...{ region, method, handedOver },
      reasons: [...groups].sort(byImportance).map((group) => ({ ...group, meaning: REASONS[group.reason] })),
    })),
  };
}

const FIRST: readonly string[] = ['missing', 'different', 'extra'];

function byImportance(one: Group, other: Group): number {
  const rank = ({ reason }: Group) => (FIRST.includes(reason) ? FIRST.indexOf(reason) : FIRST.length);
  return rank(one) - rank(other) || other.versions - one.versions;
}
