import { LIST_PRICES } from './list-prices';

/** The prices of `estimate.prices`, and the unit of each. The JSON Schema is generated from them, too. */
export const PRICE_UNITS = {
  storageGBMonth: 'GB stored for a month, in the storage class of the copy',
  putRequests1000: '1,000 PUT requests to S3, including those of replication',
  getRequests1000: '1,000 GET requests to S3',
  replicationTransferGB: 'GB transferred from the primary to a replica',
  replicationTimeControlGB: 'GB replicated with Replication Time Control',
  inventoryMillion: 'million objects or versions listed by S3 Inventory',
  athenaTB: 'TB scanned by Athena',
  downloadGB: 'GB transferred out of a region, to viewers',
  kmsKeyMonth: 'KMS key and month',
  alarmMonth: 'metric of a CloudWatch alarm and month',
  metricMonth: 'custom metric of CloudWatch and month',
  dashboardMonth: 'CloudWatch dashboard and month',
  proxyVcpuHour: 'hour of a vCPU of Fargate, on Arm',
  proxyGBHour: 'hour of a GB of memory of Fargate, on Arm',
  loadBalancerHour: 'hour of a Network Load Balancer, without capacity units',
  natGatewayHour: 'hour of a NAT gateway, without data processing',
  publicAddressHour: 'hour of a public IPv4 address',
  endpointZoneHour: 'hour of an interface endpoint in an Availability Zone, without data processing',
  resolverAddressHour: 'hour of an IP address of a Route 53 Resolver endpoint',
  functionRequestsMillion: 'million requests to a Lambda function',
  functionGBSecond: 'second of a Lambda function with one GB of memory, on Arm',
  httpApiRequestsMillion: 'million requests to an HTTP API of API Gateway',
  attendeeMinute: 'minute of an attendee of Amazon Chime SDK',
};

export type PriceName = keyof typeof PRICE_UNITS;
export type Prices = Partial<Record<PriceName, number>>;

/** Expected volumes in a month. */
export interface Volumes {
  readonly storedGB?: number;
  readonly uploadedGBPerMonth?: number;
  readonly uploadedObjectsPerMonth?: number;
  readonly downloadedGBPerMonth?: Readonly<Record<string, number>>;
  readonly downloadRequestsPerMonth?: number;
  readonly routerRequestsPerMonth?: number;
  readonly attendeeMinutesPerMonth?: number;
  readonly storedVersions?: number;
}

/** `estimate` of a config file. */
export interface Estimate {
  readonly currency?: string;
  readonly prices?: Prices;
  readonly pricesByRegion?: Readonly<Record<string, Prices>>;
  readonly volumes?: Volumes;
}

/** A price that was used, for a unit of `PRICE_UNITS`. */
export interface UsedPrice {
  readonly name: PriceName;
  readonly unit: string;
  readonly price: number;
  /** Only if the file gives a price for this region. */
  readonly region?: string;
  /** `file`, or the page of AWS that contains the list price. */
  readonly source: string;
}

/**
 * The prices of a file, and list prices for those that it does not give.
 *
 * List prices are in US dollars, and nothing is converted: with another currency, and in China, where AWS has its own
 * price list, only the prices of the file apply.
 */
export class PriceBook {
  readonly currency: string;
  private readonly taken = new Map<string, UsedPrice>();
  private readonly lacking = new Map<PriceName, Set<string>>();

  constructor(private readonly estimate: Estimate = {}) {
    this.currency = estimate.currency ?? LIST_PRICES.currency;
  }

  /** The prices that were asked for. */
  get used(): readonly UsedPrice[] {
    return [...this.taken.values()];
  }

  /** The prices that were asked for and that neither the file nor the list has, with the regions. */
  get missing(): readonly { readonly name: PriceName; readonly regions: readonly string[] }[] {
    return [...this.lacking].map(([name, regions]) => ({ name, regions: [...regions] }));
  }

  /** The amount for a quantity in a region. Nothing if there is no price. */
  amountOf(name: PriceName, region: string, quantity: number): number | undefined {
    if (quantity === 0) return 0;
    const found = this.find(name, region);
    if (found) this.taken.set(`${name} ${found.region}`, found);
    else this.lacking.set(name, (this.lacking.get(name) ?? new Set()).add(region));
    return found && found.price * quantity;
  }

  private find(name: PriceName, region: string): UsedPrice | undefined {
    const { prices = {}, pricesByRegion = {} } = this.estimate;
    const unit = PRICE_UNITS[name];
    const ofRegion = pricesByRegion[region]?.[name];
    if (ofRegion !== undefined) return { name, unit, price: ofRegion, region, source: 'file' };
    if (prices[name] !== undefined) return { name, unit, price: prices[name], source: 'file' };
    if (this.currency !== LIST_PRICES.currency || region.startsWith('cn-')) return undefined;
    return { name, unit, ...LIST_PRICES.prices[name] };
  }
}
