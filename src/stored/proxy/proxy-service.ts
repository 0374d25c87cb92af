import { Duration, Token } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { haproxyConfig, PING_PATH, PrimaryUpstream, PROXY_PORT } from './haproxy-config';
import { HAPROXY_VERSION } from './haproxy-version';
import { S3MediaProxyProps } from './props';
import { ProxyNetwork } from './proxy-network';
import { DEFAULT_CPU, DEFAULT_MEMORY_MIB } from './server-size';
import { DeterministicNames } from '../../private/naming';
import { PRIVATE_CIDRS } from '../../private/private-cidrs';

const OFFICIAL_IMAGE = 'public.ecr.aws/docker/library/haproxy';

export interface ProxyServiceProps {
  readonly proxy: S3MediaProxyProps;
  readonly network: ProxyNetwork;
  /** The regional host name of the bucket, to which every request is sent. */
  readonly upstreamHost: string;
  readonly primary?: PrimaryUpstream;
  /** The certificates for the host names. Without any, the load balancer has no TLS. */
  readonly certificates: acm.ICertificate[];
}

/** HAProxy servers on Fargate behind an internal load balancer. */
export class ProxyService extends Construct {
  readonly loadBalancer: elbv2.ApplicationLoadBalancer;
  readonly service: ecs.FargateService;
  readonly targets: elbv2.ApplicationTargetGroup;
  /** A deterministic name, so that dashboards in other regions can refer to the servers' metrics. */
  readonly clusterName: string;
  private readonly idleTimeout: Duration;

  constructor(scope: Construct, id: string, props: ProxyServiceProps) {
    super(scope, id);
    const { proxy, network } = props;
    this.idleTimeout = proxy.idleTimeout ?? Duration.minutes(2);
    this.clusterName = new DeterministicNames(scope).base;
    this.service = this.createService(props);
    this.loadBalancer = new elbv2.ApplicationLoadBalancer(this, 'LoadBalancer', {
      vpc: network.vpc,
      vpcSubnets: network.subnets,
      internetFacing: false,
      idleTimeout: this.idleTimeout,
      deletionProtection: proxy.deletionProtection ?? false,
      dropInvalidHeaderFields: true,
      desyncMitigationMode: elbv2.DesyncMitigationMode.STRICTEST,
    });
    // The servers do not use forwarded addresses.
    this.loadBalancer.setAttribute('routing.http.xff_header_processing.mode', 'remove');
    if (proxy.accessLogsBucket) this.loadBalancer.logAccessLogs(proxy.accessLogsBucket);
    this.targets = this.listen(proxy, props.certificates);
    this.scale(proxy);
  }

  private createService({ proxy, network, upstreamHost, primary }: ProxyServiceProps): ecs.FargateService {
    const memoryLimitMiB = proxy.memoryLimitMiB ?? DEFAULT_MEMORY_MIB;
    const config = haproxyConfig({
      upstreamHost,
      primary,
      balancerIdleTimeout: this.idleTimeout.toSeconds(),
      memoryLimitMiB: Token.isUnresolved(memoryLimitMiB) ? DEFAULT_MEMORY_MIB : memoryLimitMiB,
    });
    const task = new ecs.FargateTaskDefinition(this, 'Task', {
      cpu: proxy.cpu ?? DEFAULT_CPU,
      memoryLimitMiB,
      runtimePlatform: {
        cpuArchitecture: ecs.CpuArchitecture.ARM64,
        operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
      },
    });
    const server = task.addContainer('Server', {
      image: serverImage(proxy),
      // HAProxy reads the configuration from standard input, so no image is built and no file is written.
      entryPoint: ['/bin/sh', '-c'],
      command: [`exec haproxy -db -f /dev/stdin <<'CONFIG'\n${config}CONFIG`],
      readonlyRootFilesystem: true,
      portMappings: [{ containerPort: PROXY_PORT }],
      logging: ecs.LogDrivers.awsLogs({
        streamPrefix: 'proxy',
        logGroup: new logs.LogGroup(this, 'Logs', { retention: proxy.logRetention ?? logs.RetentionDays.ONE_MONTH }),
        mode: ecs.AwsLogDriverMode.NON_BLOCKING, // a server must not wait for CloudWatch
      }),
    });
    server.addUlimits({ name: ecs.UlimitName.NOFILE, softLimit: 65_536, hardLimit: 65_536 });

    const securityGroup = new ec2.SecurityGroup(this, 'ServerSecurityGroup', {
      vpc: network.vpc,
      description: 'Servers of the media proxy',
      allowAllOutbound: false,
    });
    securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'S3 and the image registry, over TLS');
    const service = new ecs.FargateService(this, 'Service', {
      cluster: new ecs.Cluster(this, 'Cluster', {
        vpc: network.vpc,
        clusterName: this.clusterName,
        containerInsightsV2: ecs.ContainerInsights.ENABLED,
      }),
      taskDefinition: task,
      vpcSubnets: network.subnets,
      securityGroups: [securityGroup],
      assignPublicIp: false,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
    });
    // Auto scaling decides. A count in the template would undo its decision with each deployment.
    (service.node.defaultChild as ecs.CfnService).desiredCount = undefined;
    return service;
  }

  private listen(proxy: S3MediaProxyProps, certificates: acm.ICertificate[]): elbv2.ApplicationTargetGroup {
    const secure = certificates.length > 0;
    const port = secure ? 443 : 80;
    const listener = this.loadBalancer.addListener('Listener', {
      port,
      protocol: secure ? elbv2.ApplicationProtocol.HTTPS : elbv2.ApplicationProtocol.HTTP,
      certificates: secure ? withoutDuplicates(certificates) : undefined,
      sslPolicy: secure ? elbv2.SslPolicy.TLS13_RES : undefined,
      open: false,
    });
    const targets = listener.addTargets('Servers', {
      port: PROXY_PORT,
      protocol: elbv2.ApplicationProtocol.HTTP,
      targets: [this.service],
      // Lets downloads finish when a server is removed.
      deregistrationDelay: Duration.minutes(5),
      healthCheck: {
        path: PING_PATH,
        interval: Duration.seconds(6),
        timeout: Duration.seconds(5),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 2,
      },
    });
    const ports = [port];
    if (secure && proxy.redirectHttp) {
      this.loadBalancer.addRedirect({ open: false });
      ports.push(80);
    }
    for (const cidr of proxy.clientCidrs ?? PRIVATE_CIDRS) {
      for (const each of ports) {
        this.loadBalancer.connections.allowFrom(ec2.Peer.ipv4(cidr), ec2.Port.tcp(each), `Clients in ${cidr}`);
      }
    }
    return targets;
  }

  private scale(proxy: S3MediaProxyProps): void {
    const minCapacity = proxy.minCapacity ?? 2;
    const scaling = this.service.autoScaleTaskCount({
      minCapacity,
      maxCapacity: proxy.maxCapacity ?? Math.max(10, minCapacity),
    });
    scaling.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 50 });
  }
}

/** One certificate can contain both host names. The load balancer rejects a second listing of it. */
function withoutDuplicates(certificates: acm.ICertificate[]): acm.ICertificate[] {
  return [...new Map(certificates.map((each) => [each.certificateArn, each])).values()];
}

function serverImage(proxy: S3MediaProxyProps): ecs.ContainerImage {
  const { imageRepository, imageDigest } = proxy;
  const tag = proxy.imageTag ?? HAPROXY_VERSION;
  if (imageRepository) return ecs.ContainerImage.fromEcrRepository(imageRepository, imageDigest ?? tag);
  return ecs.ContainerImage.fromRegistry(imageDigest ? `${OFFICIAL_IMAGE}@${imageDigest}` : `${OFFICIAL_IMAGE}:${tag}`);
}
