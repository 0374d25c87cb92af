import { Facts, RegionFacts } from './facts';

/** What is expected to come and go in a month. */
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

/** A thing that has a price. */
export interface CostItem {
  /** What it is, in a table. */
  readonly name: string;
  /** What the price is for. */
  readonly unit: string;
  /** The volume without which the quantity is not known. */
  readonly volume?: keyof Volumes;
  readonly quantities: (facts: Facts, volumes: Required<Volumes>) => Quantity[];
}

const HOURS_PER_MONTH = 730;

/** So many of something in every region. */
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

/** The names of `estimate.prices`, and how much of each there is. The JSON Schema is made from this too. */
export const COST_ITEMS = {
  storageGBMonth: {
    name: 'S3 storage',
    unit: 'GB and month',
    volume: 'storedGB',
    quantities: (facts, { storedGB }) => inEachRegion(({ copies }) => copies * storedGB)(facts),
  },
  putRequests1000: {
    name: 'S3 PUT, the copies too',
    unit: '1,000 requests',
    volume: 'uploadedObjectsPerMonth',
    quantities: (facts, { uploadedObjectsPerMonth }) =>
      inEachRegion(({ copies }) => (copies * uploadedObjectsPerMonth) / 1000)(facts),
  },
  getRequests1000: {
    name: 'S3 GET',
    unit: '1,000 requests',
    volume: 'downloadRequestsPerMonth',
    quantities: inPrimary((_, { downloadRequestsPerMonth }) => downloadRequestsPerMonth / 1000),
  },
  replicationTransferGB: {
    name: 'Transfer to replicas',
    unit: 'GB from the primary to a replica',
    volume: 'uploadedGBPerMonth',
    quantities: inPrimary(({ replicas }, { uploadedGBPerMonth }) => replicas.length * uploadedGBPerMonth),
  },
  replicationTimeControlGB: {
    name: 'Replication Time Control',
    unit: 'GB replicated with it',
    volume: 'uploadedGBPerMonth',
    quantities: inPrimary(
      ({ replicas }, { uploadedGBPerMonth }) =>
        replicas.filter(({ timeControl }) => timeControl).length * uploadedGBPerMonth,
    ),
  },
  downloadGB: {
    name: 'Transfer to viewers',
    unit: 'GB out of a region',
    volume: 'downloadedGBPerMonth',
    quantities: (_, { downloadedGBPerMonth }) =>
      Object.entries(downloadedGBPerMonth).map(([region, quantity]) => ({ region, quantity })),
  },
  kmsKeyMonth: { name: 'KMS keys', unit: 'key and month', quantities: inEachRegion(ofType('AWS::KMS::Key')) },
  alarmMonth: { name: 'Alarms', unit: 'alarm and month', quantities: inEachRegion(ofType('AWS::CloudWatch::Alarm')) },
  metricMonth: {
    name: 'Replication metrics',
    unit: 'metric and month; each replica has 4',
    quantities: inPrimary(({ replicas }) => 4 * replicas.filter(({ metrics }) => metrics).length),
  },
  dashboardMonth: {
    name: 'Dashboards',
    unit: 'dashboard and month',
    quantities: inEachRegion(ofType('AWS::CloudWatch::Dashboard')),
  },
  proxyTaskHour: {
    name: 'Proxy servers',
    unit: 'hour of one Fargate task, at the lowest capacity',
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
    unit: 'hour of an interface endpoint in a zone',
    quantities: inEachRegion(({ endpointZones }) => endpointZones, HOURS_PER_MONTH),
  },
  resolverAddressHour: {
    name: 'Resolver endpoints',
    unit: 'hour of an address of a resolver endpoint',
    quantities: inEachRegion(({ resolverAddresses }) => resolverAddresses, HOURS_PER_MONTH),
  },
  routerRequestsMillion: {
    name: 'Router',
    unit: 'million requests, with the time that they take',
    volume: 'routerRequestsPerMonth',
    quantities: inPrimary((_, { routerRequestsPerMonth }) => routerRequestsPerMonth / 1e6),
  },
  attendeeMinute: {
    name: 'Meetings',
    unit: 'minute of an attendee',
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

/** What no price of the file is about. */
export const NEVER_IN_IT = [
  'old versions of objects, and what is left of unfinished uploads',
  'requests to KMS, logs, capacity units of load balancers, per-GB prices of PrivateLink and NAT',
  'HEAD requests of the router, AppConfig, DynamoDB and the functions of the meetings',
  'jobs of S3 Batch Operations, by job and by object, and the metrics of a canary',
  'free tiers, discounts and taxes',
];
