import { Duration, Stack, Token } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ReplicationCanaryProps } from './props';
import { Finding, invalid } from '../../private/problems';

/** With what the run needs besides, it must fit into the 15 minutes of a function. */
const MAX_TIMEOUT = Duration.minutes(12);

export function validateCanary(scope: Construct, props: ReplicationCanaryProps): void {
  const expect = (holds: boolean, problem: Finding) => {
    if (!holds) throw invalid(scope, problem);
  };
  const { media, replicaRegions, proxies = {}, interval, timeout } = props;
  const known = media.replicas.map(({ region }) => region);
  const watched = replicaRegions ?? known;
  expect(watched.length > 0, {
    property: 'replicaRegions',
    got: watched,
    expected: 'at least one replica',
    fix: 'Leave it out for all, or name one of `media.replicas`.',
  });
  const expectRegion = (property: string, region: string, regions: string[]) =>
    expect(regions.includes(region), {
      property,
      got: region,
      expected: `the region of a replica that is waited for (${regions.join(', ')})`,
      fix: 'Name one of these.',
    });
  replicaRegions?.forEach((region, index) => expectRegion(`replicaRegions[${index}]`, region, known));
  for (const [region, proxy] of Object.entries(proxies)) {
    expectRegion(`proxies.${region}`, region, watched);
    const home = Stack.of(proxy).region;
    expect(Token.isUnresolved(home) || home === region, {
      property: `proxies.${region}`,
      got: `a proxy in ${home}`,
      expected: `a proxy in ${region}, beside the replica that it serves`,
      fix: 'Name the proxy by its own region.',
    });
  }
  expectDuration(expect, 'interval', interval, [Duration.minutes(1), Duration.days(1)], 60);
  expectDuration(expect, 'timeout', timeout, [Duration.seconds(10), MAX_TIMEOUT], 1);
  for (const bucket of [media.primary, ...media.replicas.map((replica) => replica.bucket)]) {
    expect(!retainsAll(bucket), {
      property: 'media',
      got: `${bucket.node.path}, in which Object Lock retains every object`,
      expected: 'a bucket whose versions can be deleted: each run would leave its object behind',
      fix: 'Leave the canary out, and watch the replication by its metrics (`addReplicationAlarms`).',
    });
  }
}

/** A metric of another region would stay empty for ever. */
export function validateRegion(scope: Construct, property: string, region: string, regions: string[]): void {
  if ([region, ...regions].some((each) => Token.isUnresolved(each)) || regions.includes(region)) return;
  throw invalid(scope, {
    property,
    got: region,
    expected: `one of ${regions.join(', ') || 'none: no replica has a proxy that is read through'}`,
    fix: 'Only of these does this canary emit it.',
  });
}

function expectDuration(
  expect: (holds: boolean, problem: Finding) => void,
  property: string,
  value: Duration | undefined,
  [min, max]: [Duration, Duration],
  stepSeconds: number,
): void {
  if (!value || value.isUnresolved()) return;
  const seconds = value.toSeconds({ integral: false });
  expect(seconds % stepSeconds === 0 && seconds >= min.toSeconds() && seconds <= max.toSeconds(), {
    property,
    got: value.toString(),
    expected: `whole ${stepSeconds === 60 ? 'minutes' : 'seconds'}, from ${min.toHumanString()} to ${max.toHumanString()}`,
    fix: 'Choose a duration within.',
  });
}

/** Whether objects that are put without a retention get one. Not known of a bucket of another app. */
function retainsAll(bucket: s3.IBucket): boolean {
  const resource = bucket.node.defaultChild as s3.CfnBucket | undefined;
  const lock = resource && Stack.of(bucket).resolve(resource.objectLockConfiguration);
  return lock?.rule?.defaultRetention !== undefined;
}
