import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { IConstruct } from 'constructs';
import { MediaReplica } from './media-replica';

/** A primary media bucket and its replicas, created by this app or imported from another. */
export interface IReplicatedMediaBucket extends IConstruct {
  /** The bucket that receives uploads. */
  readonly primary: s3.IBucket;

  /** The replicas, in the order of the props. */
  readonly replicas: MediaReplica[];

  /** Whether objects can be uploaded to the replicas, too. */
  readonly writeToReplicas: boolean;

  /**
   * The DynamoDB table, in the primary's region, in which backfill and repair record what each replica lacks.
   *
   * @default - no backfill and repair, or unknown because the media are imported without the name of the table
   */
  readonly replicationTable?: dynamodb.ITable;

  /**
   * Returns the replica in a region.
   *
   * @throws if no replica is in that region
   */
  replica(region: string): MediaReplica;

  /**
   * Grants read access to every copy, including its KMS key.
   *
   * @param grantee the principal. If a copy is in another account than the principal, a role of this app needs an
   * explicit `roleName`, and the owner of an imported role must grant it the same access
   * @param objectsKeyPattern restricts the grant to matching object keys, for example `public/*`
   * @throws if a bucket policy must name the grantee but its name is generated during deployment
   */
  grantRead(grantee: iam.IGrantable, objectsKeyPattern?: string): iam.Grant;

  /**
   * Grants permission to upload objects to the primary, with tags and in parts.
   *
   * @param grantee the principal
   * @param objectsKeyPattern restricts the grant to matching object keys
   */
  grantPut(grantee: iam.IGrantable, objectsKeyPattern?: string): iam.Grant;

  /**
   * Grants permission to delete objects in the primary. S3 adds a delete marker, which it replicates.
   *
   * Does not allow deleting single versions, because S3 does not replicate that: see `grantDeleteVersions`.
   *
   * @param grantee the principal
   * @param objectsKeyPattern restricts the grant to matching object keys
   */
  grantDelete(grantee: iam.IGrantable, objectsKeyPattern?: string): iam.Grant;

  /**
   * Grants permission to list and permanently delete object versions and delete markers in every copy.
   *
   * S3 does not replicate such deletions. To erase an object, delete each of its versions in every copy, starting with
   * the primary.
   *
   * @param grantee the principal
   * @param objectsKeyPattern restricts the grant to matching object keys; list requests must then specify a matching
   * prefix
   */
  grantDeleteVersions(grantee: iam.IGrantable, objectsKeyPattern?: string): iam.Grant;

  /**
   * Grants read access to every copy, and permission to upload and delete objects in the primary.
   *
   * @param grantee the principal
   * @param objectsKeyPattern restricts the grant to matching object keys
   */
  grantReadWrite(grantee: iam.IGrantable, objectsKeyPattern?: string): iam.Grant;

  /**
   * Returns a metric of S3 Replication for a replica.
   *
   * S3 publishes `OperationsFailedReplication` in the primary's region and all others in the replica's region.
   *
   * @param metricName the metric's name in the `AWS/S3` namespace
   * @param replicaRegion the region of a replica
   * @param options properties to override; by default the sum of `OperationsFailedReplication` and the maximum of all
   * others over 5 minutes
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html
   */
  metric(metricName: string, replicaRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the time that a replica is behind the primary, in seconds. Published in the replica's region.
   *
   * @param replicaRegion the region of a replica
   * @param options properties to override; by default the maximum over 5 minutes
   */
  metricReplicationLatency(replicaRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of bytes pending replication. Published in the replica's region.
   *
   * @param replicaRegion the region of a replica
   * @param options properties to override; by default the maximum over 5 minutes
   */
  metricBytesPendingReplication(replicaRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of operations pending replication. Published in the replica's region.
   *
   * @param replicaRegion the region of a replica
   * @param options properties to override; by default the maximum over 5 minutes
   */
  metricOperationsPendingReplication(replicaRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of operations that failed to replicate, including those of batch jobs. Published in the
   * primary's region.
   *
   * @param replicaRegion the region of a replica
   * @param options properties to override; by default the sum over 5 minutes
   */
  metricOperationsFailedReplication(replicaRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;
}
