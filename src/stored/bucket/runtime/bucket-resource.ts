import { ReplicationBucket } from './replication-bucket';
import { CustomResourceEvent, respond } from '../../../private/runtime/custom-resource';
import { unlessError } from '../../../private/runtime/unless-error';
import { BucketProperties } from '../contract';

/**
 * A custom resource that adds something to a bucket which other tools may configure too. The physical ID is the bucket's
 * name: for another bucket, CloudFormation creates a new resource and deletes the old one.
 */
export abstract class BucketResource<Properties extends BucketProperties> {
  /** @returns the reason of a failure */
  handle(event: CustomResourceEvent<Properties>): Promise<string | undefined> {
    const { RequestType, ResourceProperties: properties, OldResourceProperties: old } = event;
    const { BucketName, Region, Account } = properties;
    return respond(
      event,
      async () => {
        const bucket = new ReplicationBucket(BucketName, Region, Account);
        try {
          if (RequestType === 'Delete') await unlessError(this.remove(bucket, properties), 'NoSuchBucket');
          else await this.put(bucket, properties, old?.BucketName === BucketName ? old : undefined);
        } catch (error) {
          throw withBucketName(BucketName, error as Error);
        }
        return BucketName;
      },
      event.PhysicalResourceId ?? BucketName,
    );
  }

  /** @param old the former properties for the same bucket */
  protected abstract put(bucket: ReplicationBucket, properties: Properties, old?: Properties): Promise<void>;
  protected abstract remove(bucket: ReplicationBucket, properties: Properties): Promise<void>;
}

/** S3's own errors do not contain the bucket's name. */
function withBucketName(bucket: string, error: Error): Error {
  return error.message.includes(bucket) ? error : new Error(`${bucket}: ${error.name}: ${error.message}`);
}
