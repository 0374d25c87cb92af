import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { Access, DELETE, DELETE_VERSIONS, grantOnCopy, PUT, READ } from './copy-grants';
import { IReplicatedMediaBucket } from './media-bucket-interface';
import { MediaCopy } from './media-copy';
import { MediaReplica } from './media-replica';
import { replicationMetric } from './replication-metrics';
import { invalid } from '../../private/problems';

/**
 * What the made and the imported `IReplicatedMediaBucket` share: all that needs no more than names.
 *
 * @internal
 */
export abstract class ReplicatedMedia extends Construct implements IReplicatedMediaBucket {
  public abstract readonly replicas: MediaReplica[];

  /** @internal */
  protected abstract readonly _primaryCopy: MediaCopy;

  /** @internal */
  protected abstract readonly _replicaCopies: MediaCopy[];

  public get primary(): s3.IBucket {
    return this._primaryCopy.bucket;
  }

  public replica(region: string): MediaReplica {
    const found = this.replicas.find((replica) => replica.region === region);
    if (found) return found;
    const known = this.replicas.map((replica) => replica.region).join(', ');
    throw invalid(this, {
      property: 'region',
      got: region,
      expected: `the region of a replica (${known})`,
      fix: 'Name one of these, or add a replica in that region.',
    });
  }

  public grantRead(grantee: iam.IGrantable, objectsKeyPattern?: string): iam.Grant {
    return this.grantOn(this.everyCopy, grantee, READ, objectsKeyPattern);
  }

  public grantPut(grantee: iam.IGrantable, objectsKeyPattern?: string): iam.Grant {
    return this.grantOn(this._writableCopies, grantee, PUT, objectsKeyPattern);
  }

  public grantDelete(grantee: iam.IGrantable, objectsKeyPattern?: string): iam.Grant {
    return this.grantOn(this._writableCopies, grantee, DELETE, objectsKeyPattern);
  }

  public grantDeleteVersions(grantee: iam.IGrantable, objectsKeyPattern?: string): iam.Grant {
    return this.grantOn(this.everyCopy, grantee, DELETE_VERSIONS, objectsKeyPattern);
  }

  public grantReadWrite(grantee: iam.IGrantable, objectsKeyPattern?: string): iam.Grant {
    return this.grantRead(grantee, objectsKeyPattern)
      .combine(this.grantPut(grantee, objectsKeyPattern))
      .combine(this.grantDelete(grantee, objectsKeyPattern));
  }

  public metricReplicationLatency(replicaRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ReplicationLatency', replicaRegion, options);
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
    return this.metric('OperationsFailedReplication', replicaRegion, options);
  }

  /**
   * The copies that take uploads.
   *
   * @internal
   */
  protected get _writableCopies(): MediaCopy[] {
    return [this._primaryCopy];
  }

  private get everyCopy(): MediaCopy[] {
    return [this._primaryCopy, ...this._replicaCopies];
  }

  private grantOn(copies: MediaCopy[], grantee: iam.IGrantable, access: Access, objectsKeyPattern?: string): iam.Grant {
    return copies
      .map((copy) => grantOnCopy(copy, grantee, access, objectsKeyPattern))
      .reduce((all, one) => all.combine(one));
  }

  private metric(
    metricName: Parameters<typeof replicationMetric>[0],
    region: string,
    options?: cloudwatch.MetricOptions,
  ): cloudwatch.Metric {
    const { ruleId } = this.replica(region);
    const destination = this._replicaCopies.find((copy) => copy.region === region)!;
    const source = {
      sourceBucket: this._primaryCopy.bucketName,
      sourceRegion: this._primaryCopy.region,
      destinationBucket: destination.bucketName,
      destinationRegion: region,
      ruleId,
    };
    return replicationMetric(metricName, source, options);
  }
}
