import type { CloudAssembly, CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import type { MediaReplicationStack } from 'cdk-media-replication';
import { Facts, MeetingFacts, RegionFacts, RoomFacts, StackFacts } from './facts';
import type { RoomConfig } from '../../src/live/meeting/contract';
import { hasReplicationTimeControl } from '../../src/private/regions';
import { DEFAULT_MEMORY_MIB } from '../../src/stored/routing/contract';
import type { MediaConfig } from '../config/config';

interface Resource {
  readonly Type: string;
  readonly Properties?: Record<string, any>;
}

/** Collects facts about a synthesized stack. */
export function collectFacts(config: MediaConfig, stack: MediaReplicationStack, assembly: CloudAssembly): Facts {
  const stacks = assembly.stacksRecursively;
  const copies = [config.region, ...config.media.replicas.map(({ region }) => region)];
  const regions = [...new Set([...copies, ...stacks.map(({ environment }) => environment.region)])];
  return {
    primaryRegion: config.region,
    stacks: stacks.map(stackFacts),
    regions: regions.map((region) =>
      regionFacts(
        region,
        copies.filter((each) => each === region).length,
        stacks.filter(({ environment }) => environment.region === region).flatMap(resourcesOf),
      ),
    ),
    replicas: config.media.replicas.map(
      ({ region, enabled = true, replicationMetrics: metrics = true, replicationTimeControl, storageClass }) => ({
        region,
        enabled,
        metrics,
        storageClass,
        timeControl: replicationTimeControl ?? (metrics && hasReplicationTimeControl(region)),
      }),
    ),
    meetings: meetingFacts(config, stack),
    rooms: stacks.flatMap(resourcesOf).flatMap(roomFacts),
    router: {
      memoryGB: (config.router?.memorySize ?? DEFAULT_MEMORY_MIB) / 1024,
      httpApi: config.router?.httpApi !== undefined,
    },
    canaryMetrics: canaryMetrics(stack),
    auditMetrics: auditMetrics(stack),
  };
}

/** The stack has the rooms in the order of the file. */
function meetingFacts({ meetings }: MediaConfig, stack: MediaReplicationStack): MeetingFacts[] {
  return (stack.meetings?.meetings ?? []).map(({ meetingName, capacity, sessionCount }, index) => {
    const { mediaRegion, replicas = [] } = meetings!.rooms[index];
    const regions = [...new Set([mediaRegion, ...replicas.map((replica) => replica.mediaRegion)])];
    return { name: meetingName, mediaRegions: regions, sessions: sessionCount, capacity };
  });
}

/** Two for each replica, two for each proxy, and two for the primary and the run: docs/costs.md. */
function canaryMetrics({ canary }: MediaReplicationStack): number {
  return canary ? 2 * (canary.replicaRegions.length + canary.proxyRegions.length + 1) : 0;
}

/** Three for each replica and for all of them, and the age: docs/costs.md. */
function auditMetrics({ audit }: MediaReplicationStack): number {
  return audit ? 3 * (audit.replicaRegions.length + 1) + 1 : 0;
}

function roomFacts({ Type, Properties = {} }: Resource): RoomFacts[] {
  if (Type !== 'Custom::ReplicatedMeeting') return [];
  const { meeting, replicas, spareReplicas, attendeesPerSession, stageSlots }: RoomConfig = JSON.parse(Properties.Room);
  return [{ name: meeting, replicas, spareReplicas, attendeesPerSession, stageSlots }];
}

function stackFacts(stack: CloudFormationStackArtifact): StackFacts {
  return {
    id: stack.hierarchicalId,
    stackName: stack.stackName,
    region: stack.environment.region,
    resources: resourcesOf(stack).length,
    outputs: Object.keys(stack.template.Outputs ?? {}).length,
    templateSize: JSON.stringify(stack.template).length,
  };
}

function resourcesOf({ template }: CloudFormationStackArtifact): Resource[] {
  return Object.values(template.Resources ?? {});
}

function regionFacts(region: string, copies: number, resources: Resource[]): RegionFacts {
  const ofType = (type: string) =>
    resources.filter(({ Type }) => Type === type).map(({ Properties = {} }) => Properties);
  const counts: Record<string, number> = {};
  for (const { Type } of resources) counts[Type] = (counts[Type] ?? 0) + 1;
  const targets = ofType('AWS::ApplicationAutoScaling::ScalableTarget');
  const [task] = ofType('AWS::ECS::TaskDefinition');
  const cpu = Number(task?.Cpu ?? 0) / 1024;
  const tasks = sum(targets.map(({ MinCapacity }) => MinCapacity));
  return {
    region,
    copies,
    resources: counts,
    taskVcpus: cpu * tasks,
    taskGB: (Number(task?.Memory ?? 0) / 1024) * tasks,
    maxVcpus: cpu * sum(targets.map(({ MaxCapacity }) => MaxCapacity)),
    endpointZones: sum(
      ofType('AWS::EC2::VPCEndpoint')
        .filter(({ VpcEndpointType }) => VpcEndpointType === 'Interface')
        .map(({ SubnetIds = [] }) => SubnetIds.length),
    ),
    alarmMetrics: sum(ofType('AWS::CloudWatch::Alarm').map(metricsOfAlarm)),
    resolverAddresses: sum(
      ofType('AWS::Route53Resolver::ResolverEndpoint').map(({ IpAddresses = [] }) => IpAddresses.length),
    ),
  };
}

/** CloudWatch charges an alarm on an expression for each of its metrics. */
function metricsOfAlarm({ Metrics }: Record<string, any>): number {
  return Metrics?.filter(({ MetricStat }: Record<string, any>) => MetricStat).length ?? 1;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + Number(number), 0);
}
