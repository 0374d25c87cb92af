import type { ReplicationRule } from '@aws-sdk/client-s3';
import { idOf, mergeRules, removeRules, RulesConflict } from './merge-rules';
import { ReplicationBucket } from './replication-bucket';
import { CustomResourceEvent, respond } from '../../../private/runtime/custom-resource';
import { unlessError } from '../../../private/runtime/unless-error';
import { RulesProperties } from '../contract';
import { findDenials, SOURCE_ACTIONS } from '../replication/policy-denials';

export type RulesEvent = CustomResourceEvent<RulesProperties>;

const TRIES = 5;

const AWS_MANAGED_KEY = 'alias/aws/s3';

/**
 * Manages rules in the replication configuration of a bucket that other tools may configure too. The physical ID is the
 * bucket's name: for another bucket, CloudFormation creates a new resource and deletes the old one.
 *
 * S3 replaces the whole configuration and has no conditional write. The resource therefore reads the configuration again
 * afterwards, and retries if another writer has replaced it.
 */
export class RulesResource {
  /** @returns the reason of a failure */
  handle(event: RulesEvent): Promise<string | undefined> {
    const { BucketName } = event.ResourceProperties;
    return respond(
      event,
      async () => {
        try {
          if (event.RequestType === 'Delete') await unlessError(this.remove(event.ResourceProperties), 'NoSuchBucket');
          else await this.put(event.ResourceProperties, event.OldResourceProperties);
        } catch (error) {
          throw withBucketName(BucketName, error as Error);
        }
        return BucketName;
      },
      event.PhysicalResourceId ?? BucketName,
    );
  }

  private async put(properties: RulesProperties, old?: RulesProperties): Promise<void> {
    const { Role } = properties;
    const bucket = bucketOf(properties);
    const rules = rulesOf(properties);
    await prepare(bucket, properties);
    const formerIds = old?.BucketName === properties.BucketName ? rulesOf(old).map(idOf) : [];
    for (let attempt = 1; ; attempt++) {
      const merged = mergeRules(await bucket.replication(), Role, rules, formerIds);
      await bucket.putReplication(merged);
      const found = new Set((await bucket.replication())?.Rules?.map(idOf));
      if (merged.Rules!.every((rule) => found.has(idOf(rule)))) return;
      if (attempt === TRIES) {
        throw new Error(
          `Another process keeps changing the replication configuration of ${bucket.name}. Deploy again.`,
        );
      }
      await new Promise((done) => setTimeout(done, 500 * attempt * Math.random()));
    }
  }

  private async remove(properties: RulesProperties): Promise<void> {
    const bucket = bucketOf(properties);
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

/** S3's own errors do not contain the bucket's name. */
function withBucketName(bucket: string, error: Error): Error {
  return error.message.includes(bucket) ? error : new Error(`${bucket}: ${error.name}: ${error.message}`);
}

/** Ensures that S3 can replicate before the rules exist. Otherwise it would fail silently, object by object. */
async function prepare(bucket: ReplicationBucket, properties: RulesProperties): Promise<void> {
  const { EnableVersioning, EncryptionKey, Role } = properties;
  const key = await bucket.defaultKey();
  if (key && !key.endsWith(AWS_MANAGED_KEY) && !isSameKey(key, EncryptionKey)) {
    throw new Error(
      `${bucket.name} encrypts with ${key}, but \`encryptionKey\` is ${EncryptionKey ?? 'not specified'}: the role could ` +
        'not decrypt. Specify that key (Key.fromKeyArn). Its policy must allow the role to use it.',
    );
  }
  const [denial] = findDenials((await bucket.policy()) ?? {}, SOURCE_ACTIONS, Role);
  if (denial) {
    throw new Error(
      `Statement ${denial.statement} in the policy of ${bucket.name} denies ${denial.actions.join(', ')} to every ` +
        `principal: S3 would stop replicating silently. Exempt ${Role} with ArnNotEquals on aws:PrincipalArn.`,
    );
  }
  if (await bucket.isVersioned()) return;
  if (EnableVersioning !== 'true') {
    throw new Error(
      `${bucket.name} is not versioned, which S3 replication requires. Enable versioning, or set \`enableVersioning: true\`.`,
    );
  }
  await bucket.enableVersioning();
}

/** A bucket may name its key by ID, ARN or alias. Which key an alias refers to is unknown here. */
function isSameKey(key: string, specified: string | undefined): boolean {
  if (!specified) return false;
  return key.includes('alias/') || specified.includes('alias/') || specified.split('/').pop() === key.split('/').pop();
}

function bucketOf({ BucketName, Region, Account }: RulesProperties): ReplicationBucket {
  return new ReplicationBucket(BucketName, Region, Account);
}

function rulesOf({ Rules }: RulesProperties): ReplicationRule[] {
  return JSON.parse(Rules) as ReplicationRule[];
}
