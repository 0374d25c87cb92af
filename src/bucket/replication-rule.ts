import * as s3 from 'aws-cdk-lib/aws-s3';
import { MediaReplicaProps } from './props';
import { ReplicaPlan } from './replica-plan';
import { s3BucketArn } from '../private/arns';
import { sorted } from '../private/sorted';

/** The only value that S3 takes for Replication Time Control. */
const FIFTEEN_MINUTES = { minutes: 15 };

/**
 * The rule that fills one replica, as S3 takes it. With a filter even where everything is replicated: without one, S3
 * reads the rule in its first form, which replicates delete markers always and can't be one of several.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html
 */
export function replicationRule(plan: ReplicaPlan, priority: number): s3.CfnBucket.ReplicationRuleProperty {
  const { props, copy } = plan;
  return {
    id: plan.ruleId,
    priority,
    status: 'Enabled',
    filter: ruleFilter(props),
    deleteMarkerReplication: { status: enabled(props.deleteMarkerReplication ?? true) },
    sourceSelectionCriteria: copy.key ? { sseKmsEncryptedObjects: { status: 'Enabled' } } : undefined,
    destination: {
      bucket: s3BucketArn(copy.bucketName),
      account: plan.foreign ? copy.account : undefined,
      accessControlTranslation: plan.foreign ? { owner: 'Destination' } : undefined,
      encryptionConfiguration: copy.key ? { replicaKmsKeyId: copy.key.replicaKmsKeyId } : undefined,
      storageClass: props.storageClass?.value,
      metrics: plan.metrics
        ? { status: 'Enabled', eventThreshold: plan.timeControl ? FIFTEEN_MINUTES : undefined }
        : undefined,
      replicationTime: plan.timeControl ? { status: 'Enabled', time: FIFTEEN_MINUTES } : undefined,
    },
  };
}

function ruleFilter({ prefix, tags }: MediaReplicaProps): s3.CfnBucket.ReplicationRuleFilterProperty {
  const tagFilters = Object.entries(sorted(tags)).map(([key, value]) => ({ key, value }));
  if (tagFilters.length === 0) return { prefix: prefix ?? '' };
  if (tagFilters.length === 1 && prefix === undefined) return { tagFilter: tagFilters[0] };
  return { and: { prefix, tagFilters } };
}

function enabled(on: boolean): string {
  return on ? 'Enabled' : 'Disabled';
}
