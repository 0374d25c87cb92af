/** Facts about the templates of one region. */
export interface RegionFacts {
  readonly region: string;
  /** The number of resources by type. */
  readonly resources: Readonly<Record<string, number>>;
  /** The number of copies of the media: 1, or 0 in a region with alarms only. */
  readonly copies: number;
  /** The minimum number of proxy tasks. */
  readonly tasks: number;
  /** The vCPUs of all proxy tasks at maximum capacity. */
  readonly maxVcpus: number;
  /** The number of interface endpoints, counted once per Availability Zone. */
  readonly endpointZones: number;
  /** The number of IP addresses of resolver endpoints. */
  readonly resolverAddresses: number;
}

export interface ReplicaFacts {
  readonly region: string;
  /** False if the replica is paused. */
  readonly enabled: boolean;
  readonly timeControl: boolean;
  readonly metrics: boolean;
}

export interface MeetingFacts {
  readonly name: string;
  /** The region of the primary session first. */
  readonly mediaRegions: readonly string[];
  readonly sessions: number;
  readonly capacity: number;
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
  /** Whether the stack has a canary. */
  readonly canary: boolean;
}

export function isPaused(region: string, replicas: readonly ReplicaFacts[]): boolean {
  return replicas.some((replica) => replica.region === region && !replica.enabled);
}
