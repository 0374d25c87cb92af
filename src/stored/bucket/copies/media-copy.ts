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
}

/** The copy that receives uploads. */
export interface PrimaryCopy extends MediaCopy {
  /** Undefined for an imported bucket. */
  readonly cfnBucket?: s3.CfnBucket;
}
