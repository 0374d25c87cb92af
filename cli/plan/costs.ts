import { COST_ITEMS, CostItem, Estimate, NEVER_INCLUDED, PriceName, Volumes } from './cost-items';
import { Facts } from './facts';

/** The monthly cost of one item. */
export interface CostLine {
  readonly item: PriceName;
  readonly name: string;
  readonly unit: string;
  readonly quantity: number;
  readonly amount: number;
}

export interface Costs {
  readonly currency: string;
  readonly lines: CostLine[];
  readonly total: number;
  /** Items that are not in the total, and why. */
  readonly notIncluded: string[];
}

/** An estimate that is based only on the prices and volumes of the file. */
export function estimateCosts(facts: Facts, estimate: Estimate): Costs {
  const { prices, pricesByRegion = {}, volumes = {} } = estimate;
  const lines: CostLine[] = [];
  const notIncluded: string[] = [];
  for (const [key, costItem] of Object.entries(COST_ITEMS as Record<string, CostItem>)) {
    const item = key as PriceName;
    const { name, unit, volume } = costItem;
    const needed = quantitiesOf(costItem, facts, volumes).filter(({ quantity }) => quantity > 0);
    const priceIn = (region: string) => pricesByRegion[region]?.[item] ?? prices[item];
    const priced = needed.filter(({ region }) => priceIn(region) !== undefined);
    const unpriced = needed.filter(({ region }) => priceIn(region) === undefined).map(({ region }) => region);
    if (unpriced.length > 0) {
      const where = priced.length > 0 ? ` in ${unpriced.join(', ')}` : '';
      notIncluded.push(`${name}${where}: no price \`${item}\` in the file`);
    }
    if (volume !== undefined && volumes[volume] === undefined && prices[item] !== undefined) {
      notIncluded.push(`${name}: no volume \`${volume}\` in the file`);
    }
    if (priced.length === 0) continue;
    const quantity = priced.reduce((total, each) => total + each.quantity, 0);
    const amount = priced.reduce((total, each) => total + each.quantity * priceIn(each.region)!, 0);
    lines.push({ item, name, unit, quantity, amount });
  }
  return {
    currency: estimate.currency,
    lines,
    total: lines.reduce((total, { amount }) => total + amount, 0),
    notIncluded: [...notIncluded, ...NEVER_INCLUDED],
  };
}

function quantitiesOf({ volume, per = 1, count }: CostItem, facts: Facts, volumes: Volumes) {
  const total = volume === undefined ? 1 : (volumes[volume] ?? 0);
  if (typeof total === 'object') return Object.entries(total).map(([region, quantity]) => ({ region, quantity }));
  return facts.regions.map((each) => ({ region: each.region, quantity: (count(each, facts) * total) / per }));
}
