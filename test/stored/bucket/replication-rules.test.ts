import { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { MediaReplicaProps, ReplicatedMediaBucket } from '../../../src';
import { newApp, only, primaryStack, templateOf } from '../../support/synth';

function rulesOf(...replicas: MediaReplicaProps[]): any[] {
  return rulesIn('us-east-1', ...replicas);
}

function rulesIn(region: string, ...replicas: MediaReplicaProps[]): any[] {
  const stack = primaryStack(newApp(), { region });
  new ReplicatedMediaBucket(stack, 'Media', { replicas, replicateExisting: false });
  return only(templateOf(stack), 'AWS::S3::Bucket').Properties.ReplicationConfiguration.Rules;
}

describe('ReplicatedMediaBucket rules', () => {
  test('are one per replica, with unique IDs and priorities', () => {
    const rules = rulesOf({ region: 'eu-west-1' }, { region: 'eu-central-1' }, { region: 'sa-east-1' });
    expect(rules.map(({ Id }) => Id.replace(/-[0-9a-f]{8}-/, '-hash-'))).toEqual([
      'media-hash-eu-west-1',
      'media-hash-eu-central-1',
      'media-hash-sa-east-1',
    ]);
    expect(rules.map(({ Priority }) => Priority)).toEqual([1, 2, 3]);
    expect(rules.map(({ Status }) => Status)).toEqual(['Enabled', 'Enabled', 'Enabled']);
  });

  test('by default replicate all objects and delete markers, with Replication Time Control and metrics', () => {
    const [rule] = rulesOf({ region: 'eu-west-1' });
    expect(rule).toMatchObject({
      Filter: { Prefix: '' },
      DeleteMarkerReplication: { Status: 'Enabled' },
      SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
      Destination: {
        ReplicationTime: { Status: 'Enabled', Time: { Minutes: 15 } },
        Metrics: { Status: 'Enabled', EventThreshold: { Minutes: 15 } },
      },
    });
    expect(rule.Destination).not.toHaveProperty('Account');
    expect(rule.Destination).not.toHaveProperty('AccessControlTranslation');
    expect(rule.Destination).not.toHaveProperty('StorageClass');
  });

  test.each<[string, Partial<MediaReplicaProps>, object]>([
    ['a prefix', { prefix: 'proxies/' }, { Prefix: 'proxies/' }],
    ['one tag', { tags: { tier: 'hot' } }, { TagFilter: { Key: 'tier', Value: 'hot' } }],
    [
      'several tags, independent of their order',
      { tags: { tier: 'hot', show: 'x' } },
      {
        And: {
          TagFilters: [
            { Key: 'show', Value: 'x' },
            { Key: 'tier', Value: 'hot' },
          ],
        },
      },
    ],
    [
      'a prefix and a tag',
      { prefix: 'proxies/', tags: { tier: 'hot' } },
      { And: { Prefix: 'proxies/', TagFilters: [{ Key: 'tier', Value: 'hot' }] } },
    ],
    ['an empty map of tags', { tags: {} }, { Prefix: '' }],
  ])('filter by %s', (_what, filter, expected) => {
    const deleteMarkerReplication = Object.keys(filter.tags ?? {}).length === 0;
    const [rule] = rulesOf({ region: 'eu-west-1', deleteMarkerReplication, ...filter });
    expect(rule.Filter).toEqual(expected);
    expect(rule.DeleteMarkerReplication.Status).toBe(deleteMarkerReplication ? 'Enabled' : 'Disabled');
  });

  test('can have metrics without Replication Time Control, then without a threshold', () => {
    const [rule] = rulesOf({ region: 'eu-west-1', replicationTimeControl: false });
    expect(rule.Destination.Metrics).toEqual({ Status: 'Enabled' });
    expect(rule.Destination).not.toHaveProperty('ReplicationTime');
  });

  test('can have no metrics, then without Replication Time Control', () => {
    const [rule] = rulesOf({ region: 'eu-west-1', replicationMetrics: false });
    expect(rule.Destination).not.toHaveProperty('Metrics');
    expect(rule.Destination).not.toHaveProperty('ReplicationTime');
  });

  test('have no Replication Time Control in GovCloud, where S3 does not offer it', () => {
    const [rule] = rulesIn('us-gov-west-1', { region: 'us-gov-east-1' });
    expect(rule.Destination.Metrics).toEqual({ Status: 'Enabled' });
    expect(rule.Destination).not.toHaveProperty('ReplicationTime');
  });

  test('have Replication Time Control in China', () => {
    const [rule] = rulesIn('cn-north-1', { region: 'cn-northwest-1' });
    expect(rule.Destination.ReplicationTime).toEqual({ Status: 'Enabled', Time: { Minutes: 15 } });
  });

  test('have Replication Time Control in GovCloud if it is requested, with a warning', () => {
    const stack = primaryStack(newApp(), { region: 'us-gov-west-1' });
    new ReplicatedMediaBucket(stack, 'Media', {
      replicas: [{ region: 'us-gov-east-1', replicationTimeControl: true }],
      replicateExisting: false,
    });
    Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', {
      ReplicationConfiguration: {
        Rules: [Match.objectLike({ Destination: Match.objectLike({ ReplicationTime: Match.anyValue() }) })],
      },
    });
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('Time Control'));
    expect(warnings.map(({ id }) => id)).toEqual(['/MediaStack/Media']);
    expect(warnings[0].entry.data).toMatch(/replicationTimeControl.*us-gov-east-1/);
  });

  test('can specify a storage class', () => {
    const [rule] = rulesOf({ region: 'eu-west-1', storageClass: s3.StorageClass.INTELLIGENT_TIERING });
    expect(rule.Destination.StorageClass).toBe('INTELLIGENT_TIERING');
  });

  test('can replicate to an existing bucket of this app', () => {
    const app = newApp();
    const europe = new Stack(app, 'Europe', { env: { region: 'eu-west-1' } });
    const key = new kms.Key(europe, 'Key');
    const bucket = new s3.Bucket(europe, 'Bucket', { bucketName: 'studio-media-eu', versioned: true });
    const stack = primaryStack(app);
    const media = new ReplicatedMediaBucket(stack, 'Media', {
      replicas: [{ region: 'eu-west-1', bucket, encryptionKey: key.addAlias('alias/studio') }],
      replicateExisting: false,
    });
    expect(media.replicas[0]).toMatchObject({ stack: europe, bucket });
    expect(stack.dependencies).toContain(europe);
    const [rule] = only(templateOf(stack), 'AWS::S3::Bucket').Properties.ReplicationConfiguration.Rules;
    expect(rule.Destination.Bucket).toBe('arn:${AWS::Partition}:s3:::studio-media-eu');
    templateOf(europe).resourceCountIs('AWS::S3::BucketPolicy', 0);
    templateOf(europe).resourceCountIs('AWS::CloudWatch::Alarm', 1);
  });

  test('can replicate to an imported bucket, with a stack for its alarm only', () => {
    const stack = primaryStack();
    const media = new ReplicatedMediaBucket(stack, 'Media', {
      encryption: s3.BucketEncryption.S3_MANAGED,
      replicateExisting: false,
      replicas: [{ region: 'eu-west-1', bucket: s3.Bucket.fromBucketName(stack, 'Replica', 'studio-media-eu') }],
    });
    const [rule] = only(templateOf(stack), 'AWS::S3::Bucket').Properties.ReplicationConfiguration.Rules;
    expect(rule.Destination.Bucket).toBe('arn:${AWS::Partition}:s3:::studio-media-eu');
    expect(media.replicas[0].stack).toBe(stack);
    const alarms = media.node.findChild('Operations-eu-west-1') as Stack;
    expect(alarms.region).toBe('eu-west-1');
    expect(alarms.stackName).toMatch(/^media-[0-9a-f]{8}-operations-eu-west-1$/);
  });
});
