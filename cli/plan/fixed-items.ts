import { CostItem, enabled, inPrimary, ofType } from './cost-item';

/** The groups of fixed costs, with their titles. */
export const GROUPS = { keys: 'Keys', monitoring: 'Monitoring', privateAccess: 'Proxy', other: 'Other' };

export type Group = keyof typeof GROUPS;

/** An item that costs the same in every month, without any use. */
export interface FixedItem extends CostItem {
  readonly group: Group;
}

const HOURS_PER_MONTH = 730;
/** A function of the backfill with 1 GB runs for about two seconds every five minutes: docs/costs.md. */
const BACKFILL_GB_SECONDS = 8_640 * 2;
/** The custom metrics of a replica, and of a backfill: docs/costs.md. */
const METRICS = { replica: 4, backfill: 4 };

const backfills = ofType('Custom::MediaBackfill');

export const FIXED_ITEMS: Record<string, FixedItem> = {
  kmsKeys: { name: 'KMS keys', group: 'keys', price: 'kmsKeyMonth', count: ofType('AWS::KMS::Key') },
  alarms: { name: 'Alarms', group: 'monitoring', price: 'alarmMonth', count: ({ alarmMetrics }) => alarmMetrics },
  metrics: {
    name: 'Custom metrics',
    group: 'monitoring',
    price: 'metricMonth',
    count: (region, facts) =>
      backfills(region) * METRICS.backfill +
      inPrimary(
        ({ replicas, canaryMetrics, auditMetrics }) =>
          METRICS.replica * enabled(replicas).filter(({ metrics }) => metrics).length + canaryMetrics + auditMetrics,
      )(region, facts),
  },
  dashboards: {
    name: 'Dashboards',
    group: 'monitoring',
    price: 'dashboardMonth',
    count: ofType('AWS::CloudWatch::Dashboard'),
  },
  proxyVcpus: {
    name: 'Proxy tasks: vCPUs',
    group: 'privateAccess',
    price: 'proxyVcpuHour',
    count: ({ taskVcpus }) => taskVcpus * HOURS_PER_MONTH,
  },
  proxyMemory: {
    name: 'Proxy tasks: memory',
    group: 'privateAccess',
    price: 'proxyGBHour',
    count: ({ taskGB }) => taskGB * HOURS_PER_MONTH,
  },
  loadBalancers: {
    name: 'Load balancers',
    group: 'privateAccess',
    price: 'loadBalancerHour',
    count: ofType('AWS::ElasticLoadBalancingV2::LoadBalancer', HOURS_PER_MONTH),
  },
  natGateways: {
    name: 'NAT gateways',
    group: 'privateAccess',
    price: 'natGatewayHour',
    count: ofType('AWS::EC2::NatGateway', HOURS_PER_MONTH),
  },
  publicAddresses: {
    name: 'Public addresses',
    group: 'privateAccess',
    price: 'publicAddressHour',
    count: ofType('AWS::EC2::EIP', HOURS_PER_MONTH),
  },
  endpoints: {
    name: 'Interface endpoints',
    group: 'privateAccess',
    price: 'endpointZoneHour',
    count: ({ endpointZones }) => endpointZones * HOURS_PER_MONTH,
  },
  resolvers: {
    name: 'Resolver endpoints',
    group: 'privateAccess',
    price: 'resolverAddressHour',
    count: ({ resolverAddresses }) => resolverAddresses * HOURS_PER_MONTH,
  },
  backfillRuns: {
    name: 'Scheduled runs of the backfill',
    group: 'other',
    price: 'functionGBSecond',
    count: (region) => backfills(region) * BACKFILL_GB_SECONDS,
  },
};
