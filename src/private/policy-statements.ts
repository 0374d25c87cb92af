import * as iam from 'aws-cdk-lib/aws-iam';

/** A statement that allows actions on a single resource. */
export function statement(actions: string[], resource: string, conditions?: iam.Conditions): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions, resources: [resource], conditions });
}

/** Adds a statement to the policy of the grantee, never to a policy of the resource. */
export function allow({ grantPrincipal }: iam.IGrantable, ...allowed: Parameters<typeof statement>): void {
  grantPrincipal.addToPrincipalPolicy(statement(...allowed));
}
