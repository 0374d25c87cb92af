import { Annotations, Stack, Token } from 'aws-cdk-lib';
import { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import * as contract from './contract';
import { MediaRouterProps } from './props';
import { isCrossAccount } from '../../private/naming';
import { PRIVATE_CIDRS } from '../../private/private-cidrs';
import { IReplicatedMediaBucket, MediaReplica } from '../bucket';
import { ARCHIVE_CLASSES } from '../bucket/contract';

/** The attributes of other resources that the router's function needs. */
interface DeployedSettings extends Pick<contract.RouterSettings, 'store' | 'userTable' | 'failover'> {
  readonly linkRoleArn?: string;
}

/** Returns the configuration of the router's function. */
export function routerSettings(
  scope: Construct,
  { media, endpoints = {}, ...options }: MediaRouterProps,
  { store, linkRoleArn, userTable, failover }: DeployedSettings,
): contract.RouterSettings {
  const { region } = media.primary.env;
  const { bucketName } = media.primary;
  const paused = media.replicas.flatMap((replica) => (replica.enabled ? [] : replica.region));
  const holdings = media.replicas.map(holdingsOf);
  const maxLinkSeconds = options.maxLinkLifetime?.toSeconds() ?? contract.DEFAULT_MAX_LINK_SECONDS;
  return {
    primary: [region, bucketName, ...(endpoints[region]?._bind(bucketName) ?? [])],
    replicas: media.replicas.map((replica) => {
      const name = replica.bucket.bucketName;
      return [replica.region, name, ...(endpoints[replica.region]?._bind(name) ?? proxyOf(scope, replica))];
    }),
    holdings: holdings.some((each) => Object.keys(each).length > 0) ? holdings : undefined,
    states: readableTable(scope, media)?.tableName,
    paused: paused.length > 0 ? paused : undefined,
    readiness: options.readiness ?? contract.DEFAULT_READINESS,
    readinessTimeoutMs: options.readinessTimeout?.toMilliseconds() ?? contract.DEFAULT_READINESS_TIMEOUT_MS,
    uploads: options.uploads ?? false,
    linkSeconds: options.linkLifetime?.toSeconds() ?? Math.min(contract.DEFAULT_LINK_SECONDS, maxLinkSeconds),
    maxLinkSeconds,
    access: options.access && {
      ...options.access._settings,
      roleArn: linkRoleArn,
      linkSeconds: linkRoleArn
        ? (options.linkLifetime?.toSeconds() ?? contract.DEFAULT_SESSION_LINK_SECONDS)
        : undefined,
    },
    store,
    userTable,
    failover,
  };
}

/** Returns the table that describes what replicas lack, if a function in the stack can get access to it. */
export function readableTable(
  scope: Construct,
  { replicationTable, primary }: IReplicatedMediaBucket,
): ITable | undefined {
  return isCrossAccount(primary.env.account, Stack.of(scope).account) ? undefined : replicationTable;
}

/** Properties that are undefined are not part of JSON. */
function holdingsOf({
  prefix,
  tags,
  storageClass,
  objectLifetime,
  proxyIsolation,
}: MediaReplica): contract.ReplicaHoldings {
  return {
    ...(prefix && { prefix }),
    ...(tags && { tagged: true }),
    ...(storageClass && ARCHIVE_CLASSES.includes(storageClass.value) && { archived: true }),
    ...(objectLifetime && { days: objectLifetime.toDays() }),
    ...(proxyIsolation && { isolated: true }),
  };
}

function proxyOf(scope: Construct, { region, proxy }: MediaReplica): [] | [origin: string] {
  if (!proxy) return [];
  if (!Token.isUnresolved(proxy.url)) return [proxy.url];
  if (proxy.loadBalancer) {
    Annotations.of(scope).addWarning(
      `Links to ${region} do not use its proxy, because the proxy's name is known only in its own stack. Specify the ` +
        "proxy's `domainName`, or add the region to `endpoints`.",
    );
  }
  return [];
}

/**
 * Returns the proxies that links use, and the proxies that isolate replicas. Regions in `endpoints` are omitted,
 * because links use that endpoint for all viewers.
 */
export function routerProxies(
  scope: Construct,
  { media, endpoints = {} }: Pick<MediaRouterProps, 'media' | 'endpoints'>,
): contract.ProxiesDocument {
  const proxied = media.replicas.filter(({ region }) => !endpoints[region]);
  return Object.fromEntries(proxied.flatMap((replica) => proxyIn(scope, replica)));
}

function proxyIn(scope: Construct, replica: MediaReplica): [region: string, contract.ProxySettings][] {
  const { region, proxy, proxyClientCidrs, proxyIsolation } = replica;
  const isUsed = proxy !== undefined && !Token.isUnresolved(proxy.url);
  const isPrivateLink = proxy !== undefined && !isUsed && !proxy.loadBalancer;
  const primary = Token.isUnresolved(proxy?.primaryUrl) ? undefined : proxy?.primaryUrl;
  if (!primary && (isUsed || isPrivateLink || proxyIsolation)) warnAboutFallbacks(scope, region);
  if (!isUsed && !proxyIsolation) return [];
  // A file cannot contain a range that is known only at deployment, such as the range of a VPC.
  const clients = proxyClientCidrs?.flatMap((cidr) => (Token.isUnresolved(cidr) ? PRIVATE_CIDRS : cidr));
  return [[region, { clients, isolated: proxyIsolation ? 1 : undefined, primary }]];
}

function warnAboutFallbacks(scope: Construct, region: string): void {
  Annotations.of(scope).addWarningV2(
    `cdk-media-replication:fallbacks-leave-the-network-${region}`,
    `Links for viewers behind the proxy in ${region} leave their network when the replica does not have an object yet: ` +
      "they use S3's public endpoint of the primary. Specify `primary` on the proxy (`ProxyMode.SERVERS`), or " +
      'acknowledge this warning if these viewers can reach that endpoint.',
  );
}
