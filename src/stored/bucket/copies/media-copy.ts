import * as s3 from 'aws-cdk-lib/aws-s3';
import { MediaKey } from './media-key';

/** One copy of the media, described so that any stack can refer to it. */
export interface MediaCopy {
  readonly bucket: s3.IBucket;
  readonly bucketName: string;
  readonly region: string;
  readonly account: string;
  /** Undefined if S3 manages the keys, or if the key of an existing bucket is unknown. */
  readonly key?: MediaKey;
  /** Other keys that objects are encrypted with. */
  readonly formerKeys: MediaKey[];
  /** Whether an imported bucket may have a key that the user did not specify. */
  readonly isKeyUnknown?: boolean;
}

/**
 * The key for what S3 replicates to a copy from objects that are encrypted with KMS. Without one, S3 skips these objects and
 * reports no failure. Objects with S3 managed keys keep that encryption, whatever the key.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
 */
export function replicaKeyOf({ key, formerKeys }: MediaCopy): MediaKey | undefined {
  return key ?? formerKeys[0];
}

/** The copy that receives uploads. */
export interface PrimaryCopy extends MediaCopy {
  /** Undefined for an imported bucket. */
  readonly cfnBucket?: s3.CfnBucket;
}
