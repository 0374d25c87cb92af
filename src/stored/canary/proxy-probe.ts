import { ArnFormat, Aws, Duration, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { PROXY_ADDRESS_VARIABLE, PROXY_ORIGIN_VARIABLE } from './contract';
import { handlerFunction } from '../../private/handler-function';
import { accountOf, DeterministicNames } from '../../private/naming';
import { S3MediaProxy } from '../proxy';

export interface ProxyProbeProps {
  readonly proxy: S3MediaProxy;
  /** Those of the canary. */
  readonly names: DeterministicNames;
  readonly canary: Construct;
  readonly runtime?: lambda.Runtime;
  readonly logRetention?: logs.RetentionDays;
}

/**
 * Reads through a proxy on the canary's behalf, from inside of the proxy's VPC, since nobody else gets there.
 *
 * It has no way out of the VPC, no permission in AWS, and speaks to this proxy only. Its name is derived from the
 * canary's, so that the canary's stack can name it without a reference.
 */
export class ProxyProbe extends Construct {
  readonly function: lambda.Function;
  private readonly functionName: string;

  constructor({ proxy, names, canary, runtime, logRetention }: ProxyProbeProps) {
    super(Stack.of(proxy), `CanaryProbe-${names.base}-${proxy.node.addr.slice(-8)}`);
    this.functionName = names.function('probe');
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: proxy.vpc,
      description: 'Reads through the media proxy to see that it works',
      allowAllOutbound: false,
    });
    this.connect(securityGroup, proxy);
    const { function: fn } = handlerFunction(this, 'Function', {
      handler: 'stored/canary/proxy-probe',
      description: 'Reads through the media proxy to see that it works',
      environment: {
        [PROXY_ORIGIN_VARIABLE]: proxy.url,
        // The clients' own name may be in a zone that this VPC does not see.
        ...(proxy.loadBalancer && { [PROXY_ADDRESS_VARIABLE]: proxy.loadBalancer.loadBalancerDnsName }),
      },
      memorySize: 128,
      timeout: Duration.seconds(15),
      functionName: this.functionName,
      network: { vpc: proxy.vpc, subnets: proxy._subnets, securityGroup },
      runtime,
      logRetention,
    });
    this.function = fn;
    this.admit(canary);
  }

  /** The ARN, as any stack can write it. */
  arnFrom(canary: Construct): string {
    const home = Stack.of(this);
    return Stack.of(canary).formatArn({
      service: 'lambda',
      region: home.region,
      account: Token.isUnresolved(home.account) ? Aws.ACCOUNT_ID : home.account,
      resource: 'function',
      resourceName: this.functionName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  /**
   * The group's only way out is written into the group itself: a rule of its own resource would leave it open to
   * everywhere until that is made.
   */
  private connect(securityGroup: ec2.SecurityGroup, proxy: S3MediaProxy): void {
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

  /** In another account, the role of the canary is not there yet when this is deployed, so its account is named. */
  private admit(canary: Construct): void {
    const account = accountOf(Stack.of(canary));
    const here = Stack.of(this).account;
    if ([account, here].some((each) => Token.isUnresolved(each)) || account === here) return;
    this.function.addPermission('Canary', { principal: new iam.AccountPrincipal(account) });
  }
}
