import { Duration, Stack, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { CanaryAlarms, WatchedCopy } from './canary-alarms';
import { CanaryObject } from './canary-object';
import * as contract from './contract';
import { ReplicationCanaryAlarmsOptions, ReplicationCanaryProps } from './props';
import { ProxyProbe } from './proxy-probe';
import { validateCanary, validateRegion } from './validation';
import { handlerFunction } from '../../private/handler-function';
import { accountOf, DeterministicNames } from '../../private/naming';
import { deployAfter } from '../../private/stacks';
import { IReplicatedMediaBucket, MediaReplica } from '../bucket';
import { S3MediaProxy } from '../proxy';

/**
 * Proves again and again that media arrive: puts a small object into the primary, measures how long each replica takes
 * to have it, and to serve it through its proxy, and deletes it in every copy.
 *
 * Nothing is left behind, also when a run dies: the next one deletes what it finds of runs that are over. Replicas,
 * rules and media are not changed.
 *
 * The bucket's own events fire for the canary's objects too: whoever listens to them leaves out keys with
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
export class ReplicationCanary extends Construct {
  /** The function that runs on the schedule. Called by hand, it answers what it found out. */
  public readonly function: lambda.Function;

  /** The functions that read through the proxies, by region of the replica. */
  public readonly probes: { [region: string]: lambda.Function };

  /** The regions of the replicas that are waited for. */
  public readonly replicaRegions: string[];

  /** What the keys of the canary's objects begin with. */
  public readonly objectsKeyPrefix: string;

  private readonly names: DeterministicNames;
  private readonly media: IReplicatedMediaBucket;
  private readonly interval: Duration;
  private readonly timeout: Duration;
  private readonly longestRun: Duration;
  private canaryAlarms?: CanaryAlarms;

  /** @throws if the canary's object would reach no replica, or could not be deleted; the message says what to change */
  constructor(scope: Construct, id: string, props: ReplicationCanaryProps) {
    super(scope, id);
    validateCanary(this, props);
    const { media, runtime, logRetention } = props;
    this.media = media;
    this.names = new DeterministicNames(this);
    this.interval = props.interval ?? Duration.hours(1);
    this.timeout = props.timeout ?? Duration.minutes(10);
    this.longestRun = Duration.seconds(this.timeout.toSeconds() + contract.OVERHEAD_SECONDS);
    this.replicaRegions = props.replicaRegions ?? media.replicas.map(({ region }) => region);
    const replicas = media.replicas.filter(({ region }) => this.replicaRegions.includes(region));
    const object = new CanaryObject(this, props, replicas, this.names.base);
    this.objectsKeyPrefix = object.folder;

    const proxies = Object.entries(props.proxies ?? proxiesOf(replicas));
    const probes = proxies.map(([region, proxy]) => ({
      region,
      probe: new ProxyProbe({ proxy, names: this.names, canary: this, runtime, logRetention }),
    }));
    this.probes = Object.fromEntries(probes.map(({ region, probe }) => [region, probe.function]));
    const probeArns = new Map(probes.map(({ region, probe }) => [region, probe.arnFrom(this)]));
    const { function: fn } = handlerFunction(this, 'Function', {
      handler: 'stored/stored-media',
      export: 'canary',
      description: 'Puts a small object, waits until every replica has it, and deletes it everywhere',
      environment: {
        [contract.SETTINGS_VARIABLE]: Stack.of(this).toJsonString(this.settings(object, probeArns)),
        POWERTOOLS_SERVICE_NAME: this.names.base,
      },
      memorySize: props.memorySize ?? 256,
      timeout: this.longestRun,
      roleName: this.hasForeignReplica() ? this.names.role('canary') : undefined,
      runtime,
      logRetention,
    });
    this.function = fn;
    this.grant(probeArns);
    this.schedule();
    for (const { probe } of probes) this.deployAfter(Stack.of(probe));
  }

  /**
   * How many seconds the object took from the primary to a replica. It is measured to about a tenth of itself.
   *
   * @param replicaRegion the region of a replica that is waited for
   * @param options what to change of the metric; by default the maximum over an interval of the canary
   */
  public metricReplicationTime(replicaRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    validateRegion(this, 'replicaRegion', replicaRegion, this.replicaRegions);
    return this.metric(contract.METRIC.replicationTime, replicaRegion, options);
  }

  /**
   * How many seconds it took from the put of the object until it was read through the proxy of a replica. The start of
   * the function that reads there is part of it: up to some seconds.
   *
   * @param replicaRegion the region of a replica that is read through a proxy
   * @param options what to change of the metric; by default the maximum over an interval of the canary
   */
  public metricProxyTime(replicaRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    validateRegion(this, 'replicaRegion', replicaRegion, Object.keys(this.probes));
    return this.metric(contract.METRIC.proxyTime, replicaRegion, options);
  }

  /**
   * How many milliseconds the read itself took through the proxy, on a new connection.
   *
   * @param replicaRegion the region of a replica that is read through a proxy
   * @param options what to change of the metric; by default the maximum over an interval of the canary
   */
  public metricProxyLatency(replicaRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    validateRegion(this, 'replicaRegion', replicaRegion, Object.keys(this.probes));
    return this.metric(contract.METRIC.proxyLatency, replicaRegion, options);
  }

  /**
   * In how many copies the canary failed: by run, the primary included. Its `SampleCount` is the number of runs.
   *
   * @param options what to change of the metric; by default the sum over an interval of the canary
   */
  public metricCanaryFailures(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.failures, undefined, { statistic: 'Sum', ...options });
  }

  /**
   * How many runs failed in one copy.
   *
   * @param copyRegion the region of the primary or of a replica
   * @param options what to change of the metric; by default the sum over an interval of the canary
   */
  public metricCopyFailures(copyRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const regions = [this.media.primary.env.region, ...this.media.replicas.map(({ region }) => region)];
    validateRegion(this, 'copyRegion', copyRegion, regions);
    return this.metric(contract.METRIC.failures, copyRegion, { statistic: 'Sum', ...options });
  }

  /**
   * Alarms for a canary that has stopped, for failures in each copy, and for replicas and proxies that are slow. Another
   * call adds its actions to the same alarms, and changes their thresholds.
   */
  public addAlarms(options: ReplicationCanaryAlarmsOptions = {}): cloudwatch.Alarm[] {
    this.canaryAlarms ??= new CanaryAlarms(this, {
      media: this.media.node.path,
      interval: this.interval,
      longestRun: this.longestRun,
      timeout: this.timeout,
      runs: this.metricCanaryFailures({ statistic: 'SampleCount' }),
      copies: this.watchedCopies(),
    });
    this.canaryAlarms.apply(options);
    return this.canaryAlarms.alarms;
  }

  private watchedCopies(): WatchedCopy[] {
    const { region } = this.media.primary.env;
    const replicas = this.media.replicas.map((replica): WatchedCopy => {
      const isWatched = this.replicaRegions.includes(replica.region);
      return {
        name: replica.region,
        region: replica.region,
        failures: this.metricCopyFailures(replica.region),
        replicationTime: isWatched ? this.metricReplicationTime(replica.region) : undefined,
        proxyLatency: this.probes[replica.region] ? this.metricProxyLatency(replica.region) : undefined,
      };
    });
    return [{ name: 'Primary', region, failures: this.metricCopyFailures(region) }, ...replicas];
  }

  private settings({ folder, tags }: CanaryObject, probeArns: Map<string, string>): contract.CanarySettings {
    const { primary, replicas } = this.media;
    return {
      primary: { region: primary.env.region, bucket: primary.bucketName },
      replicas: replicas.map(({ region, bucket }) => ({
        region,
        bucket: bucket.bucketName,
        watched: this.replicaRegions.includes(region),
        probe: probeArns.get(region),
      })),
      folder,
      tags,
      timeoutMs: this.timeout.toMilliseconds(),
      staleMs: (this.longestRun.toSeconds() + contract.CLOCK_MARGIN_SECONDS) * 1000,
    };
  }

  /** Only below its own folder, in every copy: the canary can't touch any other object. */
  private grant(probeArns: Map<string, string>): void {
    const own = `${this.objectsKeyPrefix}*`;
    this.media.grantRead(this.function, own);
    this.media.grantPut(this.function, own);
    this.media.grantDeleteVersions(this.function, own);
    if (probeArns.size === 0) return;
    iam.Grant.addToPrincipal({
      grantee: this.function,
      actions: ['lambda:InvokeFunction'],
      resourceArns: [...probeArns.values()],
    });
  }

  private schedule(): void {
    this.function.configureAsyncInvoke({ retryAttempts: 0 }); // the next run comes by itself, and cleans up
    new events.Rule(this, 'Schedule', {
      description: 'Tries whether media arrive in every replica',
      schedule: events.Schedule.rate(this.interval),
      targets: [new targets.LambdaFunction(this.function, { retryAttempts: 0 })],
    });
  }

  private deployAfter(probe: Stack): void {
    const own = Stack.of(this);
    if (probe !== own) deployAfter(own, probe, 'The canary calls the function that reads through the proxy');
  }

  /** A policy in another account can name the role only if the name is known. */
  private hasForeignReplica(): boolean {
    const own = accountOf(Stack.of(this));
    return this.media.replicas.some(
      ({ account }) => ![account, own].some((each) => Token.isUnresolved(each)) && account !== own,
    );
  }

  private metric(metricName: string, region?: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: contract.METRICS_NAMESPACE,
      metricName,
      dimensionsMap: {
        [contract.CANARY_DIMENSION]: this.names.base,
        ...(region === undefined ? {} : { [contract.REGION_DIMENSION]: region }),
      },
      statistic: 'Maximum',
      period: this.interval,
      ...options,
    });
  }
}

function proxiesOf(replicas: MediaReplica[]): Record<string, S3MediaProxy> {
  return Object.fromEntries(replicas.flatMap(({ region, proxy }) => (proxy ? [[region, proxy]] : [])));
}
