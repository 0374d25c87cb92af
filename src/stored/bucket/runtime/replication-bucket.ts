import {
  DeleteBucketReplicationCommand,
  GetBucketEncryptionCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  ReplicationConfiguration,
  S3Client,
} from '@aws-sdk/client-s3';
import { patience } from '../../../private/runtime/patience';
import { unlessError } from '../../../private/runtime/unless-error';

/** S3 has no conditional write for a bucket's configurations. */
const TRIES = 5;

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

  async hasObjectLock(): Promise<boolean> {
    const found = await unlessError(
      this.client.send(new GetObjectLockConfigurationCommand(this.address)),
      'ObjectLockConfigurationNotFoundError',
    );
    return found?.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled';
  }

  /** Whether the bucket encrypts with KMS by default, and with which key, as the bucket names it. */
  async defaultEncryption(): Promise<{ readonly usesKms: boolean; readonly key?: string }> {
    const found = await unlessError(
      this.client.send(new GetBucketEncryptionCommand(this.address)),
      'ServerSideEncryptionConfigurationNotFoundError',
    );
    const [rule] = found?.ServerSideEncryptionConfiguration?.Rules ?? [];
    const { SSEAlgorithm = '', KMSMasterKeyID } = rule?.ApplyServerSideEncryptionByDefault ?? {};
    return { usesKms: SSEAlgorithm.startsWith('aws:kms'), key: KMSMasterKeyID };
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
  async notifications(): Promise<NotificationConfiguration> {
    const { TopicConfigurations, QueueConfigurations, LambdaFunctionConfigurations, EventBridgeConfiguration } =
      await this.client.send(new GetBucketNotificationConfigurationCommand(this.address));
    return { TopicConfigurations, QueueConfigurations, LambdaFunctionConfigurations, EventBridgeConfiguration };
  }

  /** @param validate whether S3 tests that it can publish to every destination in the configuration */
  async putNotifications(configuration: NotificationConfiguration, validate: boolean): Promise<void> {
    await this.client.send(
      new PutBucketNotificationConfigurationCommand({
        ...this.address,
        NotificationConfiguration: configuration,
        SkipDestinationValidation: !validate,
      }),
    );
  }

  /**
   * Writes a configuration until it stays as written. S3 replaces it as a whole, so another writer may do so too.
   *
   * @param name the name of the configuration
   * @param write writes the configuration, reads it again, and returns whether it contains the changes
   */
  async writeUntilKept(name: string, write: () => Promise<boolean>): Promise<void> {
    for (let attempt = 1; !(await write()); attempt++) {
      if (attempt === TRIES) {
        throw new Error(`Another process keeps changing the ${name} configuration of ${this.name}. Deploy again.`);
      }
      await new Promise((done) => setTimeout(done, 500 * attempt * Math.random()));
    }
  }
}
