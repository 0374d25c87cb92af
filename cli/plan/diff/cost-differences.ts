import { Pair, pairsOf } from './pairs';
import type { Costs } from '../costs';

/** An amount that differs, or that only one of the plans has. */
export interface CostDifference extends Pair<Amount> {
  readonly what: string;
  /** Only if both plans have the amount, in the same currency. */
  readonly difference?: number;
}

interface Amount {
  readonly amount: number;
  readonly currency: string;
}

/** Amounts are rounded to cents: what remains is an error of floating point arithmetic. */
const PRECISION = 0.005;

export function costDifferences(before: Costs, after: Costs): CostDifference[] {
  return pairsOf(amountsOf(before), amountsOf(after), ({ what }) => what).flatMap(({ before: old, after: now }) => {
    const same = old?.currency === now?.currency;
    if (old && now && same && Math.abs(now.amount - old.amount) < PRECISION) return [];
    const { what } = (now ?? old)!;
    const amount = (each: Amount | undefined) => each && { amount: each.amount, currency: each.currency };
    const difference = old && now && same ? now.amount - old.amount : undefined;
    return { what, before: amount(old), after: amount(now), difference };
  });
}

function amountsOf({ currency, atRest, regions, forEach, expected }: Costs): (Amount & { readonly what: string })[] {
  const perTB = (what: string, region: string, amount: number | undefined) =>
    amount === undefined ? [] : [{ what: `TB ${what} ${region}`, amount }];
  const amounts = [
    { what: 'At rest, per month', amount: atRest },
    ...regions.map(({ region, atRest: { total } }) => ({ what: `At rest in ${region}, per month`, amount: total })),
    ...regions.flatMap((each) => [
      ...perTB('replicated to', each.region, each.perTBReplicated),
      ...perTB('stored for a month in', each.region, each.perTBStored),
      ...perTB('downloaded from', each.region, each.perTBDownloaded),
    ]),
    ...forEach.map(({ what, meeting, amount }) => ({
      what: meeting === undefined ? what : `Hour of ${meeting}, with all attendees`,
      amount,
    })),
    ...(expected ? [{ what: 'Expected month', amount: expected.total }] : []),
  ];
  return amounts.map((each) => ({ ...each, currency }));
}
