import { Stack, Token } from 'aws-cdk-lib';
import { validateCopy } from './copy';
import { validateExistingReplica } from './existing-replica';
import { Problems } from '../../../private/problems';
import { isKnownRegion, partitionOf } from '../../../private/regions';
import { S3MediaProxy } from '../../proxy';
import { MediaReplicaProps } from '../copy-props';
import { ReplicatedMediaBucketProps } from '../props';

export function validateReplica(
  problems: Problems,
  index: number,
  props: ReplicatedMediaBucketProps,
  primary: Stack,
): void {
  const replica = props.replicas[index];
  // Without a valid region, the regions of its resources cannot be checked.
  const region = validateRegion(problems, index, props.replicas, primary) ? replica.region : undefined;
  validateCopy(problems, replica, region);
  validateRule(problems, replica);
  problems.expect((replica.enabled ?? true) || (props.replicateExisting ?? true), {
    property: 'enabled',
    got: replica.enabled,
    expected: 'true without `replicateExisting`, which replicates what was uploaded during a pause',
    fix: 'Remove `replicateExisting: false` from the bucket, and do not set it when you enable the replica again.',
  });
  validateLocation(problems, replica, region, primary);
  validateExistingReplica(problems, replica, region, props, primary);
  if (replica.proxy) S3MediaProxy._validate(problems.within('proxy'), replica.proxy, { region: replica.region });
}

function validateRegion(problems: Problems, index: number, replicas: MediaReplicaProps[], primary: Stack): boolean {
  const { region } = replicas[index];
  const first = replicas.findIndex((other) => other.region === region);
  const partition = partitionOf(primary.region);
  const property = 'region';
  return (
    problems.expect(!Token.isUnresolved(region), {
      property,
      got: 'a value that is known only at deployment',
      expected: 'a literal, because the replica needs a stack in this region',
      fix: 'Specify the region as a string.',
    }) &&
    problems.expect(isKnownRegion(region), {
      property,
      got: region,
      expected: 'a region that aws-cdk-lib knows',
      fix: 'Check the spelling. If the region is new, update aws-cdk-lib.',
    }) &&
    problems.expect(region !== primary.region, {
      property,
      got: region,
      expected: `another region, because the stack of the primary, ${primary.node.path}, is in this one`,
      fix: 'Specify another region, or remove this replica.',
    }) &&
    problems.expect(partition === undefined || partition === partitionOf(region), {
      property,
      got: region,
      expected: `a region in the primary's partition, ${partition}, but it is in ${partitionOf(region)}`,
      fix: 'S3 does not replicate between partitions. Specify a region in the same partition.',
    }) &&
    problems.expect(first === index, {
      property,
      got: region,
      expected: `a region without another replica, but replicas[${first}] is in it`,
      fix: 'Remove one of the two replicas.',
    })
  );
}

function validateRule(problems: Problems, replica: MediaReplicaProps): void {
  const hasTags = Object.keys(replica.tags ?? {}).length > 0;
  problems.expect(!(hasTags && (replica.deleteMarkerReplication ?? true)), {
    property: 'deleteMarkerReplication',
    got: replica.deleteMarkerReplication,
    expected: 'false with `tags`, because S3 does not replicate delete markers for tag-based rules',
    fix: 'Set `deleteMarkerReplication: false` to keep objects in this replica that are deleted in the primary, or filter by `prefix`.',
  });
  problems.expect((replica.replicationMetrics ?? true) || !replica.replicationTimeControl, {
    property: 'replicationTimeControl',
    got: replica.replicationTimeControl,
    expected: 'false with `replicationMetrics: false`, because S3 Replication Time Control requires metrics',
    fix: 'Remove `replicationMetrics`, or set `replicationTimeControl: false`.',
  });
}

function validateLocation(
  problems: Problems,
  { account, stack }: MediaReplicaProps,
  region: string | undefined,
  primary: Stack,
): void {
  const isAccount = problems.expect(account === undefined || Token.isUnresolved(account) || /^\d{12}$/.test(account), {
    property: 'account',
    got: account,
    expected: 'an account ID of 12 digits',
    fix: "Specify the ID as a string, or remove it to use the primary's account.",
  });
  problems.expect(account === undefined || !Token.isUnresolved(primary.account), {
    property: 'account',
    got: account,
    expected: "a primary in a concrete account, because the replica's policies must name it",
    fix: `Set \`env: { account: '…' }\` on the stack ${primary.node.path}.`,
  });
  if (!stack) return;
  problems.expect(region === undefined || stack.region === region, {
    property: 'stack',
    got: `${stack.node.path} in ${Token.isUnresolved(stack.region) ? 'an unknown region' : stack.region}`,
    expected: `a stack in ${region}`,
    fix: `Set \`env: { region: '${region}' }\` on the stack, or remove \`stack\` to create one.`,
  });
  const expected = account ?? primary.account;
  problems.expect(!isAccount || [stack.account, expected].some(Token.isUnresolved) || stack.account === expected, {
    property: 'stack',
    got: `${stack.node.path} in account ${stack.account}`,
    expected: `a stack in account ${expected}`,
    fix: `Set \`account: '${stack.account}'\` on the replica, or specify another stack.`,
  });
}
