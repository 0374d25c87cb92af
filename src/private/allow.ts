import * as iam from 'aws-cdk-lib/aws-iam';

/** Allows actions on a resource in the policy of the grantee, never in a policy of the resource. */
export function allow(
  { grantPrincipal }: iam.IGrantable,
  actions: string[],
  resource: string,
  conditions?: iam.Conditions,
): void {
  grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({ actions, resources: [resource], conditions }));
}
