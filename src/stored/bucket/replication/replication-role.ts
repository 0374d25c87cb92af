import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { allowCrossAccountRole } from './replication-permissions';
import { DeterministicNames } from '../../../private/naming';
import { invalid } from '../../../private/problems';
import { canBeNamedFrom } from '../../../private/stacks';
import { Replica } from '../copies/replica';

/** Creates the role that S3 assumes to replicate. */
export function createReplicationRole(scope: Construct, names: DeterministicNames, replicas: Replica[]): iam.Role {
  return new iam.Role(scope, 'ReplicationRole', {
    assumedBy: new iam.ServicePrincipal('s3.amazonaws.com'),
    description: `Replicates the media of ${scope.node.path}`,
    // Policies in other accounts name the role before it exists.
    roleName: replicas.some(({ crossAccount }) => crossAccount) ? names.role('replication') : undefined,
  });
}

/**
 * Allows the role in the policies of new copies in other accounts.
 *
 * @throws if these policies cannot name the role
 */
export function allowReplicationRole(scope: Construct, role: iam.IRole, replicas: Replica[]): void {
  for (const { copy, stack } of replicas.filter(({ crossAccount, props }) => crossAccount && !props.bucket)) {
    if (!canBeNamedFrom(stack, role.roleArn)) {
      throw invalid(scope, {
        property: 'replicationRole',
        got: `${role.node.path}, whose name is generated during deployment`,
        expected: `a role that policies in account ${copy.account} can name before it exists`,
        fix: 'Set `roleName` on the role.',
      });
    }
    allowCrossAccountRole(copy, role.roleArn, Stack.of(scope).account);
  }
}
