import { Facts } from './facts';
import { CONCURRENT_MEETINGS, REPLICAS_PER_MEETING } from '../../src/private/quotas';

/** A service quota, and how much of it the stacks need. */
export interface QuotaNeed {
  readonly service: string;
  readonly code: string;
  readonly name: string;
  readonly region: string;
  readonly needed: number;
  /** The default value of the quota. */
  readonly byDefault: number;
  /** Whether the stacks need more than the default. */
  readonly raise: boolean;
}

interface Quota extends Omit<QuotaNeed, 'region' | 'needed' | 'raise'> {
  readonly needs: (facts: Facts) => { readonly region: string; readonly needed: number }[];
}

const inEachRegion =
  (type: string) =>
  ({ regions }: Facts) =>
    regions.map(({ region, resources }) => ({ region, needed: resources[type] ?? 0 }));

/** Codes of Service Quotas. Other resources in the account count toward the same quotas. */
const QUOTAS: Quota[] = [
  {
    service: 'chime',
    code: REPLICAS_PER_MEETING.code,
    name: 'replica meetings per primary meeting',
    byDefault: REPLICAS_PER_MEETING.value,
    needs: ({ meetings, primaryRegion }) => [
      { region: primaryRegion, needed: Math.max(0, ...meetings.map(({ sessions }) => sessions - 1)) },
    ],
  },
  {
    service: 'chime',
    code: CONCURRENT_MEETINGS.code,
    name: 'concurrent meetings',
    byDefault: CONCURRENT_MEETINGS.value,
    needs: ({ meetings, primaryRegion }) => [
      { region: primaryRegion, needed: meetings.reduce((total, { sessions }) => total + sessions, 0) },
    ],
  },
  {
    service: 'fargate',
    code: 'L-3032A538',
    name: 'Fargate On-Demand vCPUs, with proxies at maximum capacity',
    byDefault: 6,
    needs: ({ regions }) => regions.map(({ region, maxVcpus }) => ({ region, needed: maxVcpus })),
  },
  { service: 'vpc', code: 'L-F678F1CE', name: 'VPCs', byDefault: 5, needs: inEachRegion('AWS::EC2::VPC') },
  {
    service: 'ec2',
    code: 'L-0263D0A3',
    name: 'Elastic IP addresses',
    byDefault: 5,
    needs: inEachRegion('AWS::EC2::EIP'),
  },
];

/** The quotas that the stacks need. */
export function quotaNeeds(facts: Facts, controlRegion?: string): QuotaNeed[] {
  return QUOTAS.flatMap(({ needs, ...quota }) =>
    needs(facts)
      .filter(({ needed }) => needed > 0)
      .map(({ region, needed }) => ({
        ...quota,
        region: quota.service === 'chime' ? (controlRegion ?? region) : region,
        needed,
        raise: needed > quota.byDefault,
      })),
  );
}
