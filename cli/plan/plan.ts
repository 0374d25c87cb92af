import { Audience } from './audience';
import { Costs } from './costs';
import { Facts, isPaused, RegionFacts } from './facts';
import { QuotaNeed } from './quotas';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
export const MAX_RESOURCES = 500;

/** The output of `plan --json`. docs/cli.md describes the format. */
export type Plan = ReturnType<typeof planOf>;

export function planOf(stackName: string, facts: Facts, audience: Audience, quotas: QuotaNeed[], costs: Costs) {
  return {
    version: 1,
    stackName,
    stacks: facts.stacks.map((stack) => ({ ...stack, maxResources: MAX_RESOURCES })),
    regions: facts.regions.map((each) => ({
      region: each.region,
      holds: partsIn(facts, each),
      resources: each.resources,
    })),
    meetings: facts.meetings,
    audience: audience.meetings.length > 0 ? audience : undefined,
    quotas,
    costs,
  };
}

/** The parts of the platform in a region. */
function partsIn(
  { primaryRegion, canaryMetrics, auditMetrics, replicas }: Facts,
  { region, copies, resources }: RegionFacts,
): string[] {
  const has = (type: string) => (resources[type] ?? 0) > 0;
  const primary = region === primaryRegion;
  return [
    ...(primary ? ['primary', 'router'] : []),
    ...(!primary && copies > 0 ? [isPaused(region, replicas) ? 'paused replica' : 'replica'] : []),
    ...(has('Custom::MediaBackfill') ? ['backfill'] : []),
    ...(has('AWS::ECS::Service') ? ['proxy'] : []),
    ...(has('AWS::Route53Resolver::ResolverEndpoint') ? ['interface endpoint'] : []),
    ...(primary && canaryMetrics > 0 ? ['canary'] : []),
    ...(primary && auditMetrics > 0 ? ['audit'] : []),
    ...(has('Custom::ReplicatedMeeting') ? ['meetings'] : []),
    ...(has('AWS::CloudWatch::Dashboard') ? ['dashboard'] : []),
    ...(has('AWS::CloudWatch::Alarm') ? ['alarms'] : []),
  ];
}
