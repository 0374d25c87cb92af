import { Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { IS3MediaProxy } from '../proxy';

/** A replica of a `ReplicatedMediaBucket`. */
export interface MediaReplica {
  /** The replica's region. */
  readonly region: string;
  /** The account that owns the replica. */
  readonly account: string;
  /** The stack that contains the replica. For imported media, the importing stack. */
  readonly stack: Stack;
  /** The replica's bucket. Stacks of any region can use its name and ARN. */
  readonly bucket: s3.IBucket;
  /** The ID of the replication rule from the primary to this replica, and the `RuleId` dimension of its metrics. */
  readonly ruleId: string;
  /**
   * The key prefix of the objects that are replicated.
   *
   * @default - objects with any key are replicated
   */
  readonly prefix?: string;
  /**
   * The tags of the objects that are replicated.
   *
   * @default - objects are replicated regardless of their tags
   */
  readonly tags?: { readonly [key: string]: string };
  /**
   * The private proxy in front of the replica.
   *
   * @default - no proxy: clients use the public S3 endpoint
   */
  readonly proxy?: IS3MediaProxy;
}
