import { isAllowed, PolicyDocument, Principal } from './policies';

interface Role {
  readonly trust: PolicyDocument;
  readonly policies: Map<string, PolicyDocument>;
}

/** The roles of all accounts. */
export class Roles {
  private readonly roles = new Map<string, Role>();

  /** @param trust who can assume the role */
  put(arn: string, trust: PolicyDocument): void {
    this.roles.set(arn, { trust, policies: this.roles.get(arn)?.policies ?? new Map() });
  }

  has(arn: string): boolean {
    return this.roles.has(arn);
  }

  delete(arn: string): void {
    this.roles.delete(arn);
  }

  putPolicy(arn: string, name: string, document: PolicyDocument): void {
    const role = this.roles.get(arn);
    if (!role) throw new Error(`There is no role ${arn}.`);
    role.policies.set(name, document);
  }

  deletePolicy(arn: string, name: string): void {
    this.roles.get(arn)?.policies.delete(name);
  }

  policiesOf({ id }: Principal): PolicyDocument[] {
    return [...(this.roles.get(id)?.policies.values() ?? [])];
  }

  /** Whether a service can assume a role for an account. */
  canBeAssumedBy(arn: string, service: string, sourceAccount: string): boolean {
    const role = this.roles.get(arn);
    if (!role) return false;
    const request = {
      principal: { id: service },
      action: 'sts:AssumeRole',
      resource: '*',
      resourceAccount: accountOf(arn),
      context: { 'aws:sourceaccount': sourceAccount },
    };
    return isAllowed(request, { identity: [], resource: role.trust });
  }
}

export function principalOf(roleArn: string): Principal {
  return { id: roleArn, account: accountOf(roleArn) };
}

export const accountOf = (arn: string): string => arn.split(':')[4];
