import { Annotations, Aws, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { isolateBucket } from './bucket-isolation';
import { certificateFor, createRecord } from './host-name';
import { IS3MediaProxy, S3MediaProxyAttributes } from './i-s3-media-proxy';
import { createInterfaceEndpoint, endpointDnsName } from './interface-endpoint';
import { PrimaryEndpoint } from './primary-endpoint';
import { validateAdmission, validatePrimaryBucket } from './primary-validation';
import { ProxyMode, S3MediaProxyProps } from './props';
import { createEndpointAlarms, createServerAlarms } from './proxy-alarms';
import { ProxyNetwork, ProxyPlacement } from './proxy-network';
import { ProxyService } from './proxy-service';
import { ImportedS3MediaProxy, S3MediaProxyBase } from './s3-media-proxy-base';
import { validateProxy } from './validation';
import { describeProblem, Problem, Problems } from '../../private/problems';
import { expectStackRegion } from '../../private/stacks';
import { AlarmsOptions } from '../../shared/alarms-options';

/**
 * A private endpoint for reading a bucket from your own networks, over Direct Connect, a VPN or VPC peering.
 *
 * The proxy forwards presigned links unchanged: a link is signed for the bucket's regional S3 host name, the client
 * replaces that host by `url`, and S3 verifies the signature. The proxy has no credentials. It allows GET, HEAD and CORS
 * preflight requests only.
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import * as s3 from 'aws-cdk-lib/aws-s3';
 * import { S3MediaProxy } from 'cdk-media-replication';
 *
 * declare const stack: Stack; // in the bucket's region
 * declare const bucket: s3.IBucket;
 *
 * const proxy = new S3MediaProxy(stack, 'Proxy', { bucket, domainName: 'media.eu.example.com' });
 * proxy.url; // https://media.eu.example.com
 */
export class S3MediaProxy extends S3MediaProxyBase {
  /** @internal */
  public static readonly _validate = validateProxy;

  /** @internal */
  public static readonly _validateAdmission = validateAdmission;

  /**
   * Imports an existing proxy, for example one that another app created.
   *
   * @param scope the parent of the imported proxy; for a `ReplicationCanary`, in a stack of the proxy's region
   * @param id the id of the imported proxy
   * @param attrs the attributes of the existing proxy
   */
  public static fromS3MediaProxyAttributes(scope: Construct, id: string, attrs: S3MediaProxyAttributes): IS3MediaProxy {
    return new ImportedS3MediaProxy(scope, id, attrs);
  }

  /**
   * The URL that replaces `https://bucket.s3.region.amazonaws.com` in a link. A literal value if `domainName` is
   * specified.
   */
  public readonly url: string;

  /**
   * The URL that replaces `https://bucket.s3.region.amazonaws.com` in a link to the primary. Undefined without `primary`.
   */
  public readonly primaryUrl?: string;

  /** The region of the proxy and of its bucket. */
  public readonly region: string = Stack.of(this).region;

  /** The VPC of the proxy. */
  public readonly vpc: ec2.IVpc;

  /** The security groups that clients connect to: those of the load balancer, or of the interface endpoint. */
  public readonly connections: ec2.Connections;

  /** The load balancer in front of the servers. Undefined with `PRIVATE_LINK`. */
  public readonly loadBalancer?: elbv2.IApplicationLoadBalancer;

  /** The ECS service that runs the servers. Undefined with `PRIVATE_LINK`. */
  public readonly service?: ecs.FargateService;

  /** The name of the servers' ECS cluster. Undefined with `PRIVATE_LINK`. */
  public readonly clusterName?: string;

  /** The VPC endpoint that reads of the bucket go through. Undefined if `vpc` is an existing VPC with its own endpoint. */
  public readonly vpcEndpoint?: ec2.IVpcEndpoint;

  /** @internal */
  public readonly _placement: ProxyPlacement;

  /** @internal */
  public readonly _address: string;

  private readonly servers?: ProxyService;
  private alarms?: cloudwatch.Alarm[];

  /** @throws if the props are invalid; the error lists every problem and its fix */
  constructor(scope: Construct, id: string, props: S3MediaProxyProps) {
    super(scope, id);
    const { bucket, domainName, isolation } = props;
    const problems = new Problems(this);
    expectStackRegion(problems, this);
    S3MediaProxy._validate(problems, props, { region: this.region, bucket });
    validatePrimaryBucket(problems, props, this.region);
    problems.throwIfAny();

    const network = new ProxyNetwork(this, 'Network', props);
    this.vpc = network.vpc;
    this._placement = network;
    // The regional host name: S3 answers requests for the global one with a redirect in other regions.
    const upstreamHost = `${bucket.bucketName}.s3.${this.region}.${Aws.URL_SUFFIX}`;

    if (props.mode === ProxyMode.PRIVATE_LINK) {
      const endpoint = createInterfaceEndpoint(this, props, network);
      this.vpcEndpoint = endpoint;
      this._address = endpointDnsName(endpoint);
      this.connections = endpoint.connections;
      this.url = `https://${upstreamHost}`;
    } else {
      const { primary, primaryBucket } = props;
      const endpoint =
        primary && new PrimaryEndpoint(this, 'Primary', { network, options: primary, bucket: primaryBucket! });
      this.servers = new ProxyService(this, 'Servers', {
        proxy: props,
        network,
        upstreamHost,
        primary: endpoint?.upstream,
        certificates: [
          certificateFor(this, 'Certificate', props),
          certificateFor(this, 'PrimaryCertificate', primary),
        ].flatMap((certificate) => certificate ?? []),
      });
      const { loadBalancer, service, clusterName } = this.servers;
      endpoint?.connections.allowDefaultPortFrom(service, 'Servers of the media proxy');
      this.primaryUrl = primary && `https://${primary.domainName}`;
      this.loadBalancer = loadBalancer;
      this._address = loadBalancer.loadBalancerDnsName;
      this.service = service;
      this.clusterName = clusterName;
      this.vpcEndpoint = network.gatewayEndpoint;
      this.connections = loadBalancer.connections;
      this.url = domainName ? `https://${domainName}` : `http://${loadBalancer.loadBalancerDnsName}`;
      createRecord(this, 'Record', props, loadBalancer);
      createRecord(this, 'PrimaryRecord', primary, loadBalancer);
      if (!domainName) this.warnAboutPlainHttp();
    }
    const { primaryBucket: other } = props;
    if (other) this.node.addValidation({ validate: () => this.admissionProblems(other).map(describeProblem) });
    if (isolation) isolateBucket(this, bucket, this.vpcEndpoint!.vpcEndpointId, isolation);
  }

  /**
   * Metric for the number of servers that fail their health check.
   *
   * @param options options of the metric, by default the maximum over 5 minutes
   * @throws if the proxy has no servers (`PRIVATE_LINK`)
   */
  public metricUnhealthyServers(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.loadBalancerMetric('UnHealthyHostCount', { statistic: 'Maximum', ...options });
  }

  /**
   * Metric for the number of requests that the servers answered with a 5xx code because they could not reach S3.
   *
   * @param options options of the metric, by default the sum over 5 minutes
   * @throws if the proxy has no servers (`PRIVATE_LINK`)
   */
  public metricFailedRequests(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.loadBalancerMetric('HTTPCode_Target_5XX_Count', { statistic: 'Sum', ...options });
  }

  /**
   * Metric for the number of requests that the load balancer itself answered with a 5xx code, because no server was
   * available or a server closed the connection.
   *
   * @param options options of the metric, by default the sum over 5 minutes
   * @throws if the proxy has no servers (`PRIVATE_LINK`)
   */
  public metricUnansweredRequests(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.loadBalancerMetric('HTTPCode_ELB_5XX_Count', { statistic: 'Sum', ...options });
  }

  /**
   * Creates alarms for unhealthy servers and failed requests; with `PRIVATE_LINK`, for packets that the endpoint drops.
   *
   * The alarms are created once. Further calls add their actions to the same alarms.
   *
   * @param options the actions of the alarms, in the proxy's region
   */
  public addAlarms(options: AlarmsOptions = {}): cloudwatch.Alarm[] {
    this.alarms ??= this.servers
      ? createServerAlarms(this, {
          unhealthy: this.metricUnhealthyServers(),
          failed: this.metricFailedRequests(),
          unanswered: this.metricUnansweredRequests(),
        })
      : createEndpointAlarms(this, this.vpcEndpoint!, this.vpc);
    if (options.actions?.length) this.alarms.forEach((alarm) => alarm.addAlarmAction(...options.actions!));
    return this.alarms;
  }

  /** The load balancer reports its own errors without a target group. */
  private loadBalancerMetric(metricName: string, options: cloudwatch.MetricOptions): cloudwatch.Metric {
    if (!this.servers) throw this._withoutServers(metricName);
    const { loadBalancer, targets } = this.servers;
    return (metricName.startsWith('HTTPCode_ELB') ? loadBalancer : targets).metrics.custom(metricName, options);
  }

  /** Validates during synthesis, because the policy of a bucket of the app can change until then. */
  private admissionProblems(primaryBucket: s3.IBucket): readonly Problem[] {
    const problems = new Problems(this);
    validateAdmission(problems, primaryBucket, 1, 'primary');
    return problems.all;
  }

  private warnAboutPlainHttp(): void {
    Annotations.of(this).addWarning(
      'The proxy has no `domainName`, so it cannot have a certificate. Links are credentials until they expire, and ' +
        'they are sent unencrypted between the clients and the proxy. Specify `domainName`.',
    );
  }
}
