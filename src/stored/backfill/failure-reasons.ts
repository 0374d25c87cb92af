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
const REGION = 'The job and the bucket are in different regions. Redeploy the primary’s stack.';

const GONE: FailureReason = {
  verdict: 'gone',
  advice: 'The version was deleted from the primary before it was replicated. No action is required.',
};
const retry = (advice: string): FailureReason => ({ verdict: 'retry', advice });
const person = (advice: string): FailureReason => ({ verdict: 'person', advice });

/**
 * All reasons that S3 documents for failed replication, in the order of its documentation. A test compares them with the
 * table in docs/operations.md.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-failure-codes.html
 */
export const FAILURE_REASONS: Readonly<Record<string, FailureReason>> = {
  AssumeRoleNotPermitted: retry(
    'The replication role was deleted, or its trust policy was changed. Redeploy the primary’s stack.',
  ),
  DstBucketInvalidRegion: retry(REGION),
  DstBucketNotFound: retry('The replica’s bucket does not exist. Redeploy the replica’s stack.'),
  DstBucketObjectLockConfigMissing: retry(
    'The primary has Object Lock, but the replica’s bucket does not. Enable it there.',
  ),
  DstBucketUnversioned: retry('Enable versioning on the replica’s bucket.'),
  DstDelObjNotPermitted: retry(DENIED_THERE),
  DstKmsKeyInvalidState: retry('The KMS key of the replica’s bucket is disabled or pending deletion. Enable the key.'),
  DstKmsKeyNotFound: retry(
    'The KMS key or alias of the replica’s bucket does not exist, or the alias refers to another key. Redeploy the ' +
      'replica’s stack.',
  ),
  DstMultipartCompleteNotPermitted: retry(DENIED_THERE),
  DstMultipartInitNotPermitted: retry(DENIED_THERE),
  DstMultipartUploadNotPermitted: retry(DENIED_THERE),
  DstObjectHardDeleted: person(
    'The version was deleted from the replica, and S3 does not replicate it again. Copy the object onto itself.',
  ),
  DstPutAclNotPermitted: retry(DENIED_THERE),
  DstPutLegalHoldNotPermitted: retry(LOCK_THERE),
  DstPutObjectNotPermitted: retry(
    'A bucket policy or key policy denies the replication role access to the replica. Allow it.',
  ),
  DstPutRetentionNotPermitted: retry(LOCK_THERE),
  DstPutTaggingNotPermitted: retry(DENIED_THERE),
  DstVersionNotFound: person(
    'The version whose metadata changed does not exist on the replica. Copy the object onto itself.',
  ),
  InitiateReplicationNotPermitted: retry(
    'The role of the jobs lacks s3:InitiateReplication. Redeploy the primary’s stack.',
  ),
  SrcBucketInvalidRegion: retry(REGION),
  SrcBucketNotFound: retry(
    'The primary’s bucket does not exist, or it belongs to another account. Find out which account owns it.',
  ),
  SrcBucketReplicationConfigMissing: retry(
    'The replication rules of the primary’s bucket were removed. Redeploy the primary’s stack.',
  ),
  SrcGetAclNotPermitted: retry(
    'The object is not owned by the bucket owner. Set Object Ownership to “bucket owner enforced”.',
  ),
  SrcGetLegalHoldNotPermitted: retry(ROLE),
  SrcGetObjectNotPermitted: retry(
    'The replication role lacks access to the object or to its KMS key. Allow it, or encrypt the object with the ' +
      'bucket’s key.',
  ),
  SrcGetRetentionNotPermitted: retry(ROLE),
  SrcGetTaggingNotPermitted: retry(ROLE),
  SrcHeadObjectNotPermitted: retry(ROLE),
  SrcKeyNotFound: GONE,
  SrcKmsKeyInvalidState: retry('The KMS key of the object is disabled or pending deletion. Enable the key.'),
  SrcObjectNotEligible: person(
    'The object is archived (Glacier, Deep Archive), or no enabled rule applies to it. Restore the object and copy ' +
      'it onto itself in another storage class, or change the rule.',
  ),
  SrcObjectNotFound: GONE,
  SrcReplicationNotPending: {
    verdict: 'done',
    advice: 'S3 has replicated the object in the meantime. No action is required.',
  },
  SrcVersionNotFound: GONE,
};

/** The reasons of a `ReplicaAudit`, which compares the inventories of the copies. */
export const AUDIT_REASONS: Readonly<Record<string, FailureReason>> = {
  MissingInAudit: retry('The audit did not find the version in the replica. The next repair replicates it.'),
  DifferentInAudit: person(
    'The audit found other content in the replica. Find out who wrote it, then copy the object onto itself in the primary.',
  ),
};

const ALL: Readonly<Record<string, FailureReason>> = { ...FAILURE_REASONS, ...AUDIT_REASONS };

const UNKNOWN = retry(
  'Not a documented reason. See the report of the job, or contact AWS Support with the key and the version ID.',
);

/** Reports also contain general S3 error codes, such as AccessDenied. */
export function reasonOf(code: string): FailureReason {
  return Object.prototype.hasOwnProperty.call(ALL, code) ? ALL[code] : UNKNOWN;
}

/** Replaces everything that is not an error code, so that no arbitrary text gets into the table, metrics or logs. */
export function codeOf(text: string | undefined): string {
  return text !== undefined && /^[A-Za-z0-9]{1,64}$/.test(text) ? text : 'Unknown';
}
