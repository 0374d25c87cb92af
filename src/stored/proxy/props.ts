import { Duration } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { DirectConnect } from './direct-connect';

/** How clients in private networks reach the bucket. */
export enum ProxyMode {
  /** HAProxy on Fargate behind an internal load balancer, and a free S3 gateway endpoint. */
  SERVERS = 'SERVERS',

  /**
   * An S3 interface endpoint: nothing to run, but a price per hour and per GB. Clients use S3's own host names, which
   * they resolve through an inbound resolver endpoint of the VPC.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html
   */
  PRIVATE_LINK = 'PRIVATE_LINK',
}

/** Who may read the bucket directly, where all others must come through the proxy's endpoint. */
export interface BucketIsolation {
  /**
   * ARNs of roles or users that may read from anywhere: administrators, transcoders. `*` stands for any characters.
   *
   * Replication needs no exemption: it does not use the actions that are denied.
   *
   * @default - nobody
   */
  readonly exemptPrincipalArns?: string[];
}

/** How a proxy is made, whichever bucket it serves. */
export interface S3MediaProxyOptions {
  /**
   * What the clients reach the bucket through.
   *
   * @default ProxyMode.SERVERS
   */
  readonly mode?: ProxyMode;

  /**
   * The name that clients use: `media.eu.example.com`. With it, the proxy speaks TLS.
   *
   * @default - the load balancer's own name, without TLS, for which there can be no certificate
   */
  readonly domainName?: string;

  /**
   * The certificate for `domainName`, in the proxy's region.
   *
   * @default - a new one, validated by DNS: in `hostedZone`, or, without one, by a record that you add while the
   * deployment waits
   */
  readonly certificate?: acm.ICertificate;

  /**
   * The zone of `domainName`, where its record is made.
   *
   * @default - you make a CNAME record for `domainName` to the load balancer yourself
   */
  readonly hostedZone?: route53.IHostedZone;

  /**
   * Whether requests for port 80 are redirected to TLS. They carry the whole link in the clear before they are.
   *
   * @default false: port 80 is closed
   */
  readonly redirectHttp?: boolean;

  /**
   * The VPC. It is not changed: it must have an S3 gateway endpoint, and either a way out to the image's registry, or
   * endpoints for `ecr.api`, `ecr.dkr` and `logs` with `imageRepository`. For `PRIVATE_LINK`, private DNS.
   *
   * @default - a new one
   */
  readonly vpc?: ec2.IVpc;

  /**
   * Where in the brought VPC the load balancer and the servers, or the interface endpoint, go.
   *
   * @default - private subnets with a way out; with `imageRepository` or `PRIVATE_LINK` isolated ones, if there are any
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * The addresses of a new VPC. They must not overlap with the networks that the clients come from.
   *
   * @default ec2.IpAddresses.cidr('10.100.0.0/16')
   */
  readonly ipAddresses?: ec2.IIpAddresses;

  /**
   * How many zones a new VPC spans: at least 2.
   *
   * @default 2
   */
  readonly maxAzs?: number;

  /**
   * Connects a new VPC to a Direct Connect gateway or a transit gateway.
   *
   * @default - none
   */
  readonly directConnect?: DirectConnect;

  /**
   * The IPv4 ranges that may connect.
   *
   * @default - the private ones: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16
   */
  readonly clientCidrs?: string[];

  /**
   * A private repository with HAProxy's image for arm64, for a VPC without a way out to public ones. A new VPC then has
   * none.
   *
   * @default - the official image from the public registry of AWS
   */
  readonly imageRepository?: ecr.IRepository;

  /**
   * The image's tag. Test the configuration with another line of HAProxy before you change to it.
   *
   * @default '3.2.24'
   */
  readonly imageTag?: string;

  /**
   * The image's digest (`sha256:…`), instead of a tag.
   *
   * @default - the tag
   */
  readonly imageDigest?: string;

  /**
   * CPU units of one server.
   *
   * @default 1024
   */
  readonly cpu?: number;

  /**
   * Memory of one server in MiB.
   *
   * @default 2048
   */
  readonly memoryLimitMiB?: number;

  /**
   * How many servers there are at least: 2 or more, over two zones.
   *
   * @default 2
   */
  readonly minCapacity?: number;

  /**
   * How many servers there are at most.
   *
   * @default 10
   */
  readonly maxCapacity?: number;

  /**
   * How long the load balancer waits on a connection without data.
   *
   * @default Duration.minutes(2)
   */
  readonly idleTimeout?: Duration;

  /**
   * Whether the load balancer is protected from deletion.
   *
   * @default false
   */
  readonly deletionProtection?: boolean;

  /**
   * Where the load balancer writes access logs. They hold whole links, which are credentials until they expire: guard
   * the bucket accordingly. The servers' own logs hold none.
   *
   * @default - no access logs
   */
  readonly accessLogsBucket?: s3.IBucket;

  /**
   * How long the servers' logs are kept.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * Refuses to let the bucket's objects be read but through the proxy's endpoint, and by those who are exempt.
   *
   * @default - no isolation
   */
  readonly isolation?: BucketIsolation;
}

/** What the alarms of an `S3MediaProxy` do. */
export interface S3MediaProxyAlarmsOptions {
  /**
   * What to do when an alarm goes off, in the proxy's region.
   *
   * @default - nothing more; another call can add actions
   */
  readonly actions?: cloudwatch.IAlarmAction[];
}

/** Properties of an `S3MediaProxy`. */
export interface S3MediaProxyProps extends S3MediaProxyOptions {
  /** The bucket, in the proxy's region. */
  readonly bucket: s3.IBucket;
}
