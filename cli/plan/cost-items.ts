import { Facts, RegionFacts } from './facts';

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

export interface Quantity {
  readonly region: string;
  readonly quantity: number;
}

/** An item with a price. */
export interface CostItem {
  /** The name in tables. */
  readonly name: string;
  /** The unit that the price refers to. */
  readonly unit: string;
  /** The volume that determines the quantity. */
  readonly volume?: keyof Volumes;
  readonly quantities: (facts: Facts, volumes: Required<Volumes>) => Quantity[];
}

const HOURS_PER_MONTH = 730;

/** A quantity for every region. */
const inEachRegion =
  (count: (region: RegionFacts) => number, times = 1) =>
  ({ regions }: Facts): Quantity[] =>
    regions.map((each) => ({ region: each.region, quantity: count(each) * times }));

const ofType =
  (type: string) =>
  ({ resources }: RegionFacts): number =>
    resources[type] ?? 0;

const inPrimary =
  (quantity: (facts: Facts, volumes: Required<Volumes>) => number) =>
  (facts: Facts, volumes: Required<Volumes>): Quantity[] => [
    { region: facts.primaryRegion, quantity: quantity(facts, volumes) },
  ];

/** The items of `estimate.prices`, with their quantities. The JSON Schema is generated from them, too. */
export const COST_ITEMS = {
  storageGBMonth: {
    name: 'S3 storage',
    unit: 'GB-month',
    volume: 'storedGB',
    quantities: (facts, { storedGB }) => inEachRegion(({ copies }) => copies * storedGB)(facts),
  },
  putRequests1000: {
    name: 'S3 PUT requests, including replication',
    unit: '1,000 requests',
    volume: 'uploadedObjectsPerMonth',
    quantities: (facts, { uploadedObjectsPerMonth }) =>
      inEachRegion(({ copies }) => (copies * uploadedObjectsPerMonth) / 1000)(facts),
  },
  getRequests1000: {
    name: 'S3 GET requests',
    unit: '1,000 requests',
    volume: 'downloadRequestsPerMonth',
    quantities: inPrimary((_, { downloadRequestsPerMonth }) => downloadRequestsPerMonth / 1000),
  },
  replicationTransferGB: {
    name: 'Data transfer to replicas',
    unit: 'GB from the primary to a replica',
    volume: 'uploadedGBPerMonth',
    quantities: inPrimary(({ replicas }, { uploadedGBPerMonth }) => replicas.length * uploadedGBPerMonth),
  },
  replicationTimeControlGB: {
    name: 'Replication Time Control',
    unit: 'GB replicated',
    volume: 'uploadedGBPerMonth',
    quantities: inPrimary(
      ({ replicas }, { uploadedGBPerMonth }) =>
        replicas.filter(({ timeControl }) => timeControl).length * uploadedGBPerMonth,
    ),
  },
  downloadGB: {
    name: 'Data transfer to viewers',
    unit: 'GB transferred out of a region',
    volume: 'downloadedGBPerMonth',
    quantities: (_, { downloadedGBPerMonth }) =>
      Object.entries(downloadedGBPerMonth).map(([region, quantity]) => ({ region, quantity })),
  },
  kmsKeyMonth: { name: 'KMS keys', unit: 'key-month', quantities: inEachRegion(ofType('AWS::KMS::Key')) },
  alarmMonth: { name: 'Alarms', unit: 'alarm-month', quantities: inEachRegion(ofType('AWS::CloudWatch::Alarm')) },
  metricMonth: {
    name: 'Replication metrics',
    unit: 'metric-month (4 metrics per replica)',
    quantities: inPrimary(({ replicas }) => 4 * replicas.filter(({ metrics }) => metrics).length),
  },
  dashboardMonth: {
    name: 'Dashboards',
    unit: 'dashboard-month',
    quantities: inEachRegion(ofType('AWS::CloudWatch::Dashboard')),
  },
  proxyTaskHour: {
    name: 'Proxy tasks',
    unit: 'hour of a Fargate task, at minimum capacity',
    quantities: inEachRegion(({ tasks }) => tasks, HOURS_PER_MONTH),
  },
  loadBalancerHour: {
    name: 'Load balancers',
    unit: 'hour, without capacity units',
    quantities: inEachRegion(ofType('AWS::ElasticLoadBalancingV2::LoadBalancer'), HOURS_PER_MONTH),
  },
  natGatewayHour: {
    name: 'NAT gateways',
    unit: 'hour',
    quantities: inEachRegion(ofType('AWS::EC2::NatGateway'), HOURS_PER_MONTH),
  },
  endpointZoneHour: {
    name: 'Interface endpoints',
    unit: 'hour of an endpoint in an Availability Zone',
    quantities: inEachRegion(({ endpointZones }) => endpointZones, HOURS_PER_MONTH),
  },
  resolverAddressHour: {
    name: 'Resolver endpoints',
    unit: 'hour of an endpoint IP address',
    quantities: inEachRegion(({ resolverAddresses }) => resolverAddresses, HOURS_PER_MONTH),
  },
  routerRequestsMillion: {
    name: 'Router',
    unit: 'million requests, including their duration',
    volume: 'routerRequestsPerMonth',
    quantities: inPrimary((_, { routerRequestsPerMonth }) => routerRequestsPerMonth / 1e6),
  },
  attendeeMinute: {
    name: 'Meetings',
    unit: 'attendee minute',
    volume: 'attendeeMinutesPerMonth',
    quantities: inPrimary((_, { attendeeMinutesPerMonth }) => attendeeMinutesPerMonth),
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
