import * as s3 from '@aws-sdk/client-s3';
import {
  clientOf,
  KEY_POLICY,
  permit,
  PERMISSIONS,
  policy,
  REPLICA,
  ROLE,
  rule,
  SOURCE,
  SOURCE_KEY,
  startS3,
} from './support/s3';

const BUCKET = { Bucket: SOURCE };

describe('operations', () => {
  test('objects with versions, and what their status is', async () => {
    const simulator = await startS3();
    const client = clientOf(simulator, 'us-east-1');
    const { VersionId } = await client.send(
      new s3.PutObjectCommand({ ...BUCKET, Key: 'a/b c', Body: '1', Tagging: 'x=1' }),
    );
    await client.send(new s3.PutObjectCommand({ ...BUCKET, Key: 'a/b c', Body: '2' }));
    const old = await client.send(new s3.GetObjectCommand({ ...BUCKET, Key: 'a/b c', VersionId }));
    expect(await old.Body!.transformToString()).toBe('1');
    const head = await client.send(new s3.HeadObjectCommand({ ...BUCKET, Key: 'a/b c' }));
    expect(head.ReplicationStatus).toBe('PENDING');
    await client.send(new s3.DeleteObjectCommand({ ...BUCKET, Key: 'a/b c' }));
    const { Versions, DeleteMarkers } = await client.send(new s3.ListObjectVersionsCommand(BUCKET));
    expect([Versions!.length, DeleteMarkers!.length]).toEqual([2, 1]);
    await expect(client.send(new s3.GetObjectCommand({ ...BUCKET, Key: 'a/b c' }))).rejects.toThrow(s3.NoSuchKey);
    await client.send(new s3.DeleteObjectsCommand({ ...BUCKET, Delete: { Objects: [{ Key: 'a/b c', VersionId }] } }));
    expect(simulator.buckets.get(SOURCE).versions).toHaveLength(2);
  });

  test('conditional writes replace only the object that was read', async () => {
    const client = clientOf(await startS3(), 'us-east-1');
    const put = (Body: string, condition: object) =>
      client.send(new s3.PutObjectCommand({ ...BUCKET, Key: 'state', Body, ...condition }));
    const { ETag } = await put('1', { IfNoneMatch: '*' });
    await expect(put('2', { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await put('2', { IfMatch: ETag });
    await expect(put('3', { IfMatch: ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(
      client.send(new s3.PutObjectCommand({ ...BUCKET, Key: 'other', Body: '1', IfMatch: ETag })),
    ).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('listings group keys by a delimiter', async () => {
    const client = clientOf(await startS3(), 'us-east-1');
    for (const Key of ['a/x/1', 'a/x/2', 'a/y/1', 'a/z']) {
      await client.send(new s3.PutObjectCommand({ ...BUCKET, Key, Body: '' }));
    }
    const { CommonPrefixes, Contents } = await client.send(
      new s3.ListObjectsV2Command({ ...BUCKET, Prefix: 'a/', Delimiter: '/' }),
    );
    expect(CommonPrefixes).toEqual([{ Prefix: 'a/x/' }, { Prefix: 'a/y/' }]);
    expect(Contents!.map(({ Key }) => Key)).toEqual(['a/z']);
  });

  test('configurations are returned as they were put', async () => {
    const simulator = await startS3();
    const client = clientOf(simulator, 'us-east-1');
    const Rules = [
      rule({
        Filter: { And: { Prefix: 'a', Tags: [{ Key: 'x', Value: 'y' }] } },
        DeleteMarkerReplication: { Status: 'Disabled' },
      }),
    ];
    const ReplicationConfiguration = { Role: ROLE, Rules } as s3.ReplicationConfiguration;
    await client.send(new s3.PutBucketReplicationCommand({ ...BUCKET, ReplicationConfiguration }));
    const found = await client.send(new s3.GetBucketReplicationCommand(BUCKET));
    expect(found.ReplicationConfiguration).toEqual(ReplicationConfiguration);
    await client.send(new s3.DeleteBucketReplicationCommand(BUCKET));
    await expect(client.send(new s3.GetBucketReplicationCommand(BUCKET))).rejects.toThrow('does not exist');
    const TopicConfigurations = [{ Id: 'a', TopicArn: 'topic', Events: ['s3:Replication:*' as const] }];
    await client.send(
      new s3.PutBucketNotificationConfigurationCommand({
        ...BUCKET,
        NotificationConfiguration: { TopicConfigurations },
      }),
    );
    expect(await client.send(new s3.GetBucketNotificationConfigurationCommand(BUCKET))).toMatchObject({
      TopicConfigurations,
    });
    const { ServerSideEncryptionConfiguration } = await client.send(new s3.GetBucketEncryptionCommand(BUCKET));
    expect(ServerSideEncryptionConfiguration!.Rules![0].ApplyServerSideEncryptionByDefault!.KMSMasterKeyID).toBe(
      SOURCE_KEY,
    );
  });

  test.each([
    [
      'a destination that does not exist',
      { Destination: { Bucket: 'arn:aws:s3:::none' } },
      'Destination bucket must exist',
    ],
    ['no opt-in for KMS', { SourceSelectionCriteria: undefined }, 'need each other'],
    ['delete markers by tag', { Filter: { Tag: { Key: 'a', Value: 'b' } } }, 'cannot be selected by tags'],
  ])('rules are refused for %s', async (_, options, message) => {
    const client = clientOf(await startS3(), 'us-east-1');
    const ReplicationConfiguration = { Role: ROLE, Rules: [rule(options)] } as s3.ReplicationConfiguration;
    const put = client.send(new s3.PutBucketReplicationCommand({ ...BUCKET, ReplicationConfiguration }));
    await expect(put).rejects.toThrow(message);
  });

  test('calls are refused in another region, for another owner, and without permission', async () => {
    const simulator = await startS3();
    permit(simulator, [{ Effect: 'Allow', Action: 's3:GetBucketVersioning', Resource: `arn:aws:s3:::${SOURCE}` }]);
    const call = (region: string, ExpectedBucketOwner?: string, Bucket = SOURCE) =>
      clientOf(simulator, region, ROLE).send(new s3.GetBucketVersioningCommand({ Bucket, ExpectedBucketOwner }));
    await expect(call('us-east-1')).resolves.toMatchObject({ Status: 'Enabled' });
    await expect(call('eu-west-1')).rejects.toThrow('is in us-east-1');
    await expect(call('us-east-1', '444455556666')).rejects.toThrow('Access Denied');
    await expect(call('eu-west-1', undefined, REPLICA)).rejects.toThrow('Access Denied');
  });

  test('an object can be read with its key only, also after the bucket got another one', async () => {
    const simulator = await startS3();
    const version = simulator.buckets.put(SOURCE, 'a', 'body');
    const other = SOURCE_KEY.replace('key/source', 'key/other');
    simulator.keys.put(other, KEY_POLICY);
    simulator.buckets.get(SOURCE).encryption = { key: other, bucketKey: true };
    const read = () => clientOf(simulator, 'us-east-1', ROLE).send(new s3.GetObjectCommand({ ...BUCKET, Key: 'a' }));
    await expect(read()).resolves.toMatchObject({ VersionId: version.versionId });
    permit(simulator, [PERMISSIONS.source, { ...PERMISSIONS.sourceKey, Resource: other }]);
    await expect(read()).rejects.toThrow('Access Denied');
    expect(simulator.access.toRead({ id: ROLE, account: '111122223333' }, simulator.buckets.get(SOURCE), version)).toBe(
      false,
    );
  });

  test('a bucket policy can deny what a role may', async () => {
    const simulator = await startS3();
    simulator.buckets.put(SOURCE, 'a', 'body');
    simulator.buckets.get(SOURCE).policy = policy({
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 's3:*',
      Resource: `arn:aws:s3:::${SOURCE}/*`,
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': `${ROLE}2` } },
    });
    const read = clientOf(simulator, 'us-east-1', ROLE).send(new s3.GetObjectCommand({ ...BUCKET, Key: 'a' }));
    await expect(read).rejects.toThrow('Access Denied');
  });
});
