import {
  DeleteBucketReplicationCommand,
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  GetBucketVersioningCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  ReplicationConfiguration,
  S3Client,
} from '@aws-sdk/client-s3';
import { patience } from '../../../private/runtime/patience';

/** Reads and writes what replication needs of a bucket. Calls fail if another account owns the bucket. */
export class ReplicationBucket {
  private readonly client: S3Client;
  private readonly address: { readonly Bucket: string; readonly ExpectedBucketOwner: string };

  constructor(
    readonly name: string,
    region: string,
    account: string,
  ) {
    this.client = new S3Client({ region, requestHandler: patience(10_000) });
    this.address = { Bucket: name, ExpectedBucketOwner: account };
  }

  async isVersioned(): Promise<boolean> {
    const { Status } = await this.client.send(new GetBucketVersioningCommand(this.address));
    return Status === 'Enabled';
  }

  async enableVersioning(): Promise<void> {
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await this.client.send(new PutBucketVersioningCommand({ ...this.address, VersioningConfiguration }));
  }

  /** The key of the bucket's default encryption, as the bucket names it; undefined for S3 managed keys. */
  async defaultKey(): Promise<string | undefined> {
    const answer = await unlessMissing(
      this.client.send(new GetBucketEncryptionCommand(this.address)),
      'ServerSideEncryptionConfigurationNotFoundError',
    );
    const [rule] = answer?.ServerSideEncryptionConfiguration?.Rules ?? [];
    return rule?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID;
  }

  async policy(): Promise<unknown> {
    const answer = await unlessMissing(
      this.client.send(new GetBucketPolicyCommand(this.address)),
      'NoSuchBucketPolicy',
    );
    return answer?.Policy && JSON.parse(answer.Policy);
  }

  async replication(): Promise<ReplicationConfiguration | undefined> {
    const answer = await unlessMissing(
      this.client.send(new GetBucketReplicationCommand(this.address)),
      'ReplicationConfigurationNotFoundError',
    );
    return answer?.ReplicationConfiguration;
  }

  async putReplication(configuration: ReplicationConfiguration | undefined): Promise<void> {
    if (configuration) {
      await this.client.send(
        new PutBucketReplicationCommand({ ...this.address, ReplicationConfiguration: configuration }),
      );
    } else {
      await this.client.send(new DeleteBucketReplicationCommand(this.address));
    }
  }
}

export function isMissingBucket(error: unknown): boolean {
  return (error as Error).name === 'NoSuchBucket';
}

async function unlessMissing<T>(sent: Promise<T>, missing: string): Promise<T | undefined> {
  try {
    return await sent;
  } catch (error) {
    if ((error as Error).name === missing) return undefined;
    throw error;
  }
}
