import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { Access, DELETE, DELETE_VERSIONS, grantOnCopy, PUT, READ } from './copies/copy-grants';
import { MediaCopy } from './copies/media-copy';
import { IReplicatedMediaBucket } from './i-replicated-media-bucket';
import { MediaReplica } from './media-replica';
import { FAILURES, LATENCY, replicationMetric } from './replication/replication-metrics';
import { invalid } from '../../private/problems';

/**
 * What created and imported media have in common.
 *
 * @internal
 */
export abstract class ReplicatedMediaBucketBase extends Construct implements IReplicatedMediaBucket {
  public abstract readonly replicas: MediaReplica[];

  public abstract readonly replicationTable?: dynamodb.ITable;

  /** @internal */
  protected _primaryCopy!: MediaCopy;

  /** @internal */
  protected _replicaCopies!: MediaCopy[];

  /**
   * Whether the replicas receive uploads too.
   *
   * @internal
   */
  public _writeToReplicas = false;

  public get primary(): s3.IBucket {
    return this._primaryCopy.bucket;
  }

  public get writeToReplicas(): boolean {
    return this._writeToReplicas;
  }

  public replica(region: string): MediaReplica {
    const found = this.replicas.find((replica) => replica.region === region);
    if (found) return found;
    throw invalid(this, {
      property: 'region',
      got: region,
      expected: `the region of a replica (${this.replicas.map((replica) => replica.region).join(', ')})`,
      fix: 'Specify one of these regions, or add a replica.',
    });
  }

  public grantRead(grantee: iam.IGrantable, objectsKeyPattern?: string): iam.Grant {
    return this.grantOn(this.allCopies, grantee, READ, objectsKeyPattern);
  }

  public grantPut(grantee: iam.IGrantable, objectsKeyPattern?: string): iam.Grant {
    return this.grantOn(this.writableCopies, grantee, PUT, objectsKeyPattern);
  }

  public grantDelete(grantee: iam.IGrantable, objectsKeyPattern?: string): iam.Grant {
    return this.grantOn(this.writableCopies, grantee, DELETE, objectsKeyPattern);
  }

  public grantDeleteVersions(grantee: iam.IGrantable, objectsKeyPattern?: string): iam.Grant {
    return this.grantOn(this.allCopies, grantee, DELETE_VERSIONS, objectsKeyPattern);
  }

  public grantReadWrite(grantee: iam.IGrantable, objectsKeyPattern?: string): iam.Grant {
    return this.grantRead(grantee, objectsKeyPattern)
      .combine(this.grantPut(grantee, objectsKeyPattern))
      .combine(this.grantDelete(grantee, objectsKeyPattern));
  }

  public metric(metricName: string, replicaRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const { ruleId } = this.replica(replicaRegion);
    const destination = this._replicaCopies.find(({ region }) => region === replicaRegion)!;
    return replicationMetric(metricName, { source: this._primaryCopy, destination, ruleId }, options);
  }

  public metricReplicationLatency(replicaRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(LATENCY, replicaRegion, options);
  }

  public metricBytesPendingReplication(replicaRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('BytesPendingReplication', replicaRegion, options);
  }

  public metricOperationsPendingReplication(
    replicaRegion: string,
    options?: cloudwatch.MetricOptions,
  ): cloudwatch.Metric {
    return this.metric('OperationsPendingReplication', replicaRegion, options);
  }

  public metricOperationsFailedReplication(
    replicaRegion: string,
    options?: cloudwatch.MetricOptions,
  ): cloudwatch.Metric {
    return this.metric(FAILURES, replicaRegion, options);
  }

  private get writableCopies(): MediaCopy[] {
    return this._writeToReplicas ? this.allCopies : [this._primaryCopy];
  }

  private get allCopies(): MediaCopy[] {
    return [this._primaryCopy, ...this._replicaCopies];
  }

  private grantOn(copies: MediaCopy[], grantee: iam.IGrantable, access: Access, keyPattern?: string): iam.Grant {
    return copies
      .map((copy) => grantOnCopy(copy, { scope: this, grantee, access, keyPattern }))
      .reduce((all, one) => all.combine(one));
  }
}
