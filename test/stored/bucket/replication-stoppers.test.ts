import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { ReplicatedMediaBucket } from '../../../src';
import { primaryStack } from '../../support/synth';

type Deny = Partial<iam.PolicyStatementProps>;

/** Denies something on the primary, or on the replica, and synthesises. */
function synthWith(on: 'primary' | 'replica', deny: (media: ReplicatedMediaBucket) => Deny): () => unknown {
  const stack = primaryStack();
  const media = new ReplicatedMediaBucket(stack, 'Media', { replicas: [{ region: 'eu-west-1' }] });
  const bucket = on === 'primary' ? media.primary : media.replicas[0].bucket;
  bucket.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'Mine',
      effect: iam.Effect.DENY,
      principals: [new iam.AnyPrincipal()],
      resources: [bucket.arnForObjects('*')],
      ...deny(media),
    }),
  );
  return () => (Stack.of(media).node.root as App).synth();
}

const elsewhere = { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } };

describe('A policy that would stop replication', () => {
  test.each<[string, 'primary' | 'replica', Deny, string]>([
    [
      'everything',
      'primary',
      { actions: ['s3:*'], conditions: elsewhere },
      's3:GetReplicationConfiguration, s3:ListBucket',
    ],
    ['all reads', 'primary', { actions: ['s3:Get*'], conditions: elsewhere }, 's3:GetObjectVersionForReplication'],
    [
      'reads of objects',
      'primary',
      { actions: ['s3:GetObject*'], conditions: elsewhere },
      's3:GetObjectVersionForReplication',
    ],
    [
      'the action itself',
      'primary',
      { actions: ['s3:getobjectversionforreplication'] },
      's3:GetObjectVersionForReplication',
    ],
    ['all but one action', 'primary', { notActions: ['s3:PutObject'] }, 's3:GetReplicationConfiguration'],
    [
      'writes of replicas',
      'replica',
      { actions: ['s3:Replicate*'] },
      's3:ReplicateObject, s3:ReplicateDelete, s3:ReplicateTags',
    ],
    [
      'everything outside of a network',
      'replica',
      { actions: ['*'], conditions: { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } },
      's3:ReplicateObject',
    ],
    [
      'everything but to somebody else',
      'replica',
      {
        actions: ['s3:*'],
        conditions: { ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/admin' } },
      },
      's3:ReplicateObject',
    ],
  ])('is refused, and named: %s', (_what, on, deny, denied) => {
    const synth = synthWith(on, () => deny);
    expect(synth).toThrow(/statement Mine, which denies/);
    expect(synth).toThrow(denied);
    expect(synth).toThrow(
      /\[MediaStack\/Media\] policy of MediaStack\/Media\/(Primary|Replica-eu-west-1\/Replica)\/Bucket/,
    );
  });

  test.each<[string, (media: ReplicatedMediaBucket) => Deny]>([
    [
      'it denies reads without a wildcard',
      () => ({ actions: ['s3:GetObject', 's3:GetObjectVersion'], conditions: elsewhere }),
    ],
    [
      'it denies requests without TLS',
      () => ({ actions: ['s3:*'], conditions: { Bool: { 'aws:SecureTransport': 'false' } } }),
    ],
    [
      'the role is exempt',
      ({ replicationRole }) => ({
        actions: ['s3:*'],
        conditions: { ArnNotEquals: { 'aws:PrincipalArn': replicationRole.roleArn } },
      }),
    ],
    [
      'the role may be exempt by a pattern',
      () => ({
        actions: ['s3:*'],
        conditions: { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/MediaStack-*' } },
      }),
    ],
    [
      'it is about somebody else',
      () => ({ actions: ['s3:*'], principals: [new iam.ArnPrincipal('arn:aws:iam::111111111111:role/intern')] }),
    ],
    [
      'its condition can not be judged',
      () => ({ actions: ['s3:*'], conditions: { StringEquals: { 'aws:PrincipalTag/x': 'y' } } }),
    ],
    ['it denies what replication does not need', () => ({ actions: ['s3:PutObject', 's3:Delete*'] })],
  ])('is none if %s', (_what, deny) => {
    expect(synthWith('primary', deny)).not.toThrow();
  });
});
