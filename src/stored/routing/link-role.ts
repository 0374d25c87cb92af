import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { SESSION_SECONDS } from './contract';
import { MediaRouterProps } from './props';
import { allow } from '../../private/policy-statements';

export interface LinkRoleProps extends Pick<MediaRouterProps, 'media' | 'access'> {
  /** The router's function, which assumes the role. */
  readonly function: iam.IGrantable & { readonly role?: iam.IRole };
  /** A physical name, if a policy in another account refers to it. */
  readonly roleName?: string;
}

/**
 * Creates the role whose sessions sign links for callers with a prefix of their own. It can use the objects of all callers;
 * the policy of each session limits it to one prefix.
 */
export function createLinkRole(scope: Construct, { media, access, roleName, ...props }: LinkRoleProps): iam.Role {
  const { byClaim, uploadScopes } = access!._settings;
  const role = new iam.Role(scope, 'LinkRole', {
    description: 'Signs links for callers of a media router, in sessions that are limited to the prefix of a caller',
    assumedBy: new iam.ArnPrincipal(props.function.role!.roleArn),
    maxSessionDuration: Duration.seconds(SESSION_SECONDS),
    roleName,
  });
  allow(props.function, ['sts:AssumeRole'], role.roleArn);
  const pattern = `${byClaim![1].replace('{claim}', '*')}*`;
  media.grantRead(role, pattern);
  if (uploadScopes) media.grantPut(role, pattern);
  return role;
}
