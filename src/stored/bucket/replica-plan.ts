import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { MediaCopy } from './media-copy';
import { MediaReplicaProps } from './props';
import { S3MediaProxy } from '../proxy';

/** A replica as the construct itself needs it. */
export interface ReplicaPlan {
  readonly props: MediaReplicaProps;
  readonly copy: MediaCopy;
  readonly stack: Stack;
  /** Where to put what belongs to the replica, in its stack; absent for a bucket that was imported. */
  readonly home?: Construct;
  readonly ruleId: string;
  readonly proxy?: S3MediaProxy;
  /** Whether another account owns it than the primary's. */
  readonly foreign: boolean;
  readonly metrics: boolean;
  readonly timeControl: boolean;
}
