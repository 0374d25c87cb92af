import { Problems } from '../../../private/problems';
import { MediaCopyProps } from '../copy-props';
import { ReplicatedMediaBucketProps } from '../props';

/** Properties that configure a new bucket contradict an existing `bucket`, which is not modified. */
export function expectAbsent(
  problems: Problems,
  props: MediaCopyProps & Partial<ReplicatedMediaBucketProps>,
  options: readonly ('bucketName' | 'lifecycleRules' | 'serverAccessLogsBucket' | 'objectLockDefaultRetention')[],
): void {
  for (const property of options) {
    problems.expect(props[property] === undefined, {
      property,
      got: property === 'bucketName' ? props.bucketName : 'a value',
      expected: 'no value with `bucket`, because an existing bucket is not modified',
      fix: `Configure the bucket where it is created, and remove \`${property}\`.`,
    });
  }
}
