import { createHash } from 'node:crypto';
import { Aws, IResource, Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** The maximum length of the readable prefix, so that bucket names fit into 63 characters in every region. */
export const MAX_PREFIX_LENGTH = 20;
/** The maximum length of an identity: the prefix, a hyphen and 8 hexadecimal digits. */
export const MAX_IDENTITY_LENGTH = MAX_PREFIX_LENGTH + 9;
/** IDs that logical IDs do not show, as in aws-cdk-lib. */
const HIDDEN = ['Default', 'Resource'];
/** The maximum length of the readable part of a logical ID, which can have 255 characters. */
const MAX_READABLE_ID = 240;

/** Regions without account-regional namespaces: https://docs.aws.amazon.com/AmazonS3/latest/userguide/gpbucketnamespaces.html */
const GLOBAL_NAMESPACE_ONLY = ['me-central-1', 'me-south-1'];

/**
 * Derives physical names, for resources that other regions or accounts must know by name.
 *
 * All names begin with the base: the identity, or a readable prefix and a hash of the construct's address (the name of its
 * stack, the stack's region, and the construct's path). It is the same in every synthesis, and no two constructs of an
 * account share one. The account and the region follow where names must be unique across them.
 */
export class DeterministicNames {
  /** The identity, or the prefix and the hash: `media-1a2b3c4d`. Begins with a letter. */
  readonly base: string;

  constructor(scope: IConstruct, prefix?: string, identity?: string) {
    const { stackName, region } = rootStack(scope);
    this.base = identity ?? `${prefix ?? readable(scope.node.id)}-${hash(stackName, region, scope.node.path)}`;
  }

  /**
   * The logical ID of a resource, by its path in the construct: `MediaPrimaryBucket8D38C2DC`. It does not change when the
   * construct is renamed or moved. The hash keeps apart what has the same letters: `a-b` and `ab`.
   */
  logicalId(path: readonly string[]): string {
    const words = this.base.replace(/-[0-9a-f]{8}$/, '').split('-');
    const prefix = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
    const shown = path.filter((id) => !HIDDEN.includes(id));
    const name = [prefix, ...shown].join('').replace(/[^A-Za-z0-9]/g, '');
    return name.slice(0, MAX_READABLE_ID) + hash(this.base, ...path).toUpperCase();
  }

  /** The name of something in the construct, such as a room of a meeting service. */
  part(id: string): string {
    return `${readable(id)}-${hash(this.base, id)}`;
  }

  /**
   * A bucket's name, in the account's own regional namespace where S3 supports it: no other account can claim it, neither
   * before the bucket is created nor after it is deleted.
   */
  bucket(region: string, account: string): string {
    const name = `${this.base}-${account}-${region}`;
    return hasAccountRegionalNamespace(region) ? `${name}-an` : name;
  }

  /** The alias that other regions use to name a key. */
  get keyAlias(): string {
    return `alias/${this.base}`;
  }

  role(purpose: string): string {
    return `${this.base}-${purpose}`;
  }

  function(purpose: string): string {
    return `${this.base}-${purpose}`;
  }

  stack(suffix: string): string {
    return `${this.base}-${suffix}`;
  }

  /** The ID of a replication rule, which no other rule in the same bucket has. */
  rule(region: string): string {
    return `${this.base}-${region}`;
  }
}

/** Whether a name has the format that S3 reserves for account-regional buckets of the region. */
export function isAccountRegionalName(name: string, region: string): boolean {
  return hasAccountRegionalNamespace(region) && name.endsWith(`-${region}-an`);
}

/** The stack's account, or the pseudo parameter if the account is known only at deployment. */
export function accountOf(stack: Stack): string {
  return Token.isUnresolved(stack.account) ? Aws.ACCOUNT_ID : stack.account;
}

/** Whether both accounts are known at synthesis and differ. */
export function isCrossAccount(account: string, other: string | undefined): boolean {
  return other !== undefined && account !== other && ![account, other].some(Token.isUnresolved);
}

/**
 * Whether any copy of the media is in another account than the stack. The policies of that copy name the roles that have
 * access to it, so a role in the stack needs a physical name.
 */
export function hasCrossAccountCopy(
  media: { primary: IResource; replicas: { account: string }[] },
  stack: Stack,
): boolean {
  const accounts = [media.primary.env, ...media.replicas].map(({ account }) => account);
  return accounts.some((account) => isCrossAccount(account, stack.account));
}

function hasAccountRegionalNamespace(region: string): boolean {
  return !GLOBAL_NAMESPACE_ONLY.includes(region);
}

function hash(...address: string[]): string {
  return createHash('sha256').update(address.join('\n')).digest('hex').slice(0, 8);
}

/** `TownHallMedia` → `town-hall-media`, truncated. Begins with a letter, because the names of stacks must. */
function readable(id: string): string {
  const kebab = id
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  return kebab.slice(0, MAX_PREFIX_LENGTH).replace(/^[^a-z]+|-+$/g, '') || 'media';
}

/** The outermost stack: the name of a nested stack is known only at deployment. */
export function rootStack(scope: IConstruct): Stack {
  let stack = Stack.of(scope);
  while (stack.nestedStackParent) stack = stack.nestedStackParent;
  return stack;
}
