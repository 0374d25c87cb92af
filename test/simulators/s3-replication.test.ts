import { statusOf } from './s3';
import {
  REPLICA,
  PERMISSIONS,
  permit,
  policy,
  replicateBy,
  rule,
  SOURCE,
  startS3,
  keysIn,
  SOURCE_KEY,
  REPLICA_KEY,
  ROLE,
} from './support/s3';

describe('replication', () => {
  test('happens after the write, and keeps versions, tags and delete markers', async () => {
    const s3 = await startS3();
    const version = s3.buckets.put(SOURCE, 'a', 'body', { team: 'x' });
    s3.buckets.put(SOURCE, 'b', 'body');
    s3.buckets.remove(SOURCE, 'b');
    expect(statusOf(version)).toBe('PENDING');
    expect(keysIn(s3, REPLICA)).toEqual([]);
    s3.settle();
    expect(statusOf(version)).toBe('COMPLETED');
    expect(keysIn(s3, REPLICA)).toEqual(['a']);
    const replica = s3.buckets.read(REPLICA, 'a', version.versionId);
    expect(replica).toMatchObject({
      body: 'body',
      tags: { team: 'x' },
      keyArn: REPLICA_KEY,
      createdAt: version.createdAt,
    });
    expect(statusOf(replica)).toBe('REPLICA');
  });

  test('is not retroactive: not for what was there, or came while the rule was disabled', async () => {
    const s3 = await startS3();
    replicateBy(s3, rule({ Status: 'Disabled' }));
    const version = s3.buckets.put(SOURCE, 'early', 'body');
    replicateBy(s3, rule());
    s3.settle();
    expect(statusOf(version)).toBeUndefined();
    expect(keysIn(s3, REPLICA)).toEqual([]);
  });

  test('does not replicate replicas', async () => {
    const s3 = await startS3();
    const third = s3.buckets.create({ name: 'third', region: 'eu-west-2', account: '111122223333' });
    third.versioning = 'Enabled';
    s3.buckets.get(REPLICA).replication = {
      Role: ROLE,
      Rules: [rule({ Destination: { Bucket: 'arn:aws:s3:::third' } })],
    };
    s3.buckets.put(SOURCE, 'a', 'body');
    s3.settle();
    s3.settle();
    expect(keysIn(s3, 'third')).toEqual([]);
  });

  test.each([
    ['a prefix', rule({ Filter: { Prefix: 'films/' } }), ['films/a']],
    ['a tag', rule({ Filter: { Tag: { Key: 'team', Value: 'x' } } }), ['films/a']],
    ['both', rule({ Filter: { And: { Prefix: 'other/', Tags: [{ Key: 'team', Value: 'x' }] } } }), []],
  ])('selects by %s', async (_, selecting, expected) => {
    const s3 = await startS3();
    replicateBy(s3, selecting);
    s3.buckets.put(SOURCE, 'films/a', 'body', { team: 'x' });
    s3.buckets.put(SOURCE, 'other/b', 'body');
    s3.settle();
    expect(keysIn(s3, REPLICA)).toEqual(expected);
  });

  test('skips objects that are encrypted with KMS without an opt-in, and delete markers', async () => {
    const s3 = await startS3();
    replicateBy(s3, rule({ SourceSelectionCriteria: undefined, DeleteMarkerReplication: { Status: 'Disabled' } }));
    s3.buckets.put(SOURCE, 'encrypted', 'body');
    s3.buckets.get(SOURCE).encryption = undefined;
    s3.buckets.put(SOURCE, 'plain', 'body');
    s3.settle();
    s3.buckets.remove(SOURCE, 'plain');
    s3.settle();
    expect(keysIn(s3, REPLICA)).toEqual(['plain']);
  });

  test('of two rules for a destination, follows the one with the higher priority', async () => {
    const s3 = await startS3();
    const denying = rule({ ID: 'b', Priority: 2, DeleteMarkerReplication: { Status: 'Disabled' } });
    replicateBy(s3, rule(), denying);
    s3.buckets.put(SOURCE, 'a', 'body');
    s3.buckets.remove(SOURCE, 'a');
    s3.settle();
    expect(keysIn(s3, REPLICA)).toEqual(['a']);
  });

  test.each<[string, (s3: Awaited<ReturnType<typeof startS3>>) => unknown]>([
    ['AssumeRoleNotPermitted', (s3) => s3.roles.delete(ROLE)],
    ['AssumeRoleNotPermitted', (s3) => s3.roles.put(ROLE, policy())],
    [
      'SrcGetObjectNotPermitted',
      (s3) =>
        permit(
          s3,
          Object.values(PERMISSIONS).filter((each) => each !== PERMISSIONS.source),
        ),
    ],
    [
      'SrcGetObjectNotPermitted',
      (s3) =>
        permit(
          s3,
          Object.values(PERMISSIONS).filter((each) => each !== PERMISSIONS.sourceKey),
        ),
    ],
    ['SrcKmsKeyInvalidState', (s3) => (s3.keys.get(SOURCE_KEY)!.enabled = false)],
    ['DstBucketNotFound', (s3) => s3.buckets.delete(REPLICA)],
    ['DstBucketUnversioned', (s3) => (s3.buckets.get(REPLICA).versioning = 'Suspended')],
    ['DstBucketObjectLockConfigMissing', (s3) => (s3.buckets.get(SOURCE).objectLock = true)],
    [
      'DstPutObjectNotPermitted',
      (s3) =>
        permit(
          s3,
          Object.values(PERMISSIONS).filter((each) => each !== PERMISSIONS.destination),
        ),
    ],
    [
      'DstPutObjectNotPermitted',
      (s3) =>
        permit(
          s3,
          Object.values(PERMISSIONS).filter((each) => each !== PERMISSIONS.destinationKey),
        ),
    ],
    ['DstKmsKeyInvalidState', (s3) => (s3.keys.get(REPLICA_KEY)!.enabled = false)],
    [
      'DstKmsKeyNotFound',
      (s3) => {
        const EncryptionConfiguration = { ReplicaKmsKeyID: REPLICA_KEY.replace('key/replica', 'alias/none') };
        replicateBy(
          s3,
          rule({
            Destination: { Bucket: `arn:aws:s3:::${REPLICA}`, Metrics: { Status: 'Enabled' }, EncryptionConfiguration },
          }),
        );
      },
    ],
  ])('fails with %s', async (reason, breakIt) => {
    const s3 = await startS3();
    const version = s3.buckets.put(SOURCE, 'a b', 'body');
    breakIt(s3);
    s3.settle();
    expect(statusOf(version)).toBe('FAILED');
    expect(s3.messages).toEqual([
      {
        Records: [
          expect.objectContaining({
            eventName: 'Replication:OperationFailedReplication',
            s3: expect.objectContaining({ object: { key: 'a%20b', versionId: version.versionId } }),
            replicationEventData: expect.objectContaining({
              failureReason: reason,
              destinationBucket: `arn:aws:s3:::${REPLICA}`,
            }),
          }),
        ],
      },
    ]);
  });

  test('sends no events about failures without metrics', async () => {
    const s3 = await startS3();
    replicateBy(s3, rule({ Destination: { Bucket: `arn:aws:s3:::${REPLICA}`, Metrics: undefined } }));
    s3.buckets.put(SOURCE, 'a', 'body');
    s3.roles.delete(ROLE);
    s3.settle();
    expect(s3.messages).toEqual([]);
  });

  test('does not bring back a version that was deleted on the replica', async () => {
    const s3 = await startS3();
    const version = s3.buckets.put(SOURCE, 'a', 'body');
    s3.settle();
    s3.buckets.remove(REPLICA, 'a', version.versionId);
    expect(s3.replicator.replicate(s3.buckets.get(SOURCE), version)).toBe('DstObjectHardDeleted');
  });
});
