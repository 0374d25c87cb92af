import { Facts, isPaused, RegionFacts, ReplicaFacts } from './facts';

/** Expected volumes in a month. */
export interface Volumes {
  readonly storedGB?: number;
  readonly uploadedGBPerMonth?: number;
  readonly uploadedObjectsPerMonth?: number;
  readonly downloadedGBPerMonth?: Readonly<Record<string, number>>;
  readonly downloadRequestsPerMonth?: number;
  readonly routerRequestsPerMonth?: number;
  readonly attendeeMinutesPerMonth?: number;
}

/** An item with a price. */
export interface CostItem {
  /** The name in tables. */
  readonly name: string;
  /** The unit that the price refers to. */
  readonly unit: string;
  /** The volume that the count is multiplied by. */
  readonly volume?: keyof Volumes;
  /** The number of requests or other things in a unit. 1 by default. */
  readonly per?: number;
  /** How many there are in a region, for each of the volume. */
  readonly count: (region: RegionFacts, facts: Facts) => number;
}

const HOURS_PER_MONTH = 730;

const ofType =
  (type: string, times = 1) =>
  ({ resources }: RegionFacts): number =>
    (resources[type] ?? 0) * times;

const inPrimary =
  (count: (facts: Facts) => number) =>
  ({ region }: RegionFacts, facts: Facts): number =>
    region === facts.primaryRegion ? count(facts) : 0;

const enabled = (replicas: readonly ReplicaFacts[]) => replicas.filter((replica) => replica.enabled);

/** The items of `estimate.prices`, with their quantities. The JSON Schema is generated from them, too. */
export const COST_ITEMS = {
  storageGBMonth: { name: 'S3 storage', unit: 'GB-month', volume: 'storedGB', count: ({ copies }) => copies },
  putRequests1000: {
    name: 'S3 PUT requests, including replication',
    unit: '1,000 requests',
    volume: 'uploadedObjectsPerMonth',
    per: 1000,
    count: ({ region, copies }, { replicas }) => (isPaused(region, replicas) ? 0 : copies),
  },
  getRequests1000: {
    name: 'S3 GET requests',
    unit: '1,000 requests',
    volume: 'downloadRequestsPerMonth',
    per: 1000,
    count: inPrimary(() => 1),
  },
  replicationTransferGB: {
    name: 'Data transfer to replicas',
    unit: 'GB from the primary to a replica',
    volume: 'uploadedGBPerMonth',
    count: inPrimary(({ replicas }) => enabled(replicas).length),
  },
  replicationTimeControlGB: {
    name: 'Replication Time Control',
    unit: 'GB replicated',
    volume: 'uploadedGBPerMonth',
    count: inPrimary(({ replicas }) => enabled(replicas).filter(({ timeControl }) => timeControl).length),
  },
  downloadGB: {
    name: 'Data transfer to viewers',
    unit: 'GB transferred out of a region',
    volume: 'downloadedGBPerMonth',
    count: () => 1,
  },
  kmsKeyMonth: { name: 'KMS keys', unit: 'key-month', count: ofType('AWS::KMS::Key') },
  alarmMonth: { name: 'Alarms', unit: 'alarm-month', count: ofType('AWS::CloudWatch::Alarm') },
  metricMonth: {
    name: 'Replication metrics',
    unit: 'metric-month (4 metrics per replica)',
    count: inPrimary(({ replicas }) => 4 * enabled(replicas).filter(({ metrics }) => metrics).length),
  },
  dashboardMonth: { name: 'Dashboards', unit: 'dashboard-month', count: ofType('AWS::CloudWatch::Dashboard') },
  proxyTaskHour: {
    name: 'Proxy tasks',
    unit: 'hour of a Fargate task, at minimum capacity',
    count: ({ tasks }) => tasks * HOURS_PER_MONTH,
  },
  loadBalancerHour: {
    name: 'Load balancers',
    unit: 'hour, without capacity units',
    count: ofType('AWS::ElasticLoadBalancingV2::LoadBalancer', HOURS_PER_MONTH),
  },
  natGatewayHour: { name: 'NAT gateways', unit: 'hour', count: ofType('AWS::EC2::NatGateway', HOURS_PER_MONTH) },
  endpointZoneHour: {
    name: 'Interface endpoints',
    unit: 'hour of an endpoint in an Availability Zone',
    count: ({ endpointZones }) => endpointZones * HOURS_PER_MONTH,
  },
  resolverAddressHour: {
    name: 'Resolver endpoints',
    unit: 'hour of an endpoint IP address',
    count: ({ resolverAddresses }) => resolverAddresses * HOURS_PER_MONTH,
  },
  routerRequestsMillion: {
    name: 'Router',
    unit: 'million requests, including their duration',
    volume: 'routerRequestsPerMonth',
    per: 1e6,
    count: inPrimary(() => 1),
  },
  attendeeMinute: {
    name: 'Meetings',
    unit: 'attendee minute',
    volume: 'attendeeMinutesPerMonth',
    count: inPrimary(() => 1),
  },
} satisfies Record<string, CostItem>;

export type PriceName = keyof typeof COST_ITEMS;
export type Prices = Partial<Record<PriceName, number>>;

/** `estimate` of a config file. */
export interface Estimate {
  readonly currency: string;
  readonly prices: Prices;
  readonly pricesByRegion?: Readonly<Record<string, Prices>>;
  readonly volumes?: Volumes;
}

/** Costs that no price of the file covers. */
export const NEVER_INCLUDED = [
  'noncurrent object versions and incomplete multipart uploads',
  'KMS requests, logs, load balancer capacity units, data processing of PrivateLink and NAT gateways',
  'HEAD requests of the router, AppConfig, DynamoDB, and the functions of meetings',
  'S3 Batch Operations jobs and objects, and the metrics of a canary',
  'free tiers, discounts and taxes',
];
