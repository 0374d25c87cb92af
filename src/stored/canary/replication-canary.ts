import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { CanaryAlarms } from './canary-alarms';
import { CanaryObject, canaryObject } from './canary-object';
import * as contract from './contract';
import { IReplicationCanary } from './i-replication-canary';
import { ReplicationCanaryAlarmsOptions, ReplicationCanaryProps } from './props';
import { ProxyProbe } from './proxy-probe';
import { proxiesOf, validateCanary, watchedReplicas } from './validation';
import { handlerFunction } from '../../private/handler-function';
import { DeterministicNames, hasCrossAccountCopy } from '../../private/naming';
import { mayBeOneOf } from '../../private/one-of';
import { invalid, Problems } from '../../private/problems';
import { deployAfter, expectStackRegion } from '../../private/stacks';
import { IReplicatedMediaBucket } from '../bucket';

const SCHEDULE = 'Schedule';

/**
 * Tests replication end to end on a schedule: puts a small object into the primary, measures how long each replica takes
 * to receive it and to serve it through its proxy, and deletes it from every copy.
 *
 * It skips paused replicas.
 *
 * Every run cleans up after itself. If a run crashes, the next one deletes its objects. The canary does not modify
 * replicas, replication rules or media.
 *
 * The event notifications of the buckets also fire for the canary's objects: consumers should ignore keys that contain
 * `.replication-canary/`.
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
 * import * as sns from 'aws-cdk-lib/aws-sns';
 * import { ReplicatedMediaBucket, ReplicationCanary } from 'cdk-media-replication';
 *
 * declare const stack: Stack;
 * declare const media: ReplicatedMediaBucket;
 * declare const topic: sns.ITopic;
 *
 * const canary = new ReplicationCanary(stack, 'Canary', { media });
 * canary.addAlarms({ actions: [new SnsAction(topic)] });
 */
export class ReplicationCanary extends Construct implements IReplicationCanary {
  /** @internal */
  public static readonly _validate = validateCanary;

  /** The name of the canary: the value of the `service` dimension of its metrics. */
  public readonly canaryName: string;

  /** The function that runs on the schedule. If you invoke it yourself, it returns the results of the run. */
  public readonly function: lambda.Function;

  /** The functions that read through the proxies, by region of the replica. */
  public readonly probes: { [region: string]: lambda.Function };

  /** The regions of the replicas whose replication is measured. */
  public readonly replicaRegions: string[];

  /** The regions of the replicas that are also read through a proxy. */
  public readonly proxyRegions: string[];

  /** The prefix of the keys of the canary's objects. */
  public readonly objectsKeyPrefix: string;

  private readonly media: IReplicatedMediaBucket;
  private readonly copyRegions: string[];
  private readonly interval: Duration;
  private readonly timeout: Duration;
  private readonly maxRunDuration: Duration;
  private canaryAlarms?: CanaryAlarms;

  /** @throws if the props are invalid; the error lists every problem and its fix */
  constructor(scope: Construct, id: string, props: ReplicationCanaryProps) {
    super(scope, id);
    const { media, runtime, logRetention } = props;
    const regions = media.replicas.map(({ region }) => region);
    const problems = new Problems(this);
    expectStackRegion(problems, this);
    ReplicationCanary._validate(problems, props, regions, media);
    problems.throwIfAny();

    const names = new DeterministicNames(this);
    this.media = media;
    this.canaryName = names.base;
    this.interval = props.interval ?? Duration.hours(1);
    this.timeout = props.timeout ?? Duration.minutes(10);
    this.maxRunDuration = Duration.seconds(this.timeout.toSeconds() + contract.OVERHEAD_SECONDS);
    this.replicaRegions = props.replicaRegions ?? regions;
    this.copyRegions = [media.primary.env.region, ...regions];
    const replicas = watchedReplicas(media, props);
    const object = canaryObject(props, replicas, names.base);
    this.objectsKeyPrefix = object.folder;

    const probes = proxiesOf(props, replicas).map(([region, proxy]) => ({
      region,
      probe: new ProxyProbe({ proxy, names, canary: this, runtime, logRetention }),
    }));
    this.proxyRegions = probes.map(({ region }) => region);
    this.probes = Object.fromEntries(probes.map(({ region, probe }) => [region, probe.function]));
    const fn = handlerFunction(this, 'Function', {
      handler: 'stored/stored-media',
      export: 'canary',
      description: 'Puts a small object, waits until every replica has it, and deletes it from every copy',
      environment: {
        [contract.SETTINGS_VARIABLE]: Stack.of(this).toJsonString(
          this.settings(object, names, new Map(probes.map(({ region, probe }) => [region, probe]))),
        ),
        POWERTOOLS_SERVICE_NAME: names.base,
      },
      memorySize: props.memorySize ?? 256,
      timeout: this.maxRunDuration,
      // A bucket policy in another account can refer to the role only by a deterministic name.
      roleName: hasCrossAccountCopy(media, Stack.of(this)) ? names.role('canary') : undefined,
      runtime,
      logRetention,
    });
    this.function = fn;
    this.grantAccess(probes.map(({ probe }) => probe.arnFor(this)));
    this.schedule();
    for (const { probe } of probes) this.deployAfter(Stack.of(probe));
  }

  public metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: contract.METRICS_NAMESPACE,
      metricName,
      dimensionsMap: { [contract.CANARY_DIMENSION]: this.canaryName },
      statistic: 'Maximum',
      period: this.interval,
      ...options,
    });
  }

  public metricReplicationTime(replicaRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    this.expectRegion('replicaRegion', replicaRegion, this.replicaRegions);
    return this.regionMetric(contract.METRIC.replicationTime, replicaRegion, options);
  }

  public metricProxyTime(replicaRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    this.expectRegion('replicaRegion', replicaRegion, this.proxyRegions);
    return this.regionMetric(contract.METRIC.proxyTime, replicaRegion, options);
  }

  public metricProxyLatency(replicaRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    this.expectRegion('replicaRegion', replicaRegion, this.proxyRegions);
    return this.regionMetric(contract.METRIC.proxyLatency, replicaRegion, options);
  }

  public metricCanaryFailures(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.failures, { statistic: 'Sum', ...options });
  }

  public metricCopyFailures(copyRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    this.expectRegion('copyRegion', copyRegion, this.copyRegions);
    return this.regionMetric(contract.METRIC.failures, copyRegion, { statistic: 'Sum', ...options });
  }

  /**
   * Creates alarms for a canary that has stopped, for failures in each copy, and for slow replicas and proxies.
   *
   * The alarms are created once. Further calls add their actions to the same alarms, and change the thresholds.
   *
   * @param options the actions and the thresholds of the alarms
   */
  public addAlarms(options: ReplicationCanaryAlarmsOptions = {}): cloudwatch.Alarm[] {
    this.canaryAlarms ??= new CanaryAlarms(this, {
      media: this.media.node.path,
      copyRegions: this.copyRegions,
      paused: this.media.replicas.flatMap(({ region, enabled }) => (enabled ? [] : region)),
      interval: this.interval,
      timeout: this.timeout,
      maxRunDuration: this.maxRunDuration,
      canaryName: this.canaryName,
      function: this.function,
      schedule: this.node.findChild(SCHEDULE),
    });
    this.canaryAlarms.apply(options);
    return this.canaryAlarms.alarms;
  }

  private regionMetric(metricName: string, region: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const dimensionsMap = { [contract.CANARY_DIMENSION]: this.canaryName, [contract.REGION_DIMENSION]: region };
    return this.metric(metricName, { dimensionsMap, ...options });
  }

  /** The metric of another region would never have data. */
  private expectRegion(property: string, region: string, regions: string[]): void {
    if (mayBeOneOf(regions, region)) return;
    throw invalid(this, {
      property,
      got: region,
      expected: regions.length ? `one of ${regions.join(', ')}` : 'no value: the canary does not read through a proxy',
      fix: 'The canary emits this metric for no other regions.',
    });
  }

  private settings(
    { folder, tags }: CanaryObject,
    names: DeterministicNames,
    probes: Map<string, ProxyProbe>,
  ): contract.CanarySettings {
    const { primary, replicas } = this.media;
    return {
      primary: [primary.env.region, primary.bucketName],
      replicas: replicas
        .filter(({ enabled }) => enabled)
        .map(({ region, bucket }) => {
          const watched = this.replicaRegions.includes(region) ? 1 : 0;
          const probe = probes.get(region);
          const name = bucket.bucketName;
          return probe ? [region, name, watched, probe.account] : [region, name, watched];
        }),
      probes: { partition: Stack.of(this).partition, functionName: names.function('probe') },
      folder,
      tags,
      timeoutMs: this.timeout.toMilliseconds(),
      staleMs: (this.maxRunDuration.toSeconds() + contract.CLOCK_MARGIN_SECONDS) * 1000,
    };
  }

  /** Grants access to the canary's own folder in every copy, and to no other object. */
  private grantAccess(probeArns: string[]): void {
    const ownObjects = `${this.objectsKeyPrefix}*`;
    this.media.grantRead(this.function, ownObjects);
    this.media.grantPut(this.function, ownObjects);
    this.media.grantDeleteVersions(this.function, ownObjects);
    if (probeArns.length === 0) return;
    iam.Grant.addToPrincipal({
      grantee: this.function,
      actions: ['lambda:InvokeFunction'],
      resourceArns: probeArns,
    });
  }

  private schedule(): void {
    this.function.configureAsyncInvoke({ retryAttempts: 0 }); // the next scheduled run cleans up
    new events.Rule(this, SCHEDULE, {
      description: 'Runs the replication canary',
      schedule: events.Schedule.rate(this.interval),
      targets: [new targets.LambdaFunction(this.function, { retryAttempts: 0 })],
    });
  }

  private deployAfter(probe: Stack): void {
    const own = Stack.of(this);
    if (probe !== own) deployAfter(own, probe, 'The canary invokes the function that reads through the proxy');
  }
}
