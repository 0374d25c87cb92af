import { CfnResource } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';

/** Options for the association of a virtual private gateway with a Direct Connect gateway. */
export interface DirectConnectGatewayOptions {
  /**
   * The prefixes that are advertised to the networks behind the Direct Connect gateway.
   *
   * @default - the CIDR range of the VPC
   */
  readonly allowedPrefixes?: string[];

  /**
   * The private autonomous system number (ASN) of the Amazon side of the virtual private gateway.
   *
   * @default - Amazon's default ASN
   */
  readonly amazonSideAsn?: number;

  /**
   * The ARN of a role that accepts the association, for a Direct Connect gateway of another account. The role is in that
   * account, trusts the account of the proxy, and allows
   * `directconnect:AcceptDirectConnectGatewayAssociationProposal`.
   *
   * @default - the Direct Connect gateway is in the account of the proxy
   * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-directconnect-directconnectgatewayassociation.html
   */
  readonly acceptRoleArn?: string;
}

type Attach = (scope: Construct, vpc: ec2.IVpc, subnets: ec2.ISubnet[], clientCidrs: string[]) => void;

/** The connection of a new VPC to the networks of the clients. */
export class DirectConnect {
  /**
   * Creates a virtual private gateway and associates it with an existing Direct Connect gateway, of this account or of
   * another one (`acceptRoleArn`). Routes to the clients are propagated.
   *
   * @param directConnectGatewayId the id of the Direct Connect gateway
   * @param options options for the association
   * @see https://docs.aws.amazon.com/directconnect/latest/UserGuide/virtualgateways.html
   */
  public static gateway(directConnectGatewayId: string, options: DirectConnectGatewayOptions = {}): DirectConnect {
    return new DirectConnect((scope, vpc, subnets) => {
      const gateway = new ec2.CfnVPNGateway(scope, 'VirtualPrivateGateway', {
        type: 'ipsec.1',
        amazonSideAsn: options.amazonSideAsn,
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
      // The lowest supported aws-cdk-lib has no L1 for this resource.
      const association = new CfnResource(scope, 'DirectConnectGatewayAssociation', {
        type: 'AWS::DirectConnect::DirectConnectGatewayAssociation',
        properties: {
          DirectConnectGatewayId: directConnectGatewayId,
          AssociatedGatewayId: gateway.ref,
          AllowedPrefixesToDirectConnectGateway: options.allowedPrefixes ?? [vpc.vpcCidrBlock],
          AcceptDirectConnectGatewayAssociationProposalRoleArn: options.acceptRoleArn,
        },
      });
      association.node.addDependency(attachment);
    });
  }

  /**
   * Attaches the VPC to an existing transit gateway, of this account or shared with it, and adds routes to the clients
   * through it. The route tables of the transit gateway are not changed.
   *
   * @param transitGatewayId the id of the transit gateway
   * @see https://docs.aws.amazon.com/directconnect/latest/UserGuide/direct-connect-transit-gateways.html
   */
  public static transitGateway(transitGatewayId: string): DirectConnect {
    return new DirectConnect((scope, vpc, subnets, clientCidrs) => {
      const attachment = new ec2.CfnTransitGatewayAttachment(scope, 'TransitGatewayAttachment', {
        transitGatewayId,
        vpcId: vpc.vpcId,
        subnetIds: subnets.map(({ subnetId }) => subnetId),
      });
      routeTablesOf(subnets).forEach((routeTableId, table) =>
        clientCidrs.forEach((destinationCidrBlock, range) => {
          const route = new ec2.CfnRoute(scope, `TransitGatewayRoute${table}-${range}`, {
            routeTableId,
            destinationCidrBlock,
            transitGatewayId,
          });
          route.node.addDependency(attachment);
        }),
      );
    });
  }

  /** @internal */
  public readonly _attach: Attach;

  private constructor(attach: Attach) {
    this._attach = attach;
  }
}

function routeTablesOf(subnets: ec2.ISubnet[]): string[] {
  return [...new Set(subnets.map(({ routeTable }) => routeTable.routeTableId))];
}
