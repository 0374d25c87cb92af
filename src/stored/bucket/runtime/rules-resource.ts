import type { ReplicationRule } from '@aws-sdk/client-s3';
import { BucketResource } from './bucket-resource';
import { idOf, mergeRules, removeRules, RulesConflict } from './merge-rules';
import { ReplicationBucket } from './replication-bucket';
import { RulesProperties } from '../contract';
import { findDenials, SOURCE_ACTIONS } from '../replication/policy-denials';

const AWS_MANAGED_KEY = 'alias/aws/s3';

/** Manages rules in the replication configuration of a bucket, and keeps those of other tools. */
export class RulesResource extends BucketResource<RulesProperties> {
  protected async put(bucket: ReplicationBucket, properties: RulesProperties, old?: RulesProperties): Promise<void> {
    const { Role } = properties;
    const rules = rulesOf(properties);
    await prepare(bucket, properties);
    const formerIds = old ? rulesOf(old).map(idOf) : [];
    await bucket.writeUntilKept('replication', async () => {
      const merged = mergeRules(await bucket.replication(), Role, rules, formerIds);
      await bucket.putReplication(merged);
      const found = new Set((await bucket.replication())?.Rules?.map(idOf));
      return merged.Rules!.every((rule) => found.has(idOf(rule)));
    });
  }

  protected async remove(bucket: ReplicationBucket, properties: RulesProperties): Promise<void> {
    const existing = await bucket.replication();
    if (!existing) return;
    const left = removeRules(existing, rulesOf(properties).map(idOf));
    await bucket.putReplication(left);
    if (left?.Role !== properties.Role || properties.RoleIsManaged !== 'true') return;
    throw new RulesConflict(
      `Other rules of ${bucket.name} (${left.Rules!.map(idOf)}) use ${left.Role}, which is deleted with this stack. The ` +
        'rules of this stack are removed: change the role of the others, and delete the stack again.',
    );
  }
}

/** Ensures that S3 can replicate before the rules exist. Otherwise it would fail silently, object by object. */
async function prepare(bucket: ReplicationBucket, properties: RulesProperties): Promise<void> {
  const { EnableVersioning, EncryptionKey, FormerEncryptionKeys = '[]', ObjectLock, Role } = properties;
  const { usesKms, key } = await bucket.defaultEncryption();
  if (
    key &&
    !key.endsWith(AWS_MANAGED_KEY) &&
    ![EncryptionKey, ...JSON.parse(FormerEncryptionKeys)].some((each) => isSameKey(key, each))
  ) {
    throw new Error(
      `${bucket.name} encrypts with ${key}, but \`encryptionKey\` is ${EncryptionKey ?? 'not specified'}: the role could ` +
        'not decrypt. Specify that key (Key.fromKeyArn). Its policy must allow the role to use it.',
    );
  }
  const skipping = usesKms ? rulesOf(properties).find((rule) => !includesKms(rule)) : undefined;
  if (skipping) {
    throw new Error(
      `${bucket.name} encrypts with KMS, but the rule ${skipping.ID} does not include such objects, because its ` +
        'destination has no KMS key: S3 would skip them silently. Remove `encryption: S3_MANAGED`, or specify a KMS key ' +
        'of the destination.',
    );
  }
  const [denial] = findDenials((await bucket.policy()) ?? {}, SOURCE_ACTIONS, Role);
  if (denial) {
    throw new Error(
      `Statement ${denial.statement} in the policy of ${bucket.name} denies ${denial.actions.join(', ')} to every ` +
        `principal: S3 would stop replicating silently. Exempt ${Role} with ArnNotEquals on aws:PrincipalArn.`,
    );
  }
  if (ObjectLock) await expectObjectLock(bucket, ObjectLock);
  if (await bucket.isVersioned()) return;
  if (EnableVersioning !== 'true') {
    throw new Error(
      `${bucket.name} is not versioned, which S3 replication requires. Enable versioning, or set \`enableVersioning: true\`.`,
    );
  }
  await bucket.enableVersioning();
}

async function expectObjectLock(bucket: ReplicationBucket, expected: 'Enabled' | 'Disabled'): Promise<void> {
  const isEnabled = await bucket.hasObjectLock();
  if (isEnabled && expected === 'Disabled') {
    throw new Error(
      `${bucket.name} has Object Lock, but the other copies do not: S3 would fail to replicate each object. Set ` +
        '`objectLockEnabled: true`, which enables it on the replicas that this library creates.',
    );
  }
  if (!isEnabled && expected === 'Enabled') {
    throw new Error(
      `${bucket.name} has no Object Lock, but \`objectLockEnabled\` is true: S3 would fail to replicate each object from ` +
        'the replicas. Enable Object Lock on the bucket, which cannot be disabled later.',
    );
  }
}

function includesKms({ SourceSelectionCriteria }: ReplicationRule): boolean {
  return SourceSelectionCriteria?.SseKmsEncryptedObjects?.Status === 'Enabled';
}

/** A bucket may name its key by ID, ARN or alias. Which key an alias refers to is unknown here. */
function isSameKey(key: string, specified: string | undefined): boolean {
  if (!specified) return false;
  return key.includes('alias/') || specified.includes('alias/') || specified.split('/').pop() === key.split('/').pop();
}

function rulesOf({ Rules }: RulesProperties): ReplicationRule[] {
  return JSON.parse(Rules) as ReplicationRule[];
}
