import { Facts } from './facts';

/** A quota of AWS, and what the stacks need of it. */
export interface QuotaNeed {
  readonly service: string;
  readonly code: string;
  readonly name: string;
  readonly region: string;
  readonly needed: number;
  /** What an account has that nobody raised. */
  readonly byDefault: number;
  /** Whether the stacks need more than that. */
  readonly raise: boolean;
}

interface Quota {
  readonly service: string;
  readonly code: string;
  readonly name: string;
  readonly byDefault: number;
  readonly needs: (facts: Facts) => { readonly region: string; readonly needed: number }[];
}

const inEachRegion =
  (type: string) =>
  ({ regions }: Facts) =>
    regions.map(({ region, resources }) => ({ region, needed: resources[type] ?? 0 }));

/** The codes are those of Service Quotas; others may need more of the same quota besides. */
const QUOTAS: Quota[] = [
  {
    service: 'chime',
    code: 'L-154D84D0',
    name: 'replica meetings per primary meeting',
    byDefault: 4,
    needs: ({ meetings, primaryRegion }) => [
      { region: primaryRegion, needed: Math.max(0, ...meetings.map(({ sessions }) => sessions - 1)) },
    ],
  },
  {
    service: 'chime',
    code: 'L-9F286451',
    name: 'concurrent meetings',
    byDefault: 250,
    needs: ({ meetings, primaryRegion }) => [
      { region: primaryRegion, needed: meetings.reduce((total, { sessions }) => total + sessions, 0) },
    ],
  },
  {
    service: 'fargate',
    code: 'L-3032A538',
    name: 'Fargate On-Demand vCPUs, when a proxy is at its highest capacity',
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

/** What the stacks need of the quotas that they can come up against. What they need nothing of is left out. */
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
