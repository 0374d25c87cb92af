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
import { unlessError } from '../../../private/runtime/unless-error';

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
    const found = await unlessError(
      this.client.send(new GetBucketEncryptionCommand(this.address)),
      'ServerSideEncryptionConfigurationNotFoundError',
    );
    const [rule] = found?.ServerSideEncryptionConfiguration?.Rules ?? [];
    return rule?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID;
  }

  async policy(): Promise<unknown> {
    const found = await unlessError(this.client.send(new GetBucketPolicyCommand(this.address)), 'NoSuchBucketPolicy');
    return found?.Policy && JSON.parse(found.Policy);
  }

  async replication(): Promise<ReplicationConfiguration | undefined> {
    const found = await unlessError(
      this.client.send(new GetBucketReplicationCommand(this.address)),
      'ReplicationConfigurationNotFoundError',
    );
    return found?.ReplicationConfiguration;
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
