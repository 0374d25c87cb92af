import { asList, Conditions, conditionsAreMet, Context, matchesPattern } from './conditions';

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: string | Readonly<Record<string, unknown>>;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Conditions;
}

export interface PolicyDocument {
  readonly Statement: Statement | readonly Statement[];
}

/** A role or a service of AWS. */
export interface Principal {
  /** The ARN of a role, or the name of a service. */
  readonly id: string;
  /** Undefined for a service. */
  readonly account?: string;
}

export interface AccessRequest {
  readonly principal: Principal;
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount: string;
  readonly context: Context;
}

export interface AccessPolicies {
  /** Of the principal. */
  readonly identity: readonly PolicyDocument[];
  /** Of the resource. */
  readonly resource?: PolicyDocument;
  /** Whether identity policies count only if the resource's policy lets the account decide, as for a KMS key. */
  readonly resourceDecides?: boolean;
}

/** How a statement of a resource's policy names a principal: itself, or by its account. */
type Naming = 'itself' | 'account' | undefined;

/**
 * Whether a request is allowed. Organization policies, boundaries and sessions are not simulated.
 *
 * - An explicit deny wins: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 * - Another account needs both: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
 * - A key policy decides whether IAM policies count: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
export function isAllowed(request: AccessRequest, policies: AccessPolicies): boolean {
  const { principal, resourceAccount } = request;
  const identity = policies.identity.flatMap(statementsOf).filter((each) => applies(each, request));
  const resource = (policies.resource ? statementsOf(policies.resource) : [])
    .filter((each) => applies(each, request))
    .map((each) => ({ ...each, naming: namingOf(each, principal) }))
    .filter(({ naming }) => naming !== undefined);
  if ([...identity, ...resource].some(({ Effect }) => Effect === 'Deny')) return false;
  const isNamed = (naming: Naming) => resource.some((each) => each.naming === naming);
  if (principal.account === undefined) return isNamed('itself');
  if (principal.account !== resourceAccount) return identity.length > 0 && resource.length > 0;
  if (isNamed('itself')) return true;
  return identity.length > 0 && (!policies.resourceDecides || isNamed('account'));
}

function statementsOf({ Statement }: PolicyDocument): readonly Statement[] {
  return Array.isArray(Statement) ? (Statement as readonly Statement[]) : [Statement as Statement];
}

function applies(statement: Statement, { action, resource, context }: AccessRequest): boolean {
  for (const element of ['NotAction', 'NotResource', 'NotPrincipal']) {
    if (element in statement) throw new Error(`The policy element ${element} is not simulated.`);
  }
  const { Action, Resource = '*', Condition = {} } = statement;
  // Actions are not case-sensitive, resources are.
  const hasAction = asList(Action).some((each) => matchesPattern(action.toLowerCase(), each.toLowerCase()));
  const hasResource = asList(Resource).some((each) => matchesPattern(resource, each));
  return hasAction && hasResource && conditionsAreMet(Condition, context);
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html */
function namingOf({ Principal }: Statement, { id, account }: Principal): Naming {
  if (Principal === '*') return 'itself';
  for (const [kind, value] of Object.entries((Principal ?? {}) as Record<string, unknown>)) {
    if (kind !== 'AWS' && kind !== 'Service') throw new Error(`The kind of principal ${kind} is not simulated.`);
    if ((kind === 'Service') !== (account === undefined)) continue;
    const named = asList(value);
    if (named.includes(id) || (kind === 'AWS' && named.includes('*'))) return 'itself';
    if (named.some((each) => each === account || each.endsWith(`:iam::${account}:root`))) return 'account';
  }
  return undefined;
}
