import { GetBucketLifecycleConfigurationCommand, LifecycleRule, S3Client } from '@aws-sdk/client-s3';
import { LifecycleFact } from './sql';
import { unlessError } from '../../../private/runtime/unless-error';
import { ARCHIVE_CLASSES } from '../../bucket/contract';

/** Reads what the lifecycle rules of a bucket remove or archive. */
export async function lifecycleOf(s3: S3Client, bucket: string, account: string): Promise<LifecycleFact[]> {
  const command = new GetBucketLifecycleConfigurationCommand({ Bucket: bucket, ExpectedBucketOwner: account });
  const found = await unlessError(s3.send(command), 'NoSuchLifecycleConfiguration');
  return (found?.Rules ?? []).filter(({ Status }) => Status === 'Enabled').flatMap(factOf);
}

/** @returns nothing for a rule that neither removes nor archives versions */
function factOf(rule: LifecycleRule): LifecycleFact[] {
  const { Expiration = {}, NoncurrentVersionExpiration = {}, Filter = {} } = rule;
  const and = Filter.And ?? {};
  const archives = (rule.Transitions ?? []).filter(({ StorageClass = '' }) => ARCHIVE_CLASSES.includes(StorageClass));
  const later = (rule.NoncurrentVersionTransitions ?? []).filter(({ StorageClass = '' }) =>
    ARCHIVE_CLASSES.includes(StorageClass),
  );
  const effects = {
    expirationDays: Expiration.Days,
    expirationDate: Expiration.Date?.toISOString(),
    noncurrentDays: NoncurrentVersionExpiration.NoncurrentDays,
    newerNoncurrentVersions: NoncurrentVersionExpiration.NewerNoncurrentVersions,
    expiredDeleteMarkers: Expiration.ExpiredObjectDeleteMarker || undefined,
    archiveDays: shortest(archives.map(({ Days, Date: date }) => (date ? 0 : Days))),
    noncurrentArchiveDays: shortest(later.map(({ NoncurrentDays }) => NoncurrentDays)),
  };
  if (Object.values(effects).every((effect) => effect === undefined)) return [];
  return [
    {
      prefix: (Filter.Prefix ?? and.Prefix ?? rule.Prefix) || undefined,
      ...effects,
      sizeGreaterThan: Filter.ObjectSizeGreaterThan ?? and.ObjectSizeGreaterThan,
      sizeLessThan: Filter.ObjectSizeLessThan ?? and.ObjectSizeLessThan,
    },
  ];
}

function shortest(days: readonly (number | undefined)[]): number | undefined {
  const known = days.map((each) => each ?? 0);
  return known.length > 0 ? Math.min(...known) : undefined;
}
