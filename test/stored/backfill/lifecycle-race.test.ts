import { Duration } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { racingRules } from '../../../src/stored/backfill/lifecycle-race';
import { plainRules } from '../../../src/stored/backfill/lifecycle-rules';

const racing = (...rules: s3.LifecycleRule[]) => racingRules(plainRules(rules));
const transition = (storageClass: s3.StorageClass) => ({ storageClass, transitionAfter: Duration.days(1) });

test('rules that delete or archive objects race with a backfill', () => {
  expect(
    racing(
      { id: 'expire', expiration: Duration.days(30) },
      { expirationDate: new Date(0) },
      { id: 'archive', transitions: [transition(s3.StorageClass.GLACIER)] },
      { id: 'deep', noncurrentVersionTransitions: [transition(s3.StorageClass.DEEP_ARCHIVE)] },
      { id: 'markers', expiredObjectDeleteMarker: true },
    ),
  ).toEqual([
    'expire (deletes objects)',
    'rule 2 (deletes objects)',
    'archive (archives objects)',
    'deep (archives objects)',
    'markers (removes delete markers)',
  ]);
});

test('disabled rules, other transitions and noncurrent expiration do not', () => {
  expect(
    racing(
      { expiration: Duration.days(30), enabled: false },
      {
        transitions: [
          transition(s3.StorageClass.INFREQUENT_ACCESS),
          transition(s3.StorageClass.GLACIER_INSTANT_RETRIEVAL),
        ],
      },
      { noncurrentVersionExpiration: Duration.days(90), abortIncompleteMultipartUploadAfter: Duration.days(7) },
    ),
  ).toEqual([]);
});
