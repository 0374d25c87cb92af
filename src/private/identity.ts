import { Aspects, CfnResource, Names, Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { accountOf, DeterministicNames, isCrossAccount, MAX_IDENTITY_LENGTH, MAX_PREFIX_LENGTH } from './naming';
import { invalid, Problems } from './problems';

/** Prefixes that S3 reserves: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const RESERVED_PREFIXES = ['xn--', 'sthree-', 'amzn-s3-demo-'];

/** Props that determine the derived names. */
export interface IdentityProps {
  readonly identity?: string;
  readonly namePrefix?: string;
}

export function validateIdentity(problems: Problems, { identity, namePrefix }: IdentityProps): void {
  validateName(problems, 'namePrefix', namePrefix, MAX_PREFIX_LENGTH);
  validateName(problems, 'identity', identity, MAX_IDENTITY_LENGTH);
  problems.expect(identity === undefined || namePrefix === undefined, {
    property: 'namePrefix',
    got: namePrefix,
    expected: 'no value with `identity`, which replaces the prefix and the hash',
    fix: 'Remove `namePrefix`. The names that the construct has now do not change.',
  });
}

function validateName(problems: Problems, property: string, name: string | undefined, maxLength: number): void {
  if (name === undefined) return;
  const isLiteral = problems.expect(!Token.isUnresolved(name), {
    property,
    got: 'a value that is known only at deployment',
    expected: 'a literal, because stacks of other regions contain the derived names',
    fix: 'Specify a string.',
  });
  if (!isLiteral) return;
  const pattern = new RegExp(`^[a-z][a-z0-9-]{0,${maxLength - 1}}$`);
  problems.expect(pattern.test(name) && !RESERVED_PREFIXES.some((reserved) => name.startsWith(reserved)), {
    property,
    got: name,
    expected: `1 to ${maxLength} lowercase letters, digits and hyphens, starting with a letter and not with ${RESERVED_PREFIXES.join(', ')}, which S3 reserves`,
    fix: `Change the ${property === 'identity' ? 'identity' : 'prefix'}, or remove it to use the construct ID.`,
  });
}

/** A construct with a base, and the accounts in which it has names. */
interface Owner {
  readonly path: string;
  readonly kind: string;
  readonly base: string;
  readonly accounts: readonly string[];
}

/** The owners of all bases, by app. */
const apps = new WeakMap<IConstruct, Owner[]>();

/**
 * Reserves the base of a construct in its accounts. In every region, because the names of roles have no region, and
 * because two primaries can have replicas in the same region.
 *
 * @param accounts the accounts of replicas; the account of the construct's stack is included
 * @throws if another construct of the app has the same base in an account that is or may be the same
 */
export function reserveIdentity(
  scope: IConstruct,
  kind: string,
  { base }: DeterministicNames,
  accounts: readonly string[] = [],
): void {
  const { root, path } = scope.node;
  const owners = (apps.get(root) ?? []).filter((owner) => owner.path !== path);
  const owner: Owner = { path, kind, base, accounts: [accountOf(Stack.of(scope)), ...accounts] };
  apps.set(root, [...owners, owner]);
  const other = owners.find((each) => each.kind === kind && each.base === base && shareAccount(each, owner));
  if (!other) return;
  throw invalid(scope, {
    property: 'identity',
    got: base,
    expected: `an identity that no other ${kind} has in the same account, but [${other.path}] has it`,
    fix: "Choose another identity. If the stacks are deployed to different accounts, specify both: `env: { account: '…' }`.",
  });
}

function shareAccount(one: Owner, other: Owner): boolean {
  return one.accounts.some((account) => other.accounts.some((each) => !isCrossAccount(account, each)));
}

/**
 * Derives the logical IDs of all resources that are in a construct and in its stack from its base instead of its path. If
 * the scope is a stack inside the construct, few logical IDs contain its path, and the others remain as they are.
 *
 * All resources, not only those with data: if the logical ID of a policy, a subscription or a custom resource changes,
 * CloudFormation creates the new one first and then deletes the old one, which removes it from the resource that both
 * belong to. docs/decisions/0025-identity.md lists them.
 *
 * @returns a function that does it at once for all existing resources. Otherwise it is done at synthesis, which is too late
 * for `exportValue` of the stack
 */
export function pinLogicalIds(scope: IConstruct, names: DeterministicNames): () => void {
  const stack = Stack.of(scope);
  const depth = scope.node.scopes.length;
  // aws-cdk-lib names what connects two resources, such as an event source, by the path of one of them and a hash.
  const pathInId = new RegExp(`${Names.nodeUniqueId(scope.node).slice(0, -8)}(\\w*)[0-9A-F]{8}`);
  const visited = new Set<IConstruct>();
  const visit = (node: IConstruct, mayBeOverridden = true) => {
    if (!CfnResource.isCfnResource(node) || node.stack !== stack || visited.has(node)) return;
    visited.add(node);
    if (mayBeOverridden && stack.resolve(node.logicalId) !== stack.getLogicalId(node)) return;
    const ids = node.node.scopes.slice(depth).map((each) => each.node.id);
    const dependsOnPath = scope !== stack || ids.some((id) => pathInId.test(id));
    if (dependsOnPath) node.overrideLogicalId(names.logicalId(ids.map((id) => id.replace(pathInId, '$1'))));
  };
  Aspects.of(scope).add({ visit: (node) => visit(node) });
  return () => {
    // The first call is at the end of the constructor: the app cannot have overridden an ID, and the check takes time.
    const isFirst = visited.size === 0;
    scope.node.findAll().forEach((node) => visit(node, !isFirst));
  };
}
