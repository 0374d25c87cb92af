import { Stack } from 'aws-cdk-lib';
import type { IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { MediaReplicationStack } from 'cdk-media-replication';
import { Accounts } from '../aws/accounts';
import { AwsCli } from '../aws/aws-cli';
import type { MediaConfig } from '../config/config';
import { UsageError } from '../problems';
import { literal, Pseudo } from '../status/resolve';

/** One side of a failover: the primary, or the replica with the standby. */
export interface Site {
  readonly region: string;
  readonly bucket: string;
  readonly aws: AwsCli;
  /** For a region that may not answer. */
  readonly hasty: AwsCli;
  /** The router's function, or its name if it is derived. */
  readonly router: IFunction | string;
  /** Undefined without backfill and repair. */
  readonly status?: LambdaFunction;
}

/** What a failover and a failback work with. All names are derived: nothing is read from the primary's region. */
export interface Platform {
  readonly stack: MediaReplicationStack;
  readonly pseudo: Pseudo;
  readonly from: Site;
  readonly to: Site;
  readonly recordsBucket: string;
  readonly uploads: boolean;
}

const HASTE_MS = 15_000;

export async function platformOf(
  config: MediaConfig,
  stack: MediaReplicationStack,
  accounts: Accounts,
): Promise<Platform> {
  const { standby } = stack.router;
  if (!standby) {
    throw new UsageError('router.standby is missing in the config. Without a standby, there is no failover.');
  }
  const { region } = Stack.of(standby);
  const account = config.account ?? (await accounts.cli(region).run('sts', 'get-caller-identity', {})).Account;
  const pseudo = { account, partition: RegionInfo.get(config.region).partition ?? 'aws' };
  const { media } = stack;
  const site = (at: string, bucket: string, router: Site['router']): Site => ({
    region: at,
    bucket: literal(stack.resolve(bucket), pseudo),
    aws: accounts.cli(at, config.account),
    hasty: accounts.cli(at, config.account, HASTE_MS),
    router,
    status: media.replicationStatusFunction && media.replicationStatusFunctionIn(at),
  });
  return {
    stack,
    pseudo,
    from: site(config.region, nameOfPrimary(stack), stack.router.function),
    to: site(region, media.replica(region).bucket.bucketName, standby.routerName),
    recordsBucket: literal(stack.resolve(standby._records.bucketName), pseudo),
    uploads: config.router?.uploads ?? false,
  };
}

/** The name that other regions use, not a reference to the resource. */
function nameOfPrimary({ media }: MediaReplicationStack): string {
  const { dimensions = {} } = media.metricReplicationLatency(media.replicas[0].region);
  return String(dimensions.SourceBucket);
}
