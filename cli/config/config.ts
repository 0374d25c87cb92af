import type { Estimate } from '../plan/cost-items';

/**
 * A config that the schema accepts: what the command line itself reads of it. Everything else becomes properties of
 * `MediaReplicationStack` by way of the schema.
 */
export interface MediaConfig {
  readonly version: 1;
  readonly stackName: string;
  readonly region: string;
  readonly account?: string;
  readonly bootstrapQualifier?: string;
  readonly controlRegion?: string;
  readonly replicas: readonly {
    readonly region: string;
    readonly account?: string;
    readonly proxy?: object;
    readonly replicationMetrics?: boolean;
    readonly replicationTimeControl?: boolean;
  }[];
  readonly meetings?: readonly {
    readonly name: string;
    readonly meetingName?: string;
    readonly mediaRegion: string;
    readonly replicas?: readonly { readonly mediaRegion: string; readonly count?: number }[];
  }[];
  readonly estimate?: Estimate;
}
