import { Stack } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { CloudAssembly, CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { MediaReplicationStack, MediaRouterStandby, ReplicaAudit, ReplicationCanary } from 'cdk-media-replication';
import { AuditStatus, auditStatus } from './audit';
import { BackfillStatus, backfillStatus } from './backfill';
import { CanaryStatus, canaryStatus } from './canary';
import { ReplicationStatus, replicationTo } from './replication';
import { literal, Pseudo } from './resolve';
import { Accounts } from '../aws/accounts';
import { AwsError } from '../aws/aws-cli';
import { accountOf, DeployedStack, findStack } from '../aws/stacks';
import type { MediaConfig } from '../config/config';
import { knownAccount } from '../deployment/request';
import { FailoverRecord, Records } from '../failover/records';

/** What was found, or why it could not be read. */
export type Read<T> = T | { readonly problem: string };

export interface StackStatus {
  /** Absent if the stack does not exist. */
  readonly status?: string;
  readonly reason?: string;
  readonly changedAt?: string;
}

/** The output of `status --json`. docs/cli.md describes the format. */
export interface Status {
  readonly version: 1;
  readonly stackName: string;
  readonly stacks: readonly ({ readonly stackName: string; readonly region: string } & Read<StackStatus>)[];
  readonly replication: readonly ({ readonly region: string } & Read<
    ReplicationStatus | { readonly paused: true } | { readonly withoutMetrics: true }
  >)[];
  readonly backfill: readonly ({ readonly region: string } & Read<BackfillStatus>)[];
  readonly canary?: { readonly region: string } & Read<CanaryStatus>;
  readonly audit?: { readonly region: string } & Read<AuditStatus>;
  /** Of a router with a standby. */
  readonly failover?: { readonly region: string } & Read<{ readonly active?: FailoverRecord }>;
}

/** Reads the state of everything, in all Regions at once. A failure is a result. */
export async function statusOf(
  config: MediaConfig,
  stack: MediaReplicationStack,
  { stacksRecursively: artifacts }: CloudAssembly,
  accounts: Accounts,
): Promise<Status> {
  const { stackName, region: primaryRegion, account } = config;
  // The primary's account has the metrics and the functions of all Regions.
  const cli = (region: string) => accounts.cli(region, account);
  const found = new Map(artifacts.map((artifact) => [artifact.stackName, find(artifact, accounts)] as const));
  const pseudo = pseudoOf(config, [...found.values()]);
  // Reported when they are awaited.
  for (const each of [...found.values(), pseudo]) each.catch(() => undefined);
  const own = found.get(stackName)!;
  const ofDeployed = <T>(read: (pseudo: Pseudo) => Promise<T>): Promise<Read<T>> =>
    attempt(async () => {
      // If the primary's Region does not answer, other Regions can.
      const isMissing = await own.then((deployed) => deployed === undefined).catch(() => false);
      if (isMissing) throw new AwsError(`The stack ${stackName} is not deployed.`);
      return read(await pseudo);
    });
  const ofStack = async ({ stackName: name, environment: { region } }: CloudFormationStackArtifact) => {
    return { stackName: name, region, ...(await attempt(async () => stackStatus(await found.get(name)!))) };
  };
  const ofReplica = async ({
    region,
    enabled = true,
    replicationMetrics = true,
  }: (typeof config.media.replicas)[0]) => {
    if (!enabled) return { region, paused: true as const };
    if (!replicationMetrics) return { region, withoutMetrics: true as const };
    const read = (values: Pseudo) => replicationTo(region, stack, values, cli(region), cli(primaryRegion));
    return { region, ...(await ofDeployed(read)) };
  };
  const ofCopy = async ({ region, status }: ReturnType<typeof statusFunctions>[0]) => {
    return { region, ...(await ofDeployed(() => backfillStatus(status, cli(region)))) };
  };
  const ofCanary = async (canary: ReplicationCanary) => {
    const read = (values: Pseudo) => canaryStatus(canary, stack, values, cli(primaryRegion));
    return { region: primaryRegion, ...(await ofDeployed(read)) };
  };
  const ofAudit = async (audit: ReplicaAudit) => {
    return { region: primaryRegion, ...(await ofDeployed(() => auditStatus(audit, cli(primaryRegion)))) };
  };
  const ofFailover = async (standby: MediaRouterStandby) => {
    const { region } = Stack.of(standby);
    const read = async (values: Pseudo) => {
      const bucket = literal(stack.resolve(standby._records.bucketName), values);
      return { active: await new Records(bucket, cli(region)).active() };
    };
    return { region, ...(await ofDeployed(read)) };
  };
  const [stacks, replication, backfill, canary, audit, failover] = await Promise.all([
    Promise.all(artifacts.map(ofStack)),
    Promise.all(config.media.replicas.map(ofReplica)),
    Promise.all(statusFunctions(config, stack).map(ofCopy)),
    stack.canary && ofCanary(stack.canary),
    stack.audit && ofAudit(stack.audit),
    stack.router.standby && ofFailover(stack.router.standby),
  ]);
  return { version: 1, stackName, stacks, replication, backfill, canary, audit, failover };
}

/** Names are unique: two stacks of one platform never have the same. */
function find(artifact: CloudFormationStackArtifact, accounts: Accounts): Promise<DeployedStack | undefined> {
  const account = knownAccount(artifact);
  return findStack(accounts.cli(artifact.environment.region, account), artifact.stackName, account);
}

function stackStatus(deployed: DeployedStack | undefined): StackStatus {
  const { StackStatus: status, StackStatusReason: reason, LastUpdatedTime, CreationTime } = deployed ?? {};
  const time = LastUpdatedTime ?? CreationTime;
  return { status, reason, changedAt: time === undefined ? undefined : new Date(time).toISOString() };
}

/** The account is that of the config, or of the credentials, in which all stacks are in that case. */
async function pseudoOf(
  { region, account }: MediaConfig,
  found: readonly Promise<DeployedStack | undefined>[],
): Promise<Pseudo> {
  const partition = RegionInfo.get(region).partition ?? 'aws';
  if (account !== undefined) return { account, partition };
  const results = await Promise.allSettled(found);
  const stacks = results.flatMap((result) => (result.status === 'fulfilled' ? (result.value ?? []) : []));
  const failure = results.find((result) => result.status === 'rejected');
  if (stacks.length > 0) return { account: accountOf(stacks[0]), partition };
  throw failure?.reason ?? new AwsError('No stack is deployed.');
}

/** The status functions of the copies whose replication to others is repaired. */
function statusFunctions(
  { region, media }: MediaConfig,
  stack: MediaReplicationStack,
): { region: string; status: LambdaFunction }[] {
  if (!stack.media.replicationStatusFunction) return [];
  const isTwoWay = media.writeToReplicas || media.replicaModificationSync;
  const replicas = isTwoWay ? media.replicas.map((replica) => replica.region) : [];
  return [region, ...replicas].map((each) => ({ region: each, status: stack.media.replicationStatusFunctionIn(each) }));
}

async function attempt<T>(read: () => Promise<T>): Promise<Read<T>> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { problem: error.message };
  }
}
