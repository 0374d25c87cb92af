import { Facts, RegionFacts } from './facts';
import type { PriceBook, PriceName, Volumes } from './prices';
import { ROUTER_SECONDS } from './variable-items';

/** What use costs in a region. Nothing without a copy, or without a price. */
export interface RegionUse {
  /** For 1,000 GB replicated to it. */
  readonly perTBReplicated?: number;
  /** For 1,000 GB stored for a month. */
  readonly perTBStored?: number;
  /** For 1,000 GB that viewers download. */
  readonly perTBDownloaded?: number;
}

/** What one of something costs. */
export interface UnitCost {
  readonly what: string;
  /** The name of the meeting, for an hour of it. */
  readonly meeting?: string;
  readonly amount: number;
}

/** A price, the region where it applies, and the quantity. */
type Term = readonly [PriceName, string, number];

const GB = 1_000;
/** Without volumes in the file. */
const DEFAULT_OBJECT_MB = 10;
const BATCH = 1_000;
const MILLION = 1_000_000;
const MINUTES = 60;

/** The average size of an object. */
export function objectMB({ uploadedGBPerMonth = 0, uploadedObjectsPerMonth = 0 }: Volumes = {}): number {
  const size = (uploadedGBPerMonth * 1_000) / uploadedObjectsPerMonth;
  return Number.isFinite(size) && size > 0 ? size : DEFAULT_OBJECT_MB;
}

export function byTerabyte(
  { region, copies }: RegionFacts,
  { primaryRegion, replicas }: Facts,
  book: PriceBook,
  volumes?: Volumes,
): RegionUse {
  if (copies === 0) return {};
  const replica = replicas.find((each) => each.region === region && each.enabled);
  const puts = (GB * 1_000) / objectMB(volumes) / 1_000;
  return {
    perTBReplicated:
      replica &&
      total(book, [
        ['replicationTransferGB', primaryRegion, GB],
        ['replicationTimeControlGB', primaryRegion, replica.timeControl ? GB : 0],
        ['putRequests1000', region, puts],
      ]),
    perTBStored: total(book, [['storageGBMonth', region, GB]]),
    perTBDownloaded: total(book, [['downloadGB', region, GB]]),
  };
}

export function forEach(facts: Facts, book: PriceBook): UnitCost[] {
  const { primaryRegion, meetings } = facts;
  const costs = [
    { what: 'Million links, one in each call', amount: links(facts, book, 1) },
    { what: 'Million links, 1,000 in each call', amount: links(facts, book, BATCH) },
    ...meetings.map(({ name, capacity }) => ({
      what: `Hour of ${name}, with ${capacity.toLocaleString('en-US')} attendees`,
      meeting: name,
      amount: total(book, [['attendeeMinute', primaryRegion, capacity * MINUTES]]),
    })),
  ];
  return costs.flatMap(({ amount, ...each }) => (amount === undefined ? [] : { ...each, amount }));
}

function links({ primaryRegion: region, router }: Facts, book: PriceBook, perCall: number): number | undefined {
  const calls = MILLION / perCall;
  const seconds = calls * ROUTER_SECONDS.perCall + MILLION * ROUTER_SECONDS.perLink;
  return total(book, [
    ['functionRequestsMillion', region, calls / MILLION],
    ['functionGBSecond', region, seconds * router.memoryGB],
    ['httpApiRequestsMillion', region, router.httpApi ? calls / MILLION : 0],
  ]);
}

/** The sum of the terms that have a price. Nothing if none has one. */
function total(book: PriceBook, terms: readonly Term[]): number | undefined {
  const amounts = terms
    .filter(([, , quantity]) => quantity > 0)
    .flatMap(([name, region, quantity]) => book.amountOf(name, region, quantity) ?? []);
  return amounts.length === 0 ? undefined : amounts.reduce((sum, amount) => sum + amount, 0);
}
