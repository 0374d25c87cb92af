/** What a plan is made from: what the templates hold, region by region. */
export interface RegionFacts {
  readonly region: string;
  /** How many resources of each type the region's templates have. */
  readonly resources: Readonly<Record<string, number>>;
  /** How many copies of the media the region has: 1, or 0 where only alarms are. */
  readonly copies: number;
  /** Servers of a proxy that always run. */
  readonly tasks: number;
  /** What all servers take when there are as many as there may be. */
  readonly maxVcpus: number;
  /** Interface endpoints, each counted once for each of its zones. */
  readonly endpointZones: number;
  /** Addresses of resolver endpoints. */
  readonly resolverAddresses: number;
}

export interface ReplicaFacts {
  readonly region: string;
  readonly timeControl: boolean;
  readonly metrics: boolean;
}

export interface MeetingFacts {
  readonly name: string;
  /** The primary's first. */
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
  /** The length of the template, in characters. */
  readonly templateSize: number;
}

export interface Facts {
  readonly primaryRegion: string;
  readonly stacks: StackFacts[];
  readonly regions: RegionFacts[];
  readonly replicas: ReplicaFacts[];
  readonly meetings: MeetingFacts[];
  /** Whether a canary tries the replication. */
  readonly canary: boolean;
}
