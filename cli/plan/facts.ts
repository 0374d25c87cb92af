import type { RoomSize } from '../../src/live/meeting/capacity';

/** Facts about the templates of one region. */
export interface RegionFacts {
  readonly region: string;
  /** The number of resources by type. */
  readonly resources: Readonly<Record<string, number>>;
  /** The number of copies of the media: 1, or 0 in a region with alarms only. */
  readonly copies: number;
  /** The vCPUs and the memory of all proxy tasks at minimum capacity. */
  readonly taskVcpus: number;
  readonly taskGB: number;
  /** The vCPUs of all proxy tasks at maximum capacity. */
  readonly maxVcpus: number;
  /** The number of interface endpoints, counted once per Availability Zone. */
  readonly endpointZones: number;
  /** The number of metrics in all alarms. */
  readonly alarmMetrics: number;
  /** The number of IP addresses of resolver endpoints. */
  readonly resolverAddresses: number;
}

export interface ReplicaFacts {
  readonly region: string;
  /** False if the replica is paused. */
  readonly enabled: boolean;
  readonly timeControl: boolean;
  readonly metrics: boolean;
  readonly storageClass?: string;
}

export interface MeetingFacts {
  readonly name: string;
  /** The region of the primary session first. */
  readonly mediaRegions: readonly string[];
  readonly sessions: number;
  readonly capacity: number;
}

/** A room as it is deployed, with all defaults. */
export interface RoomFacts extends RoomSize {
  readonly name: string;
}

export interface StackFacts {
  readonly id: string;
  readonly stackName: string;
  readonly region: string;
  readonly resources: number;
  readonly outputs: number;
  /** The length of the template in characters. */
  readonly templateSize: number;
}

export interface Facts {
  readonly primaryRegion: string;
  readonly stacks: StackFacts[];
  readonly regions: RegionFacts[];
  readonly replicas: ReplicaFacts[];
  readonly meetings: MeetingFacts[];
  readonly rooms: RoomFacts[];
  readonly router: { readonly memoryGB: number; readonly httpApi: boolean };
  /** The number of custom metrics of the canary: 0 without a canary. */
  readonly canaryMetrics: number;
  /** The number of custom metrics of the audit: 0 without an audit. */
  readonly auditMetrics: number;
}

export function isPaused(region: string, replicas: readonly ReplicaFacts[]): boolean {
  return replicas.some((replica) => replica.region === region && !replica.enabled);
}
