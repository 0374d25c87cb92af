import { App } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { ReplicatedMediaBucket } from '../../../src';
import { describeProblem } from '../../../src/private/problems';
import { primaryStack } from '../../support/synth';

type Deny = Partial<iam.PolicyStatementProps>;

/** Media with a Deny statement in the bucket policy of the primary or the replica. */
function mediaWith(on: 'primary' | 'replica', deny: (media: ReplicatedMediaBucket) => Deny): ReplicatedMediaBucket {
  const stack = primaryStack();
  const media = new ReplicatedMediaBucket(stack, 'Media', { replicas: [{ region: 'eu-west-1' }] });
  const bucket = on === 'primary' ? media.primary : media.replicas[0].bucket;
  bucket.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'Custom',
      effect: iam.Effect.DENY,
      principals: [new iam.AnyPrincipal()],
      resources: [bucket.arnForObjects('*')],
      ...deny(media),
    }),
  );
  return media;
}

const synth = (media: ReplicatedMediaBucket) => () => (media.node.root as App).synth();
const outsideVpc = { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } };

describe('A bucket policy that denies replication', () => {
  test.each<[string, 'primary' | 'replica', Deny, string]>([
    [
      'everything',
      'primary',
      { actions: ['s3:*'], conditions: outsideVpc },
      's3:GetReplicationConfiguration, s3:ListBucket',
    ],
    ['all reads', 'primary', { actions: ['s3:Get*'], conditions: outsideVpc }, 's3:GetObjectVersionForReplication'],
    [
      'reads of objects',
      'primary',
      { actions: ['s3:GetObject*'], conditions: outsideVpc },
      's3:GetObjectVersionForReplication',
    ],
    [
      'the action itself',
      'primary',
      { actions: ['s3:getobjectversionforreplication'] },
      's3:GetObjectVersionForReplication',
    ],
    [
      'reads of annotations',
      'primary',
      { actions: ['s3:GetObjectVersionAnnotation*'] },
      's3:GetObjectVersionAnnotationForReplication',
    ],
    ['all but one action', 'primary', { notActions: ['s3:PutObject'] }, 's3:GetReplicationConfiguration'],
    [
      'writes of replicas',
      'replica',
      { actions: ['s3:Replicate*'] },
      's3:ReplicateObject, s3:ReplicateDelete, s3:ReplicateTags',
    ],
    [
      'everything outside a network',
      'replica',
      { actions: ['*'], conditions: { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } },
      's3:ReplicateObject',
    ],
    [
      'everything, except for another role',
      'replica',
      {
        actions: ['s3:*'],
        conditions: { ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/admin' } },
      },
      's3:ReplicateObject',
    ],
  ])('fails synthesis: %s', (_what, on, deny, denied) => {
    const media = mediaWith(on, () => deny);
    const [problem, ...others] = media._synthesisProblems();
    expect(others).toEqual([]);
    expect(problem).toEqual({
      construct: 'MediaStack/Media',
      property: on === 'primary' ? 'primary.policy' : 'replicas[0].policy',
      got: expect.stringMatching(
        /^statement Custom of MediaStack\/Media\/(Primary|Replica-eu-west-1\/Replica)\/Bucket, which denies .* to every principal$/,
      ),
      expected: 'a bucket policy that allows the replication role to replicate',
      fix: 'List the denied actions without a wildcard (s3:GetObject, s3:GetObjectVersion), or exempt the role with ArnNotEquals on aws:PrincipalArn.',
    });
    expect(problem.got).toContain(denied);
    expect(synth(media)).toThrow(`[MediaStack/Media] ${describeProblem(problem)}`);
  });

  test.each<[string, (media: ReplicatedMediaBucket) => Deny]>([
    [
      'a statement denies reads without a wildcard',
      () => ({ actions: ['s3:GetObject', 's3:GetObjectVersion'], conditions: outsideVpc }),
    ],
    [
      'a statement denies requests without TLS',
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
      'a pattern may exempt the role',
      () => ({
        actions: ['s3:*'],
        conditions: { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/MediaStack-*' } },
      }),
    ],
    [
      'a statement applies to another principal',
      () => ({ actions: ['s3:*'], principals: [new iam.ArnPrincipal('arn:aws:iam::111111111111:role/intern')] }),
    ],
    [
      'a condition may not be met',
      () => ({ actions: ['s3:*'], conditions: { StringEquals: { 'aws:PrincipalTag/x': 'y' } } }),
    ],
    ['a statement denies actions that replication does not need', () => ({ actions: ['s3:PutObject', 's3:Delete*'] })],
  ])('passes synthesis if %s', (_what, deny) => {
    expect(synth(mediaWith('primary', deny))).not.toThrow();
  });
});
