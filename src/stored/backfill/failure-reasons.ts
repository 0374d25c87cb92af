/**
 * `retry`: another attempt can succeed, some once a cause is removed. `person`: it can't before somebody does something
 * with the object. `gone`: there is nothing left to replicate. `done`: it is replicated.
 */
export type Verdict = 'retry' | 'person' | 'gone' | 'done';

export interface FailureReason {
  readonly verdict: Verdict;
  /** What to do, in a sentence or two. */
  readonly advice: string;
}

const ROLE = 'Deploy the primary’s stack again: it gives the replication role what it needs.';
const DENIED_THERE = 'A policy of the replica’s bucket, or of the organisation, denies the replication role: admit it.';
const LOCK_THERE =
  'Give the replication role the permission on the replica’s bucket, and enable Object Lock there too.';
const GONE = 'The version was deleted in the primary before it was replicated. Nothing to do.';
const REGION = 'The job and the bucket are in different regions: deploy the primary’s stack again.';

/**
 * All reasons for which S3 says that an object was not replicated, in the order of its documentation. docs/operations.md
 * has the same table, and a test holds the two together.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-failure-codes.html
 */
export const FAILURE_REASONS: Readonly<Record<string, FailureReason>> = {
  AssumeRoleNotPermitted: {
    verdict: 'retry',
    advice: 'The role’s trust was changed, or the role is gone: deploy the primary’s stack again.',
  },
  DstBucketInvalidRegion: { verdict: 'retry', advice: REGION },
  DstBucketNotFound: { verdict: 'retry', advice: 'The replica’s bucket is gone: deploy the replica’s stack again.' },
  DstBucketObjectLockConfigMissing: {
    verdict: 'retry',
    advice: 'The primary has Object Lock and the replica’s bucket has not: enable it there.',
  },
  DstBucketUnversioned: { verdict: 'retry', advice: 'Enable versioning on the replica’s bucket.' },
  DstDelObjNotPermitted: { verdict: 'retry', advice: DENIED_THERE },
  DstKmsKeyInvalidState: {
    verdict: 'retry',
    advice: 'The key of the replica’s bucket is disabled or about to be deleted: enable it.',
  },
  DstKmsKeyNotFound: {
    verdict: 'retry',
    advice:
      'The key or alias of the replica’s bucket is gone, or the alias points elsewhere: deploy the replica’s stack.',
  },
  DstMultipartCompleteNotPermitted: { verdict: 'retry', advice: DENIED_THERE },
  DstMultipartInitNotPermitted: { verdict: 'retry', advice: DENIED_THERE },
  DstMultipartUploadNotPermitted: { verdict: 'retry', advice: DENIED_THERE },
  DstObjectHardDeleted: {
    verdict: 'person',
    advice: 'The version was deleted on the replica, and S3 never replicates it again. Copy the object onto itself.',
  },
  DstPutAclNotPermitted: { verdict: 'retry', advice: DENIED_THERE },
  DstPutLegalHoldNotPermitted: { verdict: 'retry', advice: LOCK_THERE },
  DstPutObjectNotPermitted: {
    verdict: 'retry',
    advice: 'A policy of the replica’s bucket or of its key denies the replication role: admit it.',
  },
  DstPutRetentionNotPermitted: { verdict: 'retry', advice: LOCK_THERE },
  DstPutTaggingNotPermitted: { verdict: 'retry', advice: DENIED_THERE },
  DstVersionNotFound: {
    verdict: 'person',
    advice: 'The version whose metadata changed is not on the replica. Copy the object onto itself.',
  },
  InitiateReplicationNotPermitted: {
    verdict: 'retry',
    advice: 'The role of the jobs lacks s3:InitiateReplication: deploy the primary’s stack again.',
  },
  SrcBucketInvalidRegion: { verdict: 'retry', advice: REGION },
  SrcBucketNotFound: {
    verdict: 'retry',
    advice: 'The primary’s bucket is gone, or another account’s: look who has it.',
  },
  SrcBucketReplicationConfigMissing: {
    verdict: 'retry',
    advice: 'Somebody removed the bucket’s replication rules: deploy the primary’s stack again.',
  },
  SrcGetAclNotPermitted: {
    verdict: 'retry',
    advice: 'The object is not the bucket owner’s: set Object Ownership to “bucket owner enforced”.',
  },
  SrcGetLegalHoldNotPermitted: { verdict: 'retry', advice: ROLE },
  SrcGetObjectNotPermitted: {
    verdict: 'retry',
    advice:
      'The role may not read the object, or not use the key that it was put with: admit the role, or put the object ' +
      'again with the bucket’s key.',
  },
  SrcGetRetentionNotPermitted: { verdict: 'retry', advice: ROLE },
  SrcGetTaggingNotPermitted: { verdict: 'retry', advice: ROLE },
  SrcHeadObjectNotPermitted: { verdict: 'retry', advice: ROLE },
  SrcKeyNotFound: { verdict: 'gone', advice: GONE },
  SrcKmsKeyInvalidState: {
    verdict: 'retry',
    advice: 'The key that the object was put with is disabled or about to be deleted: enable it.',
  },
  SrcObjectNotEligible: {
    verdict: 'person',
    advice:
      'The object is archived (Glacier, Deep Archive), or no enabled rule matches it. Restore it and copy it onto ' +
      'itself in another class, or change the rule.',
  },
  SrcObjectNotFound: { verdict: 'gone', advice: GONE },
  SrcReplicationNotPending: { verdict: 'done', advice: 'S3 has replicated the object meanwhile. Nothing to do.' },
  SrcVersionNotFound: { verdict: 'gone', advice: GONE },
};

const UNKNOWN: FailureReason = {
  verdict: 'retry',
  advice: 'Not a documented reason. See the report of the job, or ask AWS support with the key and the version.',
};

/** Reports hold errors of S3 itself too, such as AccessDenied. */
export function reasonOf(code: string): FailureReason {
  return Object.prototype.hasOwnProperty.call(FAILURE_REASONS, code) ? FAILURE_REASONS[code] : UNKNOWN;
}

/** A code as it is kept and counted: anything else that stands in its place must not grow a table or shape a log. */
export function codeOf(text: string | undefined): string {
  return text !== undefined && /^[A-Za-z0-9]{1,64}$/.test(text) ? text : 'Unknown';
}
