import { S3Client } from '@aws-sdk/client-s3';
import { SimulatedClock } from '../common/clock';
import { PolicyDocument, Statement } from '../iam';
import { ReplicationRule, S3Simulator, S3SimulatorOptions, accessKeyOf } from '../s3';
import { CLIENT_DEFAULTS, Running, START } from './running';

const running = new Running();

export const ACCOUNT = '111122223333';
export const SOURCE = 'source';
export const REPLICA = 'replica';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/replication`;
export const SOURCE_KEY = `arn:aws:kms:us-east-1:${ACCOUNT}:key/source`;
export const REPLICA_KEY = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/replica`;

export const policy = (...statements: Statement[]): PolicyDocument => ({ Statement: statements });

/** Lets IAM policies of the key's account decide, as the CDK's default key policy does. */
export const KEY_POLICY = policy({
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
  Action: 'kms:*',
  Resource: '*',
});

/** All that the role needs, one statement for each part that a test can leave out. */
export const PERMISSIONS = {
  source: {
    Effect: 'Allow',
    Action: ['s3:GetReplicationConfiguration', 's3:ListBucket', 's3:GetObject*'],
    Resource: `arn:aws:s3:::${SOURCE}*`,
  },
  destination: { Effect: 'Allow', Action: 's3:Replicate*', Resource: `arn:aws:s3:::${REPLICA}/*` },
  sourceKey: { Effect: 'Allow', Action: 'kms:Decrypt', Resource: SOURCE_KEY },
  destinationKey: {
    Effect: 'Allow',
    Action: ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'],
    Resource: REPLICA_KEY,
  },
} satisfies Record<string, Statement>;

export function rule(options: Partial<ReplicationRule> = {}): ReplicationRule {
  return {
    ID: 'rule',
    Priority: 1,
    Status: 'Enabled',
    Filter: { Prefix: '' },
    DeleteMarkerReplication: { Status: 'Enabled' },
    SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
    ...options,
    Destination: {
      Bucket: `arn:aws:s3:::${REPLICA}`,
      EncryptionConfiguration: { ReplicaKmsKeyID: REPLICA_KEY },
      Metrics: { Status: 'Enabled' },
      ...options.Destination,
    },
  };
}

export interface Messages {
  readonly messages: any[];
}

/** A bucket with a replica in another region, each with a KMS key, and a role that may replicate. */
export async function startS3(options: S3SimulatorOptions = {}): Promise<S3Simulator & Messages> {
  const messages: any[] = [];
  const s3 = running.simulator(
    await S3Simulator.start({
      clock: SimulatedClock.frozen(START),
      publish: (_, message) => messages.push(JSON.parse(message)),
      ...options,
    }),
  );
  for (const [name, region, key] of [
    [SOURCE, 'us-east-1', SOURCE_KEY],
    [REPLICA, 'eu-west-1', REPLICA_KEY],
  ]) {
    s3.keys.put(key, KEY_POLICY);
    const bucket = s3.buckets.create({ name, region, account: ACCOUNT });
    bucket.versioning = 'Enabled';
    bucket.encryption = { key, bucketKey: true };
  }
  s3.roles.put(ROLE, policy({ Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' }));
  permit(s3, Object.values(PERMISSIONS));
  replicateBy(s3, rule());
  const source = s3.buckets.get(SOURCE);
  source.notifications = [{ TopicArn: 'topic', Events: ['s3:Replication:*'] }];
  return Object.assign(s3, { messages });
}

export function permit(s3: S3Simulator, statements: Statement[]): void {
  s3.roles.putPolicy(ROLE, 'policy', policy(...statements));
}

export function replicateBy(s3: S3Simulator, ...Rules: ReplicationRule[]): void {
  s3.buckets.get(SOURCE).replication = { Role: ROLE, Rules };
}

/** The real client, with the credentials of a role or, without one, of the test. */
export function clientOf(s3: S3Simulator, region: string, role?: string): S3Client {
  const credentials = role
    ? { accessKeyId: accessKeyOf(role), secretAccessKey: 'secret' }
    : CLIENT_DEFAULTS.credentials;
  return running.client(new S3Client({ ...CLIENT_DEFAULTS, credentials, endpoint: s3.endpoint, region }));
}

/** The keys of the current objects of a bucket. */
export function keysIn(s3: S3Simulator, name: string): string[] {
  const { versions } = s3.buckets.get(name);
  return versions
    .filter((version) => versions.filter(({ key }) => key === version.key).at(-1) === version)
    .filter(({ isDeleteMarker }) => !isDeleteMarker)
    .map(({ key }) => key);
}
