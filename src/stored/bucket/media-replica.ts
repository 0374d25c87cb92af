import { Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { S3MediaProxy } from '../proxy';

/** A replica of a `ReplicatedMediaBucket`, as it is to be used. */
export interface MediaReplica {
  /** The replica's region. */
  readonly region: string;
  /** The account that owns the replica. */
  readonly account: string;
  /** The stack that holds the replica; of an imported one, the stack that imported it. */
  readonly stack: Stack;
  /** The replica's bucket. Any stack of any region can use its name and ARN. */
  readonly bucket: s3.IBucket;
  /** The id of the replication rule that fills the replica, and the `RuleId` dimension of its metrics. */
  readonly ruleId: string;
  /**
   * What the keys of replicated objects begin with.
   *
   * @default - objects with any key are replicated
   */
  readonly prefix?: string;
  /**
   * The tags that objects must have to be replicated.
   *
   * @default - objects are replicated with and without tags
   */
  readonly tags?: { readonly [key: string]: string };
  /**
   * The private way to the replica, where one was asked for.
   *
   * @default - the replica is read at S3's public endpoint
   */
  readonly proxy?: S3MediaProxy;
}
