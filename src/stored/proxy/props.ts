import { Duration } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { DirectConnect } from './direct-connect';

/** How clients in private networks reach the bucket. */
export enum ProxyMode {
  /** HAProxy servers on Fargate behind an internal load balancer. They reach S3 through a free gateway endpoint. */
  SERVERS = 'SERVERS',

  /**
   * An S3 interface endpoint, which is charged per hour and per GB and needs no servers. Clients use S3's own host names,
   * which they resolve through an inbound resolver endpoint in the VPC.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html
   */
  PRIVATE_LINK = 'PRIVATE_LINK',
}

/** Options for a bucket that can be read only through the endpoint of the proxy. */
export interface BucketIsolation {
  /**
   * The ARNs of roles and users that can still read the bucket directly, such as administrators and transcoders. `*`
   * matches any characters.
   *
   * Replication needs no exemption, because the actions that it uses are not denied.
   *
   * @default - no exemptions
   */
  readonly exemptPrincipalArns?: string[];

  /**
   * The IDs of further VPC endpoints through which the bucket can be read, such as the endpoints of the proxies that serve
   * this bucket as their `primary`. Such a proxy has the output `PrimaryVpcEndpointId`.
   *
   * @default - only the endpoint of this proxy
   */
  readonly additionalVpcEndpointIds?: string[];
}

/**
 * Options for serving the primary through the servers of a replica's proxy, so that links that fall back to the primary
 * stay in the private network.
 *
 * The servers reach the primary through an interface endpoint for S3 in the primary's region. Each of its Availability
 * Zones is charged per hour, and the traffic is charged per GB.
 *
 * The principal that deploys the proxy needs the permission `vpce:AllowMultiRegion`. An opt-in region must be enabled in the account of the proxy.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-cross-region-privatelink-support.html
 */
export interface S3MediaProxyPrimaryOptions {
  /** The host name that clients use for the primary, such as `media-primary.eu.example.com`. */
  readonly domainName: string;

  /**
   * The certificate for `domainName`, in the proxy's region. It can be the proxy's certificate, if that contains this name.
   *
   * @default - a new certificate with DNS validation. Without `hostedZone`, the deployment waits until you create the
   * validation record.
   */
  readonly certificate?: acm.ICertificate;

  /**
   * The hosted zone in which the record for `domainName` is created. Without `certificate`, it must be public, because
   * ACM validates the new certificate by a record in it.
   *
   * @default - no record is created: create a CNAME record from `domainName` to the load balancer yourself
   */
  readonly hostedZone?: route53.IHostedZone;

  /**
   * The subnets of the interface endpoint. Interface endpoints for another region are not available in the Availability
   * Zones with the IDs `use1-az3`, `usw1-az2`, `apne1-az3`, `apne2-az2` and `apne2-az4`.
   *
   * @default - the subnets of the servers
   */
  readonly vpcSubnets?: ec2.SubnetSelection;
}

/** Options of an `S3MediaProxy`, without its bucket. */
export interface S3MediaProxyOptions {
  /**
   * How clients reach the bucket.
   *
   * @default ProxyMode.SERVERS
   */
  readonly mode?: ProxyMode;

  /**
   * The host name that clients use, such as `media.eu.example.com`. It enables TLS.
   *
   * @default - the DNS name of the load balancer, without TLS, because there can be no certificate for it
   */
  readonly domainName?: string;

  /**
   * The certificate for `domainName`, in the proxy's region.
   *
   * @default - a new certificate with DNS validation. Without `hostedZone`, the deployment waits until you create the
   * validation record.
   */
  readonly certificate?: acm.ICertificate;

  /**
   * The hosted zone in which the record for `domainName` is created. Without `certificate`, it must be public, because
   * ACM validates the new certificate by a record in it.
   *
   * @default - no record is created: create a CNAME record from `domainName` to the load balancer yourself
   */
  readonly hostedZone?: route53.IHostedZone;

  /**
   * Whether HTTP requests on port 80 are redirected to HTTPS. Such a request has already sent its whole link unencrypted.
   *
   * @default false - port 80 is closed
   */
  readonly redirectHttp?: boolean;

  /**
   * Also serves the primary, under its own host name, for objects that the replica does not have yet. Requires
   * `domainName`.
   *
   * @default - links that fall back to the primary use S3's public endpoint, which clients must be able to reach
   */
  readonly primary?: S3MediaProxyPrimaryOptions;

  /**
   * The VPC of the proxy. An existing VPC is not modified. It must have an S3 gateway endpoint and a route to the public
   * image registry. With `imageRepository`, endpoints for `ecr.api`, `ecr.dkr` and `logs` replace that route. With
   * `PRIVATE_LINK`, the VPC needs only DNS support, DNS host names and an S3 gateway endpoint, which EC2 requires for
   * private DNS that applies to inbound resolver endpoints only.
   *
   * @default - a new VPC
   */
  readonly vpc?: ec2.IVpc;

  /**
   * The subnets of `vpc` for the load balancer and the servers, or for the interface endpoint.
   *
   * @default - the private subnets with egress. With `imageRepository` or `PRIVATE_LINK`: the isolated subnets, if any.
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * The IP addresses of a new VPC. They must not overlap with the networks of the clients.
   *
   * @default ec2.IpAddresses.cidr('10.100.0.0/16')
   */
  readonly ipAddresses?: ec2.IIpAddresses;

  /**
   * The maximum number of Availability Zones of a new VPC, at least 2.
   *
   * @default 2
   */
  readonly maxAzs?: number;

  /**
   * The number of NAT gateways of a new VPC, through which servers pull their image and write their logs. Links do not
   * use them.
   *
   * With one, a failure of its Availability Zone leaves the servers of the other zones running, but no server can start
   * until the zone recovers. Use the value of `maxAzs` to avoid that. Each NAT gateway is charged per hour.
   *
   * @default 1, or none with `imageRepository` or `PRIVATE_LINK`
   */
  readonly natGateways?: number;

  /**
   * The connection of a new VPC to a Direct Connect gateway or a transit gateway.
   *
   * @default - no connection
   */
  readonly directConnect?: DirectConnect;

  /**
   * The IPv4 ranges from which clients can connect.
   *
   * @default - the private ranges: 10.0.0.0/8, 172.16.0.0/12 and 192.168.0.0/16
   */
  readonly clientCidrs?: string[];

  /**
   * A private repository with the HAProxy image for arm64, for a VPC without a route to public registries. A new VPC is
   * then created without internet access.
   *
   * @default - the official image in the Amazon ECR Public Gallery
   */
  readonly imageRepository?: ecr.IRepository;

  /**
   * The tag of the image. Test the configuration before you change to another minor version of HAProxy.
   *
   * @default '3.2.24'
   */
  readonly imageTag?: string;

  /**
   * The digest of the image (`sha256:…`), which replaces the tag.
   *
   * @default - the image is identified by `imageTag`
   */
  readonly imageDigest?: string;

  /**
   * The number of CPU units of each server: a size that Fargate offers with `memoryLimitMiB`. 256 with 512 MiB is the small
   * size, at about 60 % of the cost of a proxied region. docs/costs.md compares what both serve.
   *
   * @default 1024
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
   */
  readonly cpu?: number;

  /**
   * The memory of each server, in MiB. Below the default, it limits the number of connections: 2,000 with 512 MiB.
   *
   * @default 2048
   */
  readonly memoryLimitMiB?: number;

  /**
   * The minimum number of servers, at least 2. They are distributed over the Availability Zones.
   *
   * @default 2
   */
  readonly minCapacity?: number;

  /**
   * The maximum number of servers.
   *
   * @default 10, or `minCapacity` if it is larger
   */
  readonly maxCapacity?: number;

  /**
   * How long the load balancer keeps an idle connection open.
   *
   * @default Duration.minutes(2)
   */
  readonly idleTimeout?: Duration;

  /**
   * Whether deletion protection is enabled for the load balancer.
   *
   * @default false
   */
  readonly deletionProtection?: boolean;

  /**
   * The bucket for the access logs of the load balancer. They contain whole links, which are credentials until they
   * expire: restrict access to the bucket accordingly. The logs of the servers contain no links.
   *
   * @default - no access logs
   */
  readonly accessLogsBucket?: s3.IBucket;

  /**
   * How long the logs of the servers are kept.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * Denies reads of the bucket that do not go through the endpoint of the proxy, except by exempt principals. Servers
   * need a `domainName`: without one, links would point to the bucket itself, where they are denied.
   *
   * @default - the bucket can be read directly too
   */
  readonly isolation?: BucketIsolation;
}

/** Properties of an `S3MediaProxy`. */
export interface S3MediaProxyProps extends S3MediaProxyOptions {
  /** The bucket, in the proxy's region. */
  readonly bucket: s3.IBucket;

  /**
   * The bucket that `primary` serves, in another region. Import it with its region (`Bucket.fromBucketAttributes`), unless
   * it is part of this app.
   *
   * @default - none: required with `primary`
   */
  readonly primaryBucket?: s3.IBucket;
}
