import type { ReplicationRule } from '@aws-sdk/client-s3';
import { idOf, mergeRules, releaseRules, RulesClash } from './merge-rules';
import { isGone, ReplicatingBucket } from './replicating-bucket';
import { answerOf, CustomResourceAnswer, CustomResourceEvent } from '../../../private/runtime/custom-resource';
import { RulesProperties } from '../contract';
import { SOURCE_ACTIONS, stoppersIn } from '../policy-stoppers';

export type RulesEvent = CustomResourceEvent<RulesProperties>;

const TRIES = 5;

/**
 * Our rules in the replication configuration of a bucket that is not of our template. Its physical id is the bucket, so
 * that another bucket is another resource, and the old one is released by itself.
 *
 * A configuration is put as a whole, and S3 knows no condition for it: so it is read again afterwards, and put again
 * where somebody else was faster.
 */
export class RulesResource {
  handle(event: RulesEvent): Promise<CustomResourceAnswer> {
    const { BucketName } = event.ResourceProperties;
    return answerOf(
      event,
      async () => {
        try {
          if (event.RequestType === 'Delete') await this.release(event.ResourceProperties);
          else await this.put(event.ResourceProperties, event.OldResourceProperties);
        } catch (error) {
          throw naming(BucketName, error as Error);
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
    const former = old?.BucketName === properties.BucketName ? rulesOf(old).map(idOf) : [];
    for (let attempt = 1; ; attempt++) {
      const merged = mergeRules(await bucket.replication(), Role, rules, former);
      await bucket.putReplication(merged);
      const found = new Set((await bucket.replication())?.Rules?.map(idOf));
      if (merged.Rules!.every((rule) => found.has(idOf(rule)))) return;
      if (attempt === TRIES) {
        throw new Error(`Somebody else changes the replication of ${bucket.name} all the time. Deploy again.`);
      }
      await new Promise((done) => setTimeout(done, 500 * attempt * Math.random()));
    }
  }

  private async release(properties: RulesProperties): Promise<void> {
    const bucket = bucketOf(properties);
    const ours = rulesOf(properties).map(idOf);
    try {
      const existing = await bucket.replication();
      if (!existing) return;
      const left = releaseRules(existing, ours);
      await bucket.putReplication(left);
      if (left?.Role !== properties.Role || properties.RoleIsOurs !== 'true') return;
      throw new RulesClash(
        `Rules of others in ${bucket.name} (${left.Rules!.map(idOf)}) use ${left.Role}, which is deleted with this stack. ` +
          'Ours are removed; give those a role of their own, and delete the stack again.',
      );
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}

/** S3's own errors do not say which bucket they are about. */
function naming(bucket: string, error: Error): Error {
  return error.message.includes(bucket) ? error : new Error(`${bucket}: ${error.name}: ${error.message}`);
}

/** Sees to it that S3 can replicate, before it is told to: it would fail silently otherwise, object by object. */
async function prepare(bucket: ReplicatingBucket, properties: RulesProperties): Promise<void> {
  const { EnableVersioning, EncryptionKey, Role } = properties;
  const key = await bucket.defaultKey();
  if (key && !isManagedByAws(key) && !isSameKey(key, EncryptionKey)) {
    throw new Error(
      `${bucket.name} encrypts with ${key}, but \`encryptionKey\` is ${EncryptionKey ?? 'not given'}: the role could not ` +
        'decrypt. Give that key (Key.fromKeyArn), whose policy must let the role use it.',
    );
  }
  const [stopper] = stoppersIn((await bucket.policy()) ?? {}, SOURCE_ACTIONS, Role);
  if (stopper) {
    throw new Error(
      `The policy of ${bucket.name} has a statement (${stopper.statement}) that denies ${stopper.denied.join(', ')} to ` +
        `everybody: S3 would stop replicating silently. Exempt ${Role} by ArnNotEquals on aws:PrincipalArn.`,
    );
  }
  if (await bucket.isVersioned()) return;
  if (EnableVersioning !== 'true') {
    throw new Error(
      `${bucket.name} is not versioned, which S3 requires to replicate. Switch it on, or set \`enableVersioning: true\`.`,
    );
  }
  await bucket.enableVersioning();
}

function isManagedByAws(key: string): boolean {
  return key.endsWith('alias/aws/s3');
}

/** A bucket may name its key by id, ARN or alias; of an alias, it can't be told here which key it is. */
function isSameKey(key: string, given: string | undefined): boolean {
  if (!given) return false;
  return key.includes('alias/') || given.includes('alias/') || given.split('/').pop() === key.split('/').pop();
}

function bucketOf({ BucketName, Region, Account }: RulesProperties): ReplicatingBucket {
  return new ReplicatingBucket(BucketName, Region, Account);
}

function rulesOf({ Rules }: RulesProperties): ReplicationRule[] {
  return JSON.parse(Rules) as ReplicationRule[];
}
