import { App, CustomResource, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import {
  MediaMonitoring,
  MediaReplicationStack,
  MediaRouter,
  ReplicatedMediaBucket,
  ReplicatedMeetingService,
  ReplicationCanary,
} from '../src';
import { newApp, only, primaryStack, synthesise, templateOf } from './support/synth';

const replicas = [{ region: 'eu-west-1' }];

/** What docs/migration.md promises of templates. */
describe('a migration', () => {
  describe('from a bucket of the CDK', () => {
    test('brings its destination, made by the app, as a replica', () => {
      const stack = primaryStack();
      const there = new Stack(stack.node.root as App, 'Ireland', { env: { region: 'eu-west-1' } });
      const bucket = new s3.Bucket(stack, 'Media', { bucketName: 'studio-media', versioned: true });
      const copy = new s3.Bucket(there, 'Copy', { bucketName: 'studio-media-copy', versioned: true });
      const encryption = s3.BucketEncryption.S3_MANAGED;
      new ReplicatedMediaBucket(stack, 'Replicated', {
        bucket,
        encryption,
        replicas: [{ region: 'eu-west-1', bucket: copy }],
        replicateExisting: false,
      });
      const { Properties } = only(templateOf(stack), 'AWS::S3::Bucket');
      expect(Properties.BucketName).toBe('studio-media');
      expect(Properties.ReplicationConfiguration.Rules).toMatchObject([
        { Destination: { Bucket: 'arn:${AWS::Partition}:s3:::studio-media-copy' } },
      ]);
      templateOf(there).resourceCountIs('AWS::S3::Bucket', 1);
    });

    test('takes an L1', () => {
      const stack = primaryStack();
      const made = new s3.CfnBucket(stack, 'Media', { bucketName: 'studio-media' });
      const bucket = s3.Bucket.fromCfnBucket(made);
      new ReplicatedMediaBucket(stack, 'Replicated', { bucket, replicas, replicateExisting: false });
      expect(only(templateOf(stack), 'AWS::S3::Bucket').Properties).toMatchObject({
        VersioningConfiguration: { Status: 'Enabled' },
        ReplicationConfiguration: { Rules: [expect.anything()] },
      });
    });

    test('that has no name takes it by the name that it got, and leaves its template alone', () => {
      const stack = primaryStack();
      new s3.Bucket(stack, 'Media', { versioned: true });
      const bucket = s3.Bucket.fromBucketName(stack, 'ByName', 'mediastack-media-1a2b3c4d');
      new ReplicatedMediaBucket(stack, 'Replicated', { bucket, replicas, replicateExisting: false });
      expect(only(templateOf(stack), 'AWS::S3::Bucket').Properties).toEqual({
        VersioningConfiguration: { Status: 'Enabled' },
      });
    });
  });

  test('from a MediaReplicationStack to its constructs changes outputs only', () => {
    const env = { region: 'us-east-1' };
    const room = { meetingName: 'town-hall', mediaRegion: 'us-east-1' };
    const options = { alarmEmails: ['media-oncall@example.com'] };
    const whole = newApp();
    new MediaReplicationStack(whole, 'Platform', {
      env,
      media: { replicas },
      canary: {},
      meetings: { rooms: [room] },
      monitoring: options,
    });

    const parts = newApp();
    const stack = new Stack(parts, 'Platform', { env });
    const media = new ReplicatedMediaBucket(stack, 'Media', { replicas });
    const router = new MediaRouter(stack, 'Router', { media });
    const service = new ReplicatedMeetingService(stack, 'Meetings');
    service.addMeeting('Meeting-town-hall', room);
    const canary = new ReplicationCanary(stack, 'Canary', { media });
    new MediaMonitoring(stack, 'Monitoring', { media, router, canary, meetings: service, ...options });

    const templates = (app: App) =>
      synthesise(app).stacksRecursively.map(({ stackName, template: { Outputs, ...rest } }) => [stackName, rest]);
    expect(templates(parts)).toEqual(templates(whole));
  });

  describe('from a bucket by name to one of the template', () => {
    const rulesOf = (make: (stack: Stack) => s3.IBucket) => {
      const stack = primaryStack();
      const media = new ReplicatedMediaBucket(stack, 'Media', { bucket: make(stack), replicas });
      return { stack, media };
    };
    const byName = (stack: Stack) => s3.Bucket.fromBucketName(stack, 'Existing', 'studio-media');
    const owned = (stack: Stack) => new s3.Bucket(stack, 'Own', { bucketName: 'studio-media', versioned: true });

    test('keeps the ids of the rules, and what looks after the backfill', () => {
      const [before, after] = [byName, owned].map((make) => {
        const { stack, media } = rulesOf(make);
        const backfills = templateOf(stack).findResources('Custom::MediaBackfill');
        const [[id, { Properties }]] = Object.entries<any>(backfills);
        const { ServiceToken, ...wanted } = Properties;
        return { id, wanted, rule: media.replica('eu-west-1').ruleId };
      });
      expect(after).toEqual(before);
    });

    test('can leave the rules there when their resource goes', () => {
      const { stack, media } = rulesOf(byName);
      const rules = media.node.findChild('Rules').node.findChild('Primary') as CustomResource;
      rules.applyRemovalPolicy(RemovalPolicy.RETAIN);
      templateOf(stack).hasResource('Custom::MediaReplicationRules', { DeletionPolicy: 'Retain' });
    });
  });

  test('to another id brings all old buckets, and makes none', () => {
    const stack = primaryStack();
    const key = (id: string, region: string) =>
      kms.Key.fromKeyArn(stack, id, `arn:aws:kms:${region}:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab`);
    const region = 'eu-west-1';
    const bucketName = 'media-1a2b3c4d-111111111111-eu-west-1-an';
    new ReplicatedMediaBucket(stack, 'Archive', {
      bucket: s3.Bucket.fromBucketName(stack, 'Old', 'media-1a2b3c4d-111111111111-us-east-1-an'),
      encryptionKey: key('OldKey', 'us-east-1'),
      replicas: [
        {
          region,
          bucket: s3.Bucket.fromBucketAttributes(stack, 'OldReplica', { bucketName, region }),
          encryptionKey: key('OldReplicaKey', region),
        },
      ],
      replicateExisting: false,
    });
    for (const { template } of synthesise(stack.node.root as App).stacksRecursively) {
      const made = Template.fromJSON(template);
      made.resourceCountIs('AWS::S3::Bucket', 0);
      made.resourceCountIs('AWS::KMS::Key', 0);
    }
  });

  test.each([
    ['a new id', () => new Stack(newApp(), 'Studio', { env: { region: 'us-east-1' } }), 'Archive', undefined],
    ['another stack', () => new Stack(newApp(), 'Other', { env: { region: 'us-east-1' } }), 'Media', undefined],
    ['another prefix', () => new Stack(newApp(), 'Studio', { env: { region: 'us-east-1' } }), 'Media', 'films'],
  ])('to %s means other names', (_, stackOf, id, namePrefix) => {
    const before = new Stack(newApp(), 'Studio', { env: { region: 'us-east-1' } });
    const stack = stackOf();
    const names = (scope: Stack, of: string, prefix?: string) => {
      const media = new ReplicatedMediaBucket(scope, of, { replicas, namePrefix: prefix, replicateExisting: false });
      const [{ ruleId, stack: home }] = media.replicas;
      return { ruleId, home: home.stackName, bucket: only(templateOf(scope), 'AWS::S3::Bucket').Properties.BucketName };
    };
    const [old, now] = [names(before, 'Media'), names(stack, id, namePrefix)];
    for (const name of ['ruleId', 'home', 'bucket'] as const) expect(now[name]).not.toBe(old[name]);
  });
});
