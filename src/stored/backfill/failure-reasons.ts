/**
 * `retry`: another attempt can succeed, possibly after a cause is fixed. `person`: no attempt can succeed until someone
 * changes the object. `gone`: there is nothing left to replicate. `done`: the object is replicated.
 */
export type Verdict = 'retry' | 'person' | 'gone' | 'done';

export interface FailureReason {
  readonly verdict: Verdict;
  /** The cause and the fix, in one or two sentences. */
  readonly advice: string;
}

const ROLE = 'The replication role lacks a permission. Redeploy the primary’s stack.';
const DENIED_THERE =
  'A bucket policy or organization policy denies the replication role access to the replica. Allow it.';
const LOCK_THERE = 'Enable Object Lock on the replica’s bucket, and allow the replication role to set it there.';
const GONE = 'The version was deleted from the primary before it was replicated. No action is required.';
const REGION = 'The job and the bucket are in different regions. Redeploy the primary’s stack.';

/**
 * All reasons that S3 documents for failed replication, in the order of its documentation. A test compares them with the
 * table in docs/operations.md.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-failure-codes.html
 */
export const FAILURE_REASONS: Readonly<Record<string, FailureReason>> = {
  AssumeRoleNotPermitted: {
    verdict: 'retry',
    advice: 'The replication role was deleted, or its trust policy was changed. Redeploy the primary’s stack.',
  },
  DstBucketInvalidRegion: { verdict: 'retry', advice: REGION },
  DstBucketNotFound: { verdict: 'retry', advice: 'The replica’s bucket does not exist. Redeploy the replica’s stack.' },
  DstBucketObjectLockConfigMissing: {
    verdict: 'retry',
    advice: 'The primary has Object Lock, but the replica’s bucket does not. Enable it there.',
  },
  DstBucketUnversioned: { verdict: 'retry', advice: 'Enable versioning on the replica’s bucket.' },
  DstDelObjNotPermitted: { verdict: 'retry', advice: DENIED_THERE },
  DstKmsKeyInvalidState: {
    verdict: 'retry',
    advice: 'The KMS key of the replica’s bucket is disabled or pending deletion. Enable the key.',
  },
  DstKmsKeyNotFound: {
    verdict: 'retry',
    advice:
      'The KMS key or alias of the replica’s bucket does not exist, or the alias refers to another key. Redeploy the ' +
      'replica’s stack.',
  },
  DstMultipartCompleteNotPermitted: { verdict: 'retry', advice: DENIED_THERE },
  DstMultipartInitNotPermitted: { verdict: 'retry', advice: DENIED_THERE },
  DstMultipartUploadNotPermitted: { verdict: 'retry', advice: DENIED_THERE },
  DstObjectHardDeleted: {
    verdict: 'person',
    advice:
      'The version was deleted from the replica, and S3 does not replicate it again. Copy the object onto itself.',
  },
  DstPutAclNotPermitted: { verdict: 'retry', advice: DENIED_THERE },
  DstPutLegalHoldNotPermitted: { verdict: 'retry', advice: LOCK_THERE },
  DstPutObjectNotPermitted: {
    verdict: 'retry',
    advice: 'A bucket policy or key policy denies the replication role access to the replica. Allow it.',
  },
  DstPutRetentionNotPermitted: { verdict: 'retry', advice: LOCK_THERE },
  DstPutTaggingNotPermitted: { verdict: 'retry', advice: DENIED_THERE },
  DstVersionNotFound: {
    verdict: 'person',
    advice: 'The version whose metadata changed does not exist on the replica. Copy the object onto itself.',
  },
  InitiateReplicationNotPermitted: {
    verdict: 'retry',
    advice: 'The role of the jobs lacks s3:InitiateReplication. Redeploy the primary’s stack.',
  },
  SrcBucketInvalidRegion: { verdict: 'retry', advice: REGION },
  SrcBucketNotFound: {
    verdict: 'retry',
    advice: 'The primary’s bucket does not exist, or it belongs to another account. Find out which account owns it.',
  },
  SrcBucketReplicationConfigMissing: {
    verdict: 'retry',
    advice: 'The replication rules of the primary’s bucket were removed. Redeploy the primary’s stack.',
  },
  SrcGetAclNotPermitted: {
    verdict: 'retry',
    advice: 'The object is not owned by the bucket owner. Set Object Ownership to “bucket owner enforced”.',
  },
  SrcGetLegalHoldNotPermitted: { verdict: 'retry', advice: ROLE },
  SrcGetObjectNotPermitted: {
    verdict: 'retry',
    advice:
      'The replication role lacks access to the object or to its KMS key. Allow it, or encrypt the object with the ' +
      'bucket’s key.',
  },
  SrcGetRetentionNotPermitted: { verdict: 'retry', advice: ROLE },
  SrcGetTaggingNotPermitted: { verdict: 'retry', advice: ROLE },
  SrcHeadObjectNotPermitted: { verdict: 'retry', advice: ROLE },
  SrcKeyNotFound: { verdict: 'gone', advice: GONE },
  SrcKmsKeyInvalidState: {
    verdict: 'retry',
    advice: 'The KMS key of the object is disabled or pending deletion. Enable the key.',
  },
  SrcObjectNotEligible: {
    verdict: 'person',
    advice:
      'The object is archived (Glacier, Deep Archive), or no enabled rule applies to it. Restore the object and copy ' +
      'it onto itself in another storage class, or change the rule.',
  },
  SrcObjectNotFound: { verdict: 'gone', advice: GONE },
  SrcReplicationNotPending: {
    verdict: 'done',
    advice: 'S3 has replicated the object in the meantime. No action is required.',
  },
  SrcVersionNotFound: { verdict: 'gone', advice: GONE },
};

const UNKNOWN: FailureReason = {
  verdict: 'retry',
  advice: 'Not a documented reason. See the report of the job, or contact AWS Support with the key and the version ID.',
};

/** Reports also contain general S3 error codes, such as AccessDenied. */
export function reasonOf(code: string): FailureReason {
  return Object.prototype.hasOwnProperty.call(FAILURE_REASONS, code) ? FAILURE_REASONS[code] : UNKNOWN;
}

/** Replaces everything that is not an error code, so that no arbitrary text gets into the table, metrics or logs. */
export function codeOf(text: string | undefined): string {
  return text !== undefined && /^[A-Za-z0-9]{1,64}$/.test(text) ? text : 'Unknown';
}
