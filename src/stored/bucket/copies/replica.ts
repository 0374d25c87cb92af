import { Annotations, Stack, Token } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { existingCopy, knownRegionOfBucket } from './existing-copy';
import { MediaCopy } from './media-copy';
import { NewCopy } from './new-copy';
import { accountOf, DeterministicNames, isCrossAccount } from '../../../private/naming';
import { hasReplicationTimeControl } from '../../../private/regions';
import { IS3MediaProxy, S3MediaProxy } from '../../proxy';
import { MediaReplicaProps } from '../copy-props';
import { ReplicatedMediaBucketProps } from '../props';

/** A replica and the settings of its replication. */
export interface Replica {
  readonly props: MediaReplicaProps;
  readonly copy: MediaCopy;
  readonly stack: Stack;
  /** The scope for constructs of this replica, in its stack. Undefined for an imported bucket without a stack. */
  readonly scope?: Construct;
  readonly ruleId: string;
  /** False if the replica is paused. */
  readonly enabled: boolean;
  readonly proxy?: IS3MediaProxy;
  /** Whether the replica is in another account than the primary. */
  readonly crossAccount: boolean;
  readonly metrics: boolean;
  readonly timeControl: boolean;
  /** Empty for an existing bucket, whose rules are unknown. */
  readonly lifecycleRules: s3.LifecycleRule[];
}

/** Creates replicas, each in a stack of its region. */
export class ReplicaFactory {
  constructor(
    private readonly scope: Construct,
    private readonly names: DeterministicNames,
    private readonly common: ReplicatedMediaBucketProps,
    private readonly primary: MediaCopy,
  ) {}

  create(props: MediaReplicaProps): Replica {
    const primary = Stack.of(this.scope);
    const { region, bucket, formerEncryptionKeys } = props;
    const account = props.account ?? accountOf(primary);
    const metrics = props.replicationMetrics ?? true;
    const { stack, scope } = this.locate(props);
    const copy = bucket
      ? existingCopy(bucket, region, account, {
          encryptionKey: props.encryptionKey ?? bucket.encryptionKey,
          formerEncryptionKeys,
        })
      : new NewCopy(scope!, 'Replica', { region, account, names: this.names, copy: props, common: this.common });
    return {
      props,
      copy,
      stack,
      scope,
      ruleId: this.names.rule(region),
      enabled: props.enabled ?? true,
      proxy: scope && this.createProxy(scope, props, copy),
      crossAccount: isCrossAccount(account, primary.account),
      metrics,
      timeControl: this.timeControlOf(props, metrics),
      lifecycleRules: (bucket ? undefined : (props.lifecycleRules ?? this.common.lifecycleRules)) ?? [],
    };
  }

  /** A stack that is deployed together with the primary's stack, but in another region. */
  createStack(purpose: string, region: string, account?: string): Stack {
    const primary = Stack.of(this.scope);
    return new Stack(this.scope, `${purpose}-${region}`, {
      stackName: this.names.stack(purpose === 'Replica' ? region : `${purpose.toLowerCase()}-${region}`),
      description: `${purpose} of the media bucket ${this.scope.node.path}`,
      env: { region, account: account ?? (Token.isUnresolved(primary.account) ? undefined : primary.account) },
      tags: primary.tags.tagValues(),
      terminationProtection: primary.terminationProtection,
      synthesizer: this.common.replicaSynthesizer,
    });
  }

  private createProxy(scope: Construct, { proxy }: MediaReplicaProps, { bucket }: MediaCopy): S3MediaProxy | undefined {
    if (!proxy) return undefined;
    const { bucketName, region, account } = this.primary;
    const primaryBucket =
      proxy.primary && s3.Bucket.fromBucketAttributes(scope, 'ProxyPrimary', { bucketName, region, account });
    return new S3MediaProxy(scope, 'Proxy', { ...proxy, bucket, primaryBucket });
  }

  private timeControlOf({ region, replicationTimeControl }: MediaReplicaProps, metrics: boolean): boolean {
    const isOffered = hasReplicationTimeControl(region);
    if (replicationTimeControl && !isOffered) {
      Annotations.of(this.scope).addWarning(
        `\`replicationTimeControl\` is true for the replica in ${region}, but AWS does not document S3 Replication Time ` +
          'Control for this partition. S3 may reject the replication rule. Remove the property unless it is available.',
      );
    }
    return replicationTimeControl ?? (metrics && isOffered);
  }

  private locate({ bucket, stack, region, account }: MediaReplicaProps): { stack: Stack; scope?: Construct } {
    if (!bucket && !stack) {
      const created = this.createStack('Replica', region, account);
      return { stack: created, scope: created };
    }
    const existing = stack ?? Stack.of(bucket!);
    // An imported bucket is in the stack that imports it, whose region can be any.
    if (!stack && knownRegionOfBucket(bucket) !== region) return { stack: existing };
    return { stack: existing, scope: new Construct(existing, this.names.base) };
  }
}
