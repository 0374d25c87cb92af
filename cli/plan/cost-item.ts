import type { Facts, RegionFacts, ReplicaFacts } from './facts';
import type { PriceName } from './prices';

/** An item with a price. */
export interface CostItem {
  /** The name in tables. */
  readonly name: string;
  readonly price: PriceName;
  /** The quantity in a region, in units of the price. */
  readonly count: (region: RegionFacts, facts: Facts) => number;
}

export const ofType =
  (type: string, times = 1) =>
  ({ resources }: RegionFacts): number =>
    (resources[type] ?? 0) * times;

export const inPrimary =
  (count: (facts: Facts) => number) =>
  ({ region }: RegionFacts, facts: Facts): number =>
    region === facts.primaryRegion ? count(facts) : 0;

export const enabled = (replicas: readonly ReplicaFacts[]) => replicas.filter((replica) => replica.enabled);
