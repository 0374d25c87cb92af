import { Duration, Stack, Token } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { prefixesOf, prefixOf, tagsOf } from './canary-object';
import { ReplicationCanaryOptions } from './props';
import { mayBeOneOf } from '../../private/one-of';
import { Problems } from '../../private/problems';
import { IReplicatedMediaBucket, MediaReplica } from '../bucket';
import { IS3MediaProxy } from '../proxy';

/** Together with OVERHEAD_SECONDS, a run must fit into the 15 minutes of a Lambda function. */
const MAX_TIMEOUT = Duration.minutes(12);
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
const MAX_TAGS = 10;
/** A key can have 1,024 bytes. The canary appends about 120. */
const MAX_PREFIX_BYTES = 900;
/** Characters that have a meaning in a policy or in a path. */
const UNSAFE = /[*?$\u0000-\u001f\u007f]|(^|\/)\.\.?(\/|$)/;

/** @param media undefined if the buckets are not created yet */
export function validateCanary(
  problems: Problems,
  options: ReplicationCanaryOptions,
  regions: readonly string[],
  media?: IReplicatedMediaBucket,
): void {
  const watched = validateRegions(problems, options, regions) ? (options.replicaRegions ?? regions) : regions;
  validateDuration(problems, 'interval', options.interval, [Duration.minutes(1), Duration.days(1)], 60);
  validateDuration(problems, 'timeout', options.timeout, [Duration.seconds(10), MAX_TIMEOUT], 1);
  const replicas = media ? watchedReplicas(media, options) : [];
  validateProxies(problems, proxiesOf(options, replicas), watched);
  validateObject(problems, options, replicas);
  if (media) validateMedia(problems, media);
}

export function watchedReplicas(media: IReplicatedMediaBucket, options: ReplicationCanaryOptions): MediaReplica[] {
  const { replicaRegions } = options;
  return media.replicas.filter(({ region }) => !replicaRegions || replicaRegions.includes(region));
}

/** The proxies that the canary reads through, by region. Of imported media, only the URLs of proxies are known. */
export function proxiesOf({ proxies }: ReplicationCanaryOptions, replicas: MediaReplica[]): [string, IS3MediaProxy][] {
  if (proxies) return Object.entries(proxies);
  return replicas.flatMap(({ region, proxy }): [string, IS3MediaProxy][] =>
    proxy?._placement ? [[region, proxy]] : [],
  );
}

function validateRegions(
  problems: Problems,
  { replicaRegions }: ReplicationCanaryOptions,
  regions: readonly string[],
): boolean {
  const before = problems.all.length;
  problems.expect(replicaRegions?.length !== 0, {
    property: 'replicaRegions',
    got: replicaRegions,
    expected: 'at least one region',
    fix: 'Remove it to watch all replicas, or specify the region of a replica.',
  });
  // Without any region, the mistake is elsewhere: the media have no replicas.
  replicaRegions?.forEach((region, index) =>
    problems.expect(regions.length === 0 || mayBeOneOf(regions, region), {
      property: `replicaRegions[${index}]`,
      got: region,
      expected: `the region of a replica (${regions.join(', ')})`,
      fix: 'Specify one of these regions.',
    }),
  );
  return problems.all.length === before;
}

function validateProxies(problems: Problems, proxies: [string, IS3MediaProxy][], watched: readonly string[]): void {
  for (const [region, proxy] of proxies) {
    const property = `proxies.${region}`;
    const isWatched = problems.expect(watched.length === 0 || mayBeOneOf(watched, region), {
      property,
      got: region,
      expected: `the region of a replica that the canary watches (${watched.join(', ')})`,
      fix: 'Use one of these regions as the key.',
    });
    const isLocal =
      isWatched &&
      problems.expect(mayBeOneOf([region], proxy.region), {
        property,
        got: `a proxy in ${proxy.region}`,
        expected: `a proxy in ${region}, the region of the replica`,
        fix: "Use the proxy's own region as the key.",
      });
    if (isLocal) validateProxy(problems, property, proxy);
  }
}

/** The canary creates a function beside the proxy that reads through it. */
function validateProxy(problems: Problems, property: string, proxy: IS3MediaProxy): void {
  const stackRegion = Stack.of(proxy).region;
  problems.expect(mayBeOneOf([proxy.region], stackRegion), {
    property,
    got: `a proxy that was imported into a stack in ${stackRegion}`,
    expected: `a proxy in a stack in ${proxy.region}, in which the canary creates a function`,
    fix: `Import the proxy into a stack in ${proxy.region}.`,
  });
  const missing = [
    ...(proxy._placement ? [] : ['vpc']),
    ...(proxy.connections.securityGroups.length ? [] : ['securityGroups']),
  ];
  problems.expect(missing.length === 0, {
    property,
    got: `a proxy that was imported without ${missing.join(' and ')}`,
    expected: 'a proxy with a known VPC and security groups, so that a function in the VPC can connect to it',
    fix: `Specify ${missing.map((name) => `\`${name}\``).join(' and ')} when you import the proxy, or leave the proxy out of \`proxies\`.`,
  });
}

function validateObject(problems: Problems, options: ReplicationCanaryOptions, replicas: MediaReplica[]): void {
  const prefix = prefixOf(options, replicas);
  const isLiteral = !Token.isUnresolved(prefix);
  const isSafe = problems.expect(isLiteral && !UNSAFE.test(prefix) && Buffer.byteLength(prefix) <= MAX_PREFIX_BYTES, {
    property: 'prefix',
    got: isLiteral ? prefix : 'a token',
    expected: `a literal of at most ${MAX_PREFIX_BYTES} bytes, without *, ?, $, control characters, and "." or ".." between slashes`,
    fix: 'Specify another prefix. The canary deletes objects below it, so it must identify exactly one folder.',
  });
  problems.expect(!isSafe || prefixesOf(replicas).every((each) => prefix.startsWith(each)), {
    property: 'prefix',
    got: options.prefix,
    expected: `a prefix that the rules of all watched replicas match (${replicas.map(describePrefix).join(', ')})`,
    fix: 'If no prefix matches all rules, create a canary for each rule with `replicaRegions`.',
  });
  const tags = tagsOf(options, replicas);
  for (const [key, value] of Object.entries(tags)) {
    const all = [options, ...replicas].flatMap(({ tags: { [key]: each } = {} }) => each ?? []);
    const other = all.find((each) => each !== value);
    problems.expect(other === undefined || all.some((each) => Token.isUnresolved(each)), {
      property: `tags.${key}`,
      got: other,
      expected: `${JSON.stringify(value)}, because a rule of a watched replica requires it`,
      fix: 'If no tags match all rules, create a canary for each rule with `replicaRegions`.',
    });
  }
  problems.expect(Object.keys(tags).length <= MAX_TAGS, {
    property: 'tags',
    got: Object.keys(tags),
    expected: `at most ${MAX_TAGS} tags, including those that the rules require`,
    fix: 'Remove tags that no rule requires.',
  });
}

function describePrefix({ region, prefix = '' }: MediaReplica): string {
  return `${region}: ${JSON.stringify(prefix)}`;
}

function validateMedia(problems: Problems, media: IReplicatedMediaBucket): void {
  problems.expect(media.replicas.length > 0, {
    property: 'media',
    got: 'media without replicas',
    expected: 'media with at least one replica',
    fix: 'Add a replica, or remove the canary.',
  });
  for (const bucket of [media.primary, ...media.replicas.map((replica) => replica.bucket)]) {
    problems.expect(!retainsAll(bucket), {
      property: 'media',
      got: `${bucket.node.path}, in which Object Lock retains every object by default`,
      expected: 'buckets in which the canary can delete its objects',
      fix: 'Remove the canary, and monitor replication with `addReplicationAlarms` instead.',
    });
  }
}

/** Whether new objects are retained by default. Unknown, and assumed not to be so, for a bucket of another app. */
function retainsAll(bucket: s3.IBucket): boolean {
  const resource = bucket.node.defaultChild as s3.CfnBucket | undefined;
  const lock = resource && Stack.of(bucket).resolve(resource.objectLockConfiguration);
  return lock?.rule?.defaultRetention !== undefined;
}

function validateDuration(
  problems: Problems,
  property: string,
  value: Duration | undefined,
  [min, max]: [Duration, Duration],
  stepSeconds: number,
): void {
  if (!value || value.isUnresolved()) return;
  const seconds = value.toSeconds({ integral: false });
  problems.expect(seconds % stepSeconds === 0 && seconds >= min.toSeconds() && seconds <= max.toSeconds(), {
    property,
    got: value.toString(),
    expected: `whole ${stepSeconds === 60 ? 'minutes' : 'seconds'}, from ${min.toHumanString()} to ${max.toHumanString()}`,
    fix: 'Specify a duration in this range.',
  });
}
