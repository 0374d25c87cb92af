import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { IConstruct } from 'constructs';
import { MediaReplica } from './media-replica';

/** Media in a primary bucket and its replicas, made by this app or by another. */
export interface IReplicatedMediaBucket extends IConstruct {
  /** The bucket that takes every upload. */
  readonly primary: s3.IBucket;

  /** The replicas, in the order given. */
  readonly replicas: MediaReplica[];

  /**
   * The replica in a region.
   *
   * @throws if there is none
   */
  replica(region: string): MediaReplica;

  /**
   * Lets the grantee read every copy, with the key of each.
   *
   * @param grantee who may read; also a role of elsewhere (`Role.fromRoleArn`), whose owner must then allow the same if
   * its account is another one
   * @param objectsKeyPattern restricts the grant to keys like this, for example `public/*`
   */
  grantRead(grantee: iam.IGrantable, objectsKeyPattern?: string): iam.Grant;

  /**
   * Lets the grantee put objects, with tags and in parts, into the primary only.
   *
   * @param grantee who may put
   * @param objectsKeyPattern restricts the grant to keys like this
   */
  grantPut(grantee: iam.IGrantable, objectsKeyPattern?: string): iam.Grant;

  /**
   * Lets the grantee delete objects in the primary: they are hidden by a delete marker, which replicates. Deleting a
   * single version is not granted, since S3 does not replicate that.
   *
   * @param grantee who may delete
   * @param objectsKeyPattern restricts the grant to keys like this
   */
  grantDelete(grantee: iam.IGrantable, objectsKeyPattern?: string): iam.Grant;

  /**
   * Lets the grantee list and delete versions and delete markers in every copy, for good.
   *
   * S3 does not replicate such a deletion: who erases an object must delete each of its versions in each of the copies,
   * the primary first.
   *
   * @param grantee who may delete
   * @param objectsKeyPattern restricts the grant to keys like this; a listing must then name a prefix like this
   */
  grantDeleteVersions(grantee: iam.IGrantable, objectsKeyPattern?: string): iam.Grant;

  /**
   * `grantRead` on every copy, `grantPut` and `grantDelete` on the primary.
   *
   * @param grantee who may read, put and delete
   * @param objectsKeyPattern restricts the grant to keys like this
   */
  grantReadWrite(grantee: iam.IGrantable, objectsKeyPattern?: string): iam.Grant;

  /**
   * By how many seconds the replica is behind the primary. Published in the replica's region.
   *
   * @param replicaRegion the region of a replica
   * @param options what to change of the metric; by default the maximum over 5 minutes
   */
  metricReplicationLatency(replicaRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many bytes wait to be replicated. Published in the replica's region.
   *
   * @param replicaRegion the region of a replica
   * @param options what to change of the metric; by default the maximum over 5 minutes
   */
  metricBytesPendingReplication(replicaRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many operations wait to be replicated. Published in the replica's region.
   *
   * @param replicaRegion the region of a replica
   * @param options what to change of the metric; by default the maximum over 5 minutes
   */
  metricOperationsPendingReplication(replicaRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many operations failed, those of batch jobs included. Published in the primary's region.
   *
   * @param replicaRegion the region of a replica
   * @param options what to change of the metric; by default the sum over 5 minutes
   */
  metricOperationsFailedReplication(replicaRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;
}
