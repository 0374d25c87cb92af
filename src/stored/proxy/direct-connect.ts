import { CfnResource } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';

/** How a virtual private gateway joins a Direct Connect gateway. */
export interface DirectConnectGatewayOptions {
  /**
   * The prefixes that are announced to the networks behind the gateway.
   *
   * @default - the VPC's address range
   */
  readonly allowedPrefixes?: string[];

  /**
   * The ASN of the Amazon side of the virtual private gateway.
   *
   * @default - Amazon's default
   */
  readonly amazonSideAsn?: number;
}

/** The connection of a new VPC to the networks that the clients are in. */
export abstract class DirectConnect {
  /**
   * A virtual private gateway, joined to a Direct Connect gateway that is there. Routes to the clients come by
   * propagation.
   *
   * @param directConnectGatewayId the gateway's id
   * @param options what is announced
   * @see https://docs.aws.amazon.com/directconnect/latest/UserGuide/virtualgateways.html
   */
  public static gateway(directConnectGatewayId: string, options: DirectConnectGatewayOptions = {}): DirectConnect {
    return new ThroughVirtualPrivateGateway(directConnectGatewayId, options);
  }

  /**
   * An attachment to a transit gateway that is there (of this account, or shared with it), and routes to the clients
   * through it. The transit gateway's own route tables are its owner's.
   *
   * @param transitGatewayId the transit gateway's id
   * @see https://docs.aws.amazon.com/directconnect/latest/UserGuide/direct-connect-transit-gateways.html
   */
  public static transitGateway(transitGatewayId: string): DirectConnect {
    return new ThroughTransitGateway(transitGatewayId);
  }

  /** @internal */
  public abstract _attach(scope: Construct, vpc: ec2.IVpc, subnets: ec2.ISubnet[], clientCidrs: string[]): void;
}

class ThroughVirtualPrivateGateway extends DirectConnect {
  constructor(
    private readonly gatewayId: string,
    private readonly options: DirectConnectGatewayOptions,
  ) {
    super();
  }

  public _attach(scope: Construct, vpc: ec2.IVpc, subnets: ec2.ISubnet[]): void {
    const gateway = new ec2.CfnVPNGateway(scope, 'VirtualPrivateGateway', {
      type: 'ipsec.1',
      amazonSideAsn: this.options.amazonSideAsn,
    });
    const attachment = new ec2.CfnVPCGatewayAttachment(scope, 'VirtualPrivateGatewayAttachment', {
      vpcId: vpc.vpcId,
      vpnGatewayId: gateway.ref,
    });
    const propagation = new ec2.CfnVPNGatewayRoutePropagation(scope, 'RoutePropagation', {
      vpnGatewayId: gateway.ref,
      routeTableIds: routeTablesOf(subnets),
    });
    propagation.node.addDependency(attachment);
    // Not in every aws-cdk-lib that we support as a class of its own.
    const association = new CfnResource(scope, 'DirectConnectGatewayAssociation', {
      type: 'AWS::DirectConnect::DirectConnectGatewayAssociation',
      properties: {
        DirectConnectGatewayId: this.gatewayId,
        AssociatedGatewayId: gateway.ref,
        AllowedPrefixesToDirectConnectGateway: this.options.allowedPrefixes ?? [vpc.vpcCidrBlock],
      },
    });
    association.node.addDependency(attachment);
  }
}

class ThroughTransitGateway extends DirectConnect {
  constructor(private readonly transitGatewayId: string) {
    super();
  }

  public _attach(scope: Construct, vpc: ec2.IVpc, subnets: ec2.ISubnet[], clientCidrs: string[]): void {
    const attachment = new ec2.CfnTransitGatewayAttachment(scope, 'TransitGatewayAttachment', {
      transitGatewayId: this.transitGatewayId,
      vpcId: vpc.vpcId,
      subnetIds: subnets.map(({ subnetId }) => subnetId),
    });
    routeTablesOf(subnets).forEach((routeTableId, table) =>
      clientCidrs.forEach((destinationCidrBlock, range) => {
        const route = new ec2.CfnRoute(scope, `TransitGatewayRoute${table}-${range}`, {
          routeTableId,
          destinationCidrBlock,
          transitGatewayId: this.transitGatewayId,
        });
        route.node.addDependency(attachment);
      }),
    );
  }
}

function routeTablesOf(subnets: ec2.ISubnet[]): string[] {
  return [...new Set(subnets.map(({ routeTable }) => routeTable.routeTableId))];
}
