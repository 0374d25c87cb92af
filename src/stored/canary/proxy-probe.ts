import { ArnFormat, Duration, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { PROXY_ADDRESS_VARIABLE, PROXY_ORIGIN_VARIABLE } from './contract';
import { handlerFunction } from '../../private/handler-function';
import { accountOf, DeterministicNames } from '../../private/naming';
import { IS3MediaProxy } from '../proxy';

export interface ProxyProbeProps {
  readonly proxy: IS3MediaProxy;
  /** The names of the canary. */
  readonly names: DeterministicNames;
  readonly canary: Construct;
  readonly runtime?: lambda.Runtime;
  readonly logRetention?: logs.RetentionDays;
}

/**
 * A function in the proxy's VPC that reads through the proxy for the canary, which cannot reach it from outside.
 *
 * It has no internet access and no permissions in AWS, and it connects to this proxy only. Its name is derived from the
 * canary's, so that the canary's stack can refer to it without a cross-region reference.
 */
export class ProxyProbe extends Construct {
  readonly function: lambda.Function;
  private readonly functionName: string;

  constructor({ proxy, names, canary, runtime, logRetention }: ProxyProbeProps) {
    super(Stack.of(proxy), `CanaryProbe-${names.base}`);
    const { vpc, subnets } = proxy._placement!;
    this.functionName = names.function('probe');
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'Replication canary of the media proxy',
      allowAllOutbound: false,
    });
    this.connect(securityGroup, proxy);
    const fn = handlerFunction(this, 'Function', {
      handler: 'stored/canary/proxy-probe',
      description: 'Reads through the media proxy for the replication canary',
      environment: {
        [PROXY_ORIGIN_VARIABLE]: proxy.url,
        // The host name that clients use may be in a private hosted zone that is not associated with this VPC. With
        // PRIVATE_LINK, it resolves to the endpoint for clients of the inbound resolver only.
        ...(proxy._address && { [PROXY_ADDRESS_VARIABLE]: proxy._address }),
      },
      memorySize: 128,
      timeout: Duration.seconds(15),
      functionName: this.functionName,
      network: { vpc, subnets, securityGroup },
      runtime,
      logRetention,
    });
    this.function = fn;
    this.allowCrossAccount(canary);
  }

  /** The account, without references between the stacks. */
  get account(): string {
    return accountOf(Stack.of(this));
  }

  /** The ARN, without references between the stacks. */
  arnFor(canary: Construct): string {
    return Stack.of(canary).formatArn({
      service: 'lambda',
      region: Stack.of(this).region,
      account: this.account,
      resource: 'function',
      resourceName: this.functionName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  /**
   * The egress rule is part of the security group itself: with a separate resource, CloudFormation would create the group
   * with its default rule, which allows all traffic, and keep that until the resource exists.
   */
  private connect(securityGroup: ec2.SecurityGroup, proxy: IS3MediaProxy): void {
    const secure = Token.isUnresolved(proxy.url) ? proxy.loadBalancer === undefined : proxy.url.startsWith('https:');
    const port = secure ? 443 : 80;
    const tcp = { ipProtocol: 'tcp', fromPort: port, toPort: port };
    const groups = proxy.connections.securityGroups;
    (securityGroup.node.defaultChild as ec2.CfnSecurityGroup).securityGroupEgress = groups.map(
      ({ securityGroupId }) => ({
        ...tcp,
        destinationSecurityGroupId: securityGroupId,
        description: 'The media proxy',
      }),
    );
    groups.forEach(
      ({ securityGroupId }, index) =>
        new ec2.CfnSecurityGroupIngress(this, `ProxyIngress${index}`, {
          ...tcp,
          groupId: securityGroupId,
          sourceSecurityGroupId: securityGroup.securityGroupId,
          description: 'Replication canary',
        }),
    );
  }

  /** The permission names the account of the canary, because its role does not exist yet when this is deployed. */
  private allowCrossAccount(canary: Construct): void {
    const account = accountOf(Stack.of(canary));
    const own = Stack.of(this).account;
    if ([account, own].some((each) => Token.isUnresolved(each)) || account === own) return;
    this.function.addPermission('Canary', { principal: new iam.AccountPrincipal(account) });
  }
}
