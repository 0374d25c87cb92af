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

/** A bucket as far as its replication is concerned; of the account that is meant, or no call succeeds. */
export class ReplicatingBucket {
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

  /** The key of the bucket's default encryption, as it was named; nothing where S3 has the keys. */
  async defaultKey(): Promise<string | undefined> {
    const answer = await unless(
      this.client.send(new GetBucketEncryptionCommand(this.address)),
      'ServerSideEncryptionConfigurationNotFoundError',
    );
    const [rule] = answer?.ServerSideEncryptionConfiguration?.Rules ?? [];
    return rule?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID;
  }

  async policy(): Promise<unknown> {
    const answer = await unless(this.client.send(new GetBucketPolicyCommand(this.address)), 'NoSuchBucketPolicy');
    return answer?.Policy && JSON.parse(answer.Policy);
  }

  async replication(): Promise<ReplicationConfiguration | undefined> {
    const answer = await unless(
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

export function isGone(error: unknown): boolean {
  return (error as Error).name === 'NoSuchBucket';
}

async function unless<T>(sent: Promise<T>, missing: string): Promise<T | undefined> {
  try {
    return await sent;
  } catch (error) {
    if ((error as Error).name === missing) return undefined;
    throw error;
  }
}
