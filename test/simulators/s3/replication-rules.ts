import { S3Error } from './errors';
import { Bucket, Version } from './records';

type Status = 'Enabled' | 'Disabled';

interface Switch {
  readonly Status: Status;
}

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** A rule in the terms of the API. */
export interface ReplicationRule {
  readonly ID?: string;
  readonly Priority?: number;
  readonly Status: Status;
  readonly Filter?: {
    readonly Prefix?: string;
    readonly Tag?: Tag;
    readonly And?: { readonly Prefix?: string; readonly Tags?: readonly Tag[] };
  };
  readonly DeleteMarkerReplication?: Switch;
  readonly SourceSelectionCriteria?: {
    readonly SseKmsEncryptedObjects?: Switch;
    readonly ReplicaModifications?: Switch;
  };
  readonly Destination: {
    readonly Bucket: string;
    readonly Account?: string;
    readonly StorageClass?: string;
    readonly AccessControlTranslation?: { readonly Owner: string };
    readonly EncryptionConfiguration?: { readonly ReplicaKmsKeyID?: string };
    readonly Metrics?: Switch & object;
    readonly ReplicationTime?: Switch & object;
  };
}

export interface ReplicationConfiguration {
  readonly Role: string;
  readonly Rules: readonly ReplicationRule[];
}

export const destinationOf = ({ Destination }: ReplicationRule): string => Destination.Bucket.split(':').pop()!;

/**
 * Checks what S3 checks when a configuration is put.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html
 */
export function checkConfiguration(
  source: Bucket,
  { Role, Rules }: ReplicationConfiguration,
  find: (name: string) => Bucket | undefined,
): void {
  const expect = (holds: unknown, message: string) => {
    if (!holds) throw new S3Error('InvalidRequest', message);
  };
  const distinct = (values: readonly unknown[]) => new Set(values).size === values.length;
  expect(source.versioning === 'Enabled', 'Versioning must be enabled to apply a replication configuration');
  expect(/^arn:[^:]+:iam::\d{12}:role\/.+/.test(Role), 'Role is no ARN of a role');
  expect(Rules.length > 0 && Rules.length <= 1000, 'A configuration has from 1 to 1000 rules');
  expect(distinct(Rules.map(({ ID }) => ID)), 'Rule Id must be unique');
  for (const rule of Rules) {
    const { Filter, Priority, DeleteMarkerReplication, Destination } = rule;
    expect(Filter, 'Version 1 of the configuration is not simulated');
    expect(Priority !== undefined, 'Priority must be specified for this version of the schema');
    expect(DeleteMarkerReplication, 'DeleteMarkerReplication must be specified for this version of the schema');
    const isTagged = tagsOf(rule).length > 0;
    expect(!isTagged || DeleteMarkerReplication!.Status === 'Disabled', 'Delete markers cannot be selected by tags');
    expect(!Destination.ReplicationTime || Destination.Metrics, 'ReplicationTime needs Metrics');
    const opted = rule.SourceSelectionCriteria?.SseKmsEncryptedObjects?.Status === 'Enabled';
    const hasKey = Destination.EncryptionConfiguration?.ReplicaKmsKeyID !== undefined;
    expect(opted === hasKey, 'SseKmsEncryptedObjects and ReplicaKmsKeyID need each other');
    const destination = find(destinationOf(rule));
    expect(destination, 'Destination bucket must exist.');
    expect(destination!.versioning === 'Enabled', 'Destination bucket must have versioning enabled.');
  }
  expect(distinct(Rules.map(({ Priority }) => Priority)), 'Found duplicate priority');
}

/**
 * The rules that replicate a version, one for each destination: that with the highest priority.
 *
 * - Objects that are encrypted with KMS need an opt-in: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
 * - Delete markers too: https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-marker-replication.html
 */
export function rulesFor(bucket: Bucket, version: Version): ReplicationRule[] {
  const byDestination = new Map<string, ReplicationRule>();
  const rules = [...(bucket.replication?.Rules ?? [])].sort((a, b) => a.Priority! - b.Priority!);
  for (const rule of rules.filter((each) => each.Status === 'Enabled' && isSelected(each, version))) {
    byDestination.set(destinationOf(rule), rule);
  }
  return [...byDestination.values()].filter((rule) => {
    if (version.isDeleteMarker) return rule.DeleteMarkerReplication?.Status === 'Enabled';
    return version.keyArn === undefined || rule.SourceSelectionCriteria?.SseKmsEncryptedObjects?.Status === 'Enabled';
  });
}

function isSelected(rule: ReplicationRule, { key, tags }: Version): boolean {
  const prefix = rule.Filter?.Prefix ?? rule.Filter?.And?.Prefix ?? '';
  return key.startsWith(prefix) && tagsOf(rule).every(({ Key, Value }) => tags[Key] === Value);
}

function tagsOf({ Filter }: ReplicationRule): readonly Tag[] {
  return Filter?.Tag ? [Filter.Tag] : (Filter?.And?.Tags ?? []);
}
