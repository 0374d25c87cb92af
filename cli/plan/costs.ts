import type { CostItem } from './cost-item';
import type { Facts } from './facts';
import { FIXED_ITEMS, FixedItem, Group } from './fixed-items';
import { LIST_PRICES } from './list-prices';
import { Estimate, PriceBook, PRICE_UNITS, UsedPrice, Volumes } from './prices';
import { byTerabyte, forEach, RegionUse, UnitCost } from './unit-costs';
import { VARIABLE_ITEMS, VariableItem } from './variable-items';

/** The cost of one item in a month. */
export interface CostLine {
  readonly item: string;
  readonly name: string;
  readonly unit: string;
  readonly quantity: number;
  readonly amount: number;
}

export interface RegionCosts extends RegionUse {
  readonly region: string;
  /** Without any use, in a month. */
  readonly atRest: Readonly<Record<Group | 'total', number>>;
  /** The items of `atRest`. */
  readonly lines: CostLine[];
}

export interface Costs {
  readonly currency: string;
  /** The prices that the amounts are based on. */
  readonly prices: readonly UsedPrice[];
  /** The origin of list prices, if some of the prices are: an example, not an offer. */
  readonly listPrices?: { readonly region: string; readonly date: string };
  /** Without any use, in a month. */
  readonly atRest: number;
  readonly regions: RegionCosts[];
  readonly forEach: readonly UnitCost[];
  /** With the volumes of the file, in a month. */
  readonly expected?: { readonly lines: CostLine[]; readonly total: number };
  /** Costs that are not in the amounts, and why. */
  readonly notIncluded: string[];
}

/** Costs that the amounts never contain. */
export const NEVER_INCLUDED = [
  'noncurrent object versions and incomplete multipart uploads',
  'KMS requests and key rotations, logs, load balancer capacity units, data processing of PrivateLink and NAT gateways',
  'HEAD requests of the router, AppConfig, DynamoDB, SQS, and the functions of meetings and of the canary',
  'S3 Batch Operations jobs and objects',
  'charges of Amazon Chime SDK for high-definition sessions and for media replication',
  'free tiers, discounts and taxes',
];

export function estimateCosts(facts: Facts, estimate: Estimate = {}): Costs {
  const { volumes } = estimate;
  const book = new PriceBook(estimate);
  const regions = facts.regions.map((each) => {
    const lines = linesOf(FIXED_ITEMS, book, ({ count }) => [{ region: each.region, quantity: count(each, facts) }]);
    const sumOf = (group?: Group) => sum(lines.filter(({ item }) => !group || FIXED_ITEMS[item].group === group));
    const atRest = {
      keys: sumOf('keys'),
      monitoring: sumOf('monitoring'),
      privateAccess: sumOf('privateAccess'),
      other: sumOf('other'),
      total: sumOf(),
    };
    return { region: each.region, atRest, ...byTerabyte(each, facts, book, volumes), lines };
  });
  const units = forEach(facts, book);
  const expected = volumes && expectedCosts(facts, book, volumes);
  const listed = book.used.some(({ source }) => source !== 'file');
  return {
    currency: book.currency,
    prices: book.used,
    listPrices: listed ? { region: LIST_PRICES.region, date: LIST_PRICES.date } : undefined,
    atRest: regions.reduce((total, { atRest }) => total + atRest.total, 0),
    regions,
    forEach: units,
    expected,
    notIncluded: [...withoutPrice(book), ...otherClasses(facts), ...withoutVolume(volumes), ...NEVER_INCLUDED],
  };
}

function expectedCosts(facts: Facts, book: PriceBook, volumes: Volumes): Costs['expected'] {
  const quantities = ({ volume, per = 1, count }: VariableItem) => {
    const total = volumes[volume] ?? 0;
    if (typeof total === 'object') return Object.entries(total).map(([region, quantity]) => ({ region, quantity }));
    return facts.regions.map((each) => ({ region: each.region, quantity: (count(each, facts) * total) / per }));
  };
  const fixed = ({ count }: FixedItem) =>
    facts.regions.map((each) => ({ region: each.region, quantity: count(each, facts) }));
  const lines = [...linesOf(FIXED_ITEMS, book, fixed), ...linesOf(VARIABLE_ITEMS, book, quantities)];
  return { lines, total: sum(lines) };
}

/** The items that have a quantity and a price. */
function linesOf<T extends CostItem>(
  items: Record<string, T>,
  book: PriceBook,
  quantities: (item: T) => { readonly region: string; readonly quantity: number }[],
): CostLine[] {
  return Object.entries(items).flatMap(([item, each]) => {
    const priced = quantities(each).flatMap(({ region, quantity }) => {
      const amount = book.amountOf(each.price, region, quantity);
      return amount === undefined || quantity === 0 ? [] : { quantity, amount };
    });
    if (priced.length === 0) return [];
    const quantity = priced.reduce((total, one) => total + one.quantity, 0);
    return { item, name: each.name, unit: PRICE_UNITS[each.price], quantity, amount: sum(priced) };
  });
}

function withoutPrice({ missing }: PriceBook): string[] {
  return missing.map(({ name, regions }) => `${PRICE_UNITS[name]}: no price \`${name}\` for ${regions.join(', ')}`);
}

/** List prices are those of S3 Standard. */
function otherClasses({ replicas }: Facts): string[] {
  return replicas.flatMap(({ region, storageClass = 'STANDARD' }) =>
    storageClass === 'STANDARD'
      ? []
      : `the difference between S3 Standard and ${storageClass} in ${region}, unless \`pricesByRegion\` has its prices`,
  );
}

function withoutVolume(volumes: Volumes | undefined): string[] {
  if (!volumes) return [];
  const absent = Object.values(VARIABLE_ITEMS).filter(({ volume }) => volumes[volume] === undefined);
  return [...new Set(absent.map(({ volume }) => volume))].map((volume) => {
    const names = absent.filter((each) => each.volume === volume).map(({ name }) => name);
    return `${names.join(', ')}: no volume \`${volume}\` in the file`;
  });
}

function sum(lines: readonly { readonly amount: number }[]): number {
  return lines.reduce((total, { amount }) => total + amount, 0);
}
