import * as s3 from 'aws-cdk-lib/aws-s3';
import { s3BucketArn } from '../../../private/arns';
import { sorted } from '../../../private/sorted';
import { MediaCopy, replicaKeyOf } from '../copies/media-copy';
import { MediaReplicaProps } from '../copy-props';

/** The only value that S3 accepts for Replication Time Control. */
const FIFTEEN_MINUTES = { minutes: 15 };

export interface RuleProps {
  readonly id: string;
  /** Whether S3 follows the rule. False if the destination is paused. */
  readonly enabled: boolean;
  /** Which objects are replicated, and whether delete markers are. */
  readonly filter: Pick<MediaReplicaProps, 'prefix' | 'tags' | 'deleteMarkerReplication'>;
  readonly destination: MediaCopy;
  readonly storageClass?: s3.StorageClass;
  /** Whether the destination is in another account than the source. */
  readonly crossAccount: boolean;
  readonly metrics: boolean;
  readonly timeControl: boolean;
  /** Whether metadata changes of objects that are replicas themselves are replicated too. */
  readonly modifications: boolean;
}

/**
 * A rule for CloudFormation. It always has a filter: without one, S3 applies version 1 of the replication configuration,
 * which always replicates delete markers and allows a single rule only.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html
 */
export function replicationRule(props: RuleProps, priority: number): s3.CfnBucket.ReplicationRuleProperty {
  const { id, enabled, destination, crossAccount, metrics, timeControl } = props;
  const key = replicaKeyOf(destination);
  return {
    id,
    priority,
    status: enabled ? 'Enabled' : 'Disabled',
    filter: ruleFilter(props.filter),
    deleteMarkerReplication: { status: (props.filter.deleteMarkerReplication ?? true) ? 'Enabled' : 'Disabled' },
    sourceSelectionCriteria: sourceSelection(props),
    destination: {
      bucket: s3BucketArn(destination.bucketName),
      account: crossAccount ? destination.account : undefined,
      accessControlTranslation: crossAccount ? { owner: 'Destination' } : undefined,
      encryptionConfiguration: key && { replicaKmsKeyId: key.arn },
      storageClass: props.storageClass?.value,
      metrics: metrics ? { status: 'Enabled', eventThreshold: timeControl ? FIFTEEN_MINUTES : undefined } : undefined,
      replicationTime: timeControl ? { status: 'Enabled', time: FIFTEEN_MINUTES } : undefined,
    },
  };
}

function sourceSelection(rule: RuleProps): s3.CfnBucket.SourceSelectionCriteriaProperty | undefined {
  const key = replicaKeyOf(rule.destination);
  if (!key && !rule.modifications) return undefined;
  return {
    sseKmsEncryptedObjects: key && { status: 'Enabled' },
    replicaModifications: rule.modifications ? { status: 'Enabled' } : undefined,
  };
}

function ruleFilter({ prefix, tags }: RuleProps['filter']): s3.CfnBucket.ReplicationRuleFilterProperty {
  const tagFilters = Object.entries(sorted(tags)).map(([key, value]) => ({ key, value }));
  if (tagFilters.length === 0) return { prefix: prefix ?? '' };
  if (tagFilters.length === 1 && prefix === undefined) return { tagFilter: tagFilters[0] };
  return { and: { prefix, tagFilters } };
}
