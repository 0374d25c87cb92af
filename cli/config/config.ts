import type { Estimate } from '../plan/prices';

/**
 * A config that conforms to the schema: the properties that the command line itself reads. All others become props of
 * `MediaReplicationStack` by way of the schema.
 */
export interface MediaConfig {
  readonly version: 1;
  readonly stackName: string;
  readonly region: string;
  readonly account?: string;
  readonly bootstrapQualifier?: string;
  readonly media: {
    readonly writeToReplicas?: boolean;
    readonly replicaModificationSync?: boolean;
    readonly replicas: readonly {
      readonly region: string;
      readonly account?: string;
      readonly proxy?: { readonly maxAzs?: number };
      readonly enabled?: boolean;
      readonly replicationMetrics?: boolean;
      readonly replicationTimeControl?: boolean;
      readonly storageClass?: string;
    }[];
  };
  readonly router?: {
    readonly uploads?: boolean;
    readonly httpApi?: object;
    readonly memorySize?: number;
    readonly standby?: { readonly region: string };
  };
  readonly meetings?: {
    readonly controlRegion?: string;
    readonly rooms: readonly {
      readonly mediaRegion: string;
      readonly replicas?: readonly { readonly mediaRegion: string }[];
    }[];
  };
  readonly estimate?: Estimate;
}
