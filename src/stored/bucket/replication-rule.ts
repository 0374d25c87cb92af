import * as s3 from 'aws-cdk-lib/aws-s3';
import { MediaCopy } from './media-copy';
import { MediaReplicaProps } from './props';
import { s3BucketArn } from '../../private/arns';
import { sorted } from '../../private/sorted';

/** The only value that S3 takes for Replication Time Control. */
const FIFTEEN_MINUTES = { minutes: 15 };

export interface RuleProps {
  readonly id: string;
  /** What is replicated, and with which deletions. */
  readonly filter: Pick<MediaReplicaProps, 'prefix' | 'tags' | 'deleteMarkerReplication'>;
  readonly destination: MediaCopy;
  readonly storageClass?: s3.StorageClass;
  /** Whether the destination is another account's. */
  readonly foreign: boolean;
  readonly metrics: boolean;
  readonly timeControl: boolean;
  /** Whether changes of metadata of objects that came by replication are replicated too. */
  readonly modifications: boolean;
}

/**
 * A rule as S3 takes it. With a filter even where everything is replicated: without one, S3 reads the rule in its first
 * form, which replicates delete markers always and can't be one of several.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html
 */
export function replicationRule(props: RuleProps, priority: number): s3.CfnBucket.ReplicationRuleProperty {
  const { id, destination, foreign, metrics, timeControl } = props;
  return {
    id,
    priority,
    status: 'Enabled',
    filter: ruleFilter(props.filter),
    deleteMarkerReplication: { status: enabled(props.filter.deleteMarkerReplication ?? true) },
    sourceSelectionCriteria: selection(props),
    destination: {
      bucket: s3BucketArn(destination.bucketName),
      account: foreign ? destination.account : undefined,
      accessControlTranslation: foreign ? { owner: 'Destination' } : undefined,
      encryptionConfiguration: destination.key ? { replicaKmsKeyId: destination.key.replicaKmsKeyId } : undefined,
      storageClass: props.storageClass?.value,
      metrics: metrics ? { status: 'Enabled', eventThreshold: timeControl ? FIFTEEN_MINUTES : undefined } : undefined,
      replicationTime: timeControl ? { status: 'Enabled', time: FIFTEEN_MINUTES } : undefined,
    },
  };
}

function selection({
  destination,
  modifications,
}: RuleProps): s3.CfnBucket.SourceSelectionCriteriaProperty | undefined {
  if (!destination.key && !modifications) return undefined;
  return {
    sseKmsEncryptedObjects: destination.key && { status: 'Enabled' },
    replicaModifications: modifications ? { status: 'Enabled' } : undefined,
  };
}

function ruleFilter({ prefix, tags }: RuleProps['filter']): s3.CfnBucket.ReplicationRuleFilterProperty {
  const tagFilters = Object.entries(sorted(tags)).map(([key, value]) => ({ key, value }));
  if (tagFilters.length === 0) return { prefix: prefix ?? '' };
  if (tagFilters.length === 1 && prefix === undefined) return { tagFilter: tagFilters[0] };
  return { and: { prefix, tagFilters } };
}

function enabled(on: boolean): string {
  return on ? 'Enabled' : 'Disabled';
}
