import { createHash } from 'node:crypto';
import { Aws, Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** The longest readable part: with it, a name fits into 63 characters in the region with the longest code. */
export const MAX_PREFIX_LENGTH = 20;

/** S3 has no account-regional namespace there: https://docs.aws.amazon.com/AmazonS3/latest/userguide/gpbucketnamespaces.html */
const GLOBAL_NAMESPACE_ONLY = ['me-central-1', 'me-south-1'];

/**
 * The one place where physical names come from: only of things that other regions must know by name.
 *
 * A name is a readable prefix and a hash of the construct's address (the name of its stack, the stack's region, and the
 * construct's path), so that it is the same at each synthesis, and no two constructs of an account share one. Where it
 * matters, the account and the region follow.
 */
export class DeterministicNames {
  /** Prefix and hash: `media-1a2b3c4d`. */
  readonly base: string;
  private readonly stackName: string;

  constructor(scope: IConstruct, prefix: string = readable(scope.node.id)) {
    const stack = rootStack(scope);
    this.stackName = stack.stackName;
    const region = Token.isUnresolved(stack.region) ? '' : stack.region;
    const address = [stack.stackName, region, scope.node.path].join('\n');
    this.base = `${prefix}-${createHash('sha256').update(address).digest('hex').slice(0, 8)}`;
  }

  /**
   * A bucket's name, in the account's own regional namespace where S3 has it: nobody else can take such a name, neither
   * before it is ours nor after it was deleted.
   */
  bucket(region: string, account: string): string {
    const name = `${this.base}-${account}-${region}`;
    return hasAccountRegionalNamespace(region) ? `${name}-an` : name;
  }

  /** The alias by which other regions name a key. */
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
    const rest = `-${this.base}-${suffix}`;
    return this.stackName.slice(0, 128 - rest.length) + rest;
  }

  /** The id of a replication rule; with the base, so that rules of others in the same bucket are never taken for ours. */
  rule(region: string): string {
    return `${this.base}-${region}`;
  }
}

/** Whether `name` is of the form that S3 reserves for account-regional buckets of the region. */
export function isAccountRegionalName(name: string, region: string): boolean {
  return hasAccountRegionalNamespace(region) && name.endsWith(`-${region}-an`);
}

/** The stack's account, or the pseudo parameter where it is known only at deployment. */
export function accountOf(stack: Stack): string {
  return Token.isUnresolved(stack.account) ? Aws.ACCOUNT_ID : stack.account;
}

/**
 * Whether any of the accounts is known to differ from that of the construct. The policies of the other account can refer
 * to a role of this one only if the role has a physical name.
 */
export function isAnyInOtherAccount(scope: IConstruct, accounts: readonly string[]): boolean {
  const own = Stack.of(scope).account;
  return accounts.some((account) => ![account, own].some((each) => Token.isUnresolved(each)) && account !== own);
}

function hasAccountRegionalNamespace(region: string): boolean {
  return !GLOBAL_NAMESPACE_ONLY.includes(region);
}

/** `TownHallMedia` → `town-hall-media`, cut to length. */
function readable(id: string): string {
  const kebab = id
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  return kebab.slice(0, MAX_PREFIX_LENGTH).replace(/^-+|-+$/g, '') || 'media';
}

/** The stack that is deployed: a nested stack's name is known only then, its outermost parent's is known now. */
function rootStack(scope: IConstruct): Stack {
  let stack = Stack.of(scope);
  while (stack.nestedStackParent) stack = stack.nestedStackParent;
  return stack;
}
