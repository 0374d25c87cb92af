import { Copy, Comparison, RuleFacts } from './facts';
import { archivedByLifecycle, createdByLifecycle, deletedByLifecycle } from './lifecycle';
import { allOf, anyOf, startsWith, text, timestamp } from './literals';
import { Reason } from './reasons';

/** A version that only one of two copies has. */
interface OneSided {
  readonly owner: Copy;
  readonly other: Copy;
  /** The rule from the owner to the other copy. */
  readonly rule?: RuleFacts;
  /** The rule in the other direction. */
  readonly reverse?: RuleFacts;
  /** The side of the owner, and that of the other copy. */
  readonly sides: readonly ['source', 'target'] | readonly ['target', 'source'];
}

type Case = readonly [condition: string, reason: Reason];

const REPLICA = "status = 'REPLICA'";
/** The SDK knows `COMPLETE` too. */
const COMPLETED = "status LIKE 'COMPLETE%'";
const ARCHIVED = "(class IN ('GLACIER', 'DEEP_ARCHIVE') OR (tier LIKE '%ARCHIVE%' AND tier NOT LIKE '%INSTANT%'))";

/** The reason of a row of `history` in comparison-query.ts, as an expression. NULL if there is no difference. */
export function verdict(comparison: Comparison): string {
  const { source, target, forward, backward, inFlightAfter } = comparison;
  const inFlight: Case = [`newest > ${timestamp(inFlightAfter)}`, 'in-flight'];
  const inSource = casesOf(
    { owner: source, other: target, rule: forward, reverse: backward, sides: ['source', 'target'] },
    inFlight,
  );
  const inTarget = casesOf(
    { owner: target, other: source, rule: backward, reverse: forward, sides: ['target', 'source'] },
    inFlight,
  );
  const rules = backward ? [forward, backward] : [forward];
  const inBoth: Case[] = [
    inFlight,
    [allOf(rules.map((rule) => `NOT ${withinPrefixes(rule)}`)), 'outside-prefix'],
    ['TRUE', 'different'],
  ];
  return [
    'CASE',
    `WHEN in_source AND in_target THEN ${choose(inBoth)}`,
    `WHEN in_source THEN ${choose(inSource)}`,
    `ELSE ${choose(inTarget)} END`,
  ].join('\n    ');
}

/** The first condition that holds gives the reason. */
function casesOf(where: OneSided, inFlight: Case): Case[] {
  const { owner, other, rule, reverse, sides } = where;
  const deleted: Case = [deletedByLifecycle(other, sides[1]), 'lifecycle'];
  const created: Case = [createdByLifecycle(owner, sides[0]), 'lifecycle'];
  if (!rule) {
    return [
      // Nothing is on its way, so its age does not matter. Inventories may have no status for delete markers.
      [`NOT marker AND NOT (${REPLICA})`, 'extra'],
      inFlight,
      created,
      [`${REPLICA} AND ${deleted[0]}`, 'lifecycle'],
      ...(owner.receivesFromOthers ? [] : [[REPLICA, 'deleted-version'] as const]),
      ['TRUE', 'extra'],
    ];
  }
  return [
    inFlight,
    created,
    deleted,
    ...(reverse && !owner.receivesFromOthers ? [[REPLICA, 'deleted-version'] as const] : []),
    ...outsideRule(owner, rule),
    ['TRUE', 'missing'],
  ];
}

function outsideRule(owner: Copy, rule: RuleFacts): Case[] {
  // With other destinations, COMPLETED does not say that this rule applied.
  const notReplicated = rule.sharedStatus ? `(status = '' OR ${COMPLETED})` : "status = ''";
  const cases: Case[] = [[`NOT ${withinPrefixes(rule)}`, 'outside-prefix']];
  if (rule.tagged || rule.deleteMarkers === false) cases.push(['marker', 'delete-marker']);
  if (rule.kms === false) cases.push([`${notReplicated} AND encryption LIKE '%KMS%'`, 'outside-encryption']);
  const archived = `${ARCHIVED} AND ${rule.sharedStatus ? 'TRUE' : `NOT ${COMPLETED}`}`;
  cases.push([`${archived} AND ${archivedByLifecycle(owner)}`, 'archived'], [archived, 'outside-class']);
  const gaps = (rule.gaps ?? []).map(({ from, to }) =>
    allOf([...(from ? [`modified >= ${timestamp(from)}`] : []), `modified < ${timestamp(to)}`]),
  );
  if (gaps.length > 0) cases.push([`${notReplicated} AND ${anyOf(gaps)}`, 'not-backfilled']);
  // Last, because without tags in the inventory it is only derived.
  if (rule.tagged) cases.push([notReplicated, 'outside-tags']);
  return cases;
}

function withinPrefixes({ prefixes }: RuleFacts): string {
  if (!prefixes || prefixes.length === 0) return 'TRUE';
  return anyOf(prefixes.map((prefix) => (prefix ? startsWith('key', prefix) : 'TRUE')));
}

function choose(cases: readonly Case[]): string {
  return `CASE ${cases.map(([condition, reason]) => `WHEN ${condition} THEN ${text(reason)}`).join(' ')} END`;
}
