import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { CanaryAlarms, WatchedCopy } from './canary-alarms';
import { CanaryObject, canaryObject } from './canary-object';
import * as contract from './contract';
import { IReplicationCanary, ReplicationCanaryAttributes } from './i-replication-canary';
import { ReplicationCanaryAlarmsOptions, ReplicationCanaryProps } from './props';
import { ProxyProbe } from './proxy-probe';
import { DEFAULT_INTERVAL, ImportedReplicationCanary, ReplicationCanaryBase } from './replication-canary-base';
import { proxiesOf, validateCanary, watchedReplicas } from './validation';
import { handlerFunction } from '../../private/handler-function';
import { DeterministicNames, hasCrossAccountCopy } from '../../private/naming';
import { Problems } from '../../private/problems';
import { deployAfter } from '../../private/stacks';
import { IReplicatedMediaBucket } from '../bucket';

/**
 * Tests replication end to end on a schedule: puts a small object into the primary, measures how long each replica takes
 * to receive it and to serve it through its proxy, and deletes it from every copy.
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
export class ReplicationCanary extends ReplicationCanaryBase {
  /** @internal */
  public static readonly _validate = validateCanary;

  /**
   * Imports an existing canary, for example to show its metrics in the dashboard of another app.
   *
   * @param scope the parent of the imported canary
   * @param id the id of the imported canary
   * @param attrs the attributes of the existing canary
   */
  public static fromReplicationCanaryAttributes(
    scope: Construct,
    id: string,
    attrs: ReplicationCanaryAttributes,
  ): IReplicationCanary {
    return new ImportedReplicationCanary(scope, id, attrs);
  }

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

  /** @internal */
  protected readonly _copyRegions: string[];

  /** @internal */
  protected readonly _interval: Duration;

  private readonly media: IReplicatedMediaBucket;
  private readonly timeout: Duration;
  private readonly maxRunDuration: Duration;
  private canaryAlarms?: CanaryAlarms;

  /** @throws if the props are invalid; the error lists every problem and its fix */
  constructor(scope: Construct, id: string, props: ReplicationCanaryProps) {
    super(scope, id);
    const { media, runtime, logRetention } = props;
    const regions = media.replicas.map(({ region }) => region);
    const problems = new Problems(this);
    ReplicationCanary._validate(problems, props, regions, media);
    problems.throwIfAny();

    const names = new DeterministicNames(this);
    this.media = media;
    this.canaryName = names.base;
    this._interval = props.interval ?? DEFAULT_INTERVAL;
    this.timeout = props.timeout ?? Duration.minutes(10);
    this.maxRunDuration = Duration.seconds(this.timeout.toSeconds() + contract.OVERHEAD_SECONDS);
    this.replicaRegions = props.replicaRegions ?? regions;
    this._copyRegions = [media.primary.env.region, ...regions];
    const replicas = watchedReplicas(media, props);
    const object = canaryObject(props, replicas, names.base);
    this.objectsKeyPrefix = object.folder;

    const probes = proxiesOf(props, replicas).map(([region, proxy]) => ({
      region,
      probe: new ProxyProbe({ proxy, names, canary: this, runtime, logRetention }),
    }));
    this.proxyRegions = probes.map(({ region }) => region);
    this.probes = Object.fromEntries(probes.map(({ region, probe }) => [region, probe.function]));
    const probeArns = new Map(probes.map(({ region, probe }) => [region, probe.arnFor(this)]));
    const fn = handlerFunction(this, 'Function', {
      handler: 'stored/stored-media',
      export: 'canary',
      description: 'Puts a small object, waits until every replica has it, and deletes it from every copy',
      environment: {
        [contract.SETTINGS_VARIABLE]: Stack.of(this).toJsonString(this.settings(object, probeArns)),
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
    this.grantAccess(probeArns);
    this.schedule();
    for (const { probe } of probes) this.deployAfter(Stack.of(probe));
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
      interval: this._interval,
      maxRunDuration: this.maxRunDuration,
      timeout: this.timeout,
      runs: this.metricCanaryFailures({ statistic: 'SampleCount' }),
      copies: this.watchedCopies(),
    });
    this.canaryAlarms.apply(options);
    return this.canaryAlarms.alarms;
  }

  private watchedCopies(): WatchedCopy[] {
    const [primary, ...replicas] = this._copyRegions;
    return [
      { name: 'Primary', region: primary, failures: this.metricCopyFailures(primary) },
      ...replicas.map((region) => ({
        name: region,
        region,
        failures: this.metricCopyFailures(region),
        replicationTime: this.replicaRegions.includes(region) ? this.metricReplicationTime(region) : undefined,
        proxyLatency: this.proxyRegions.includes(region) ? this.metricProxyLatency(region) : undefined,
      })),
    ];
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
      staleMs: (this.maxRunDuration.toSeconds() + contract.CLOCK_MARGIN_SECONDS) * 1000,
    };
  }

  /** Grants access to the canary's own folder in every copy, and to no other object. */
  private grantAccess(probeArns: Map<string, string>): void {
    const ownObjects = `${this.objectsKeyPrefix}*`;
    this.media.grantRead(this.function, ownObjects);
    this.media.grantPut(this.function, ownObjects);
    this.media.grantDeleteVersions(this.function, ownObjects);
    if (probeArns.size === 0) return;
    iam.Grant.addToPrincipal({
      grantee: this.function,
      actions: ['lambda:InvokeFunction'],
      resourceArns: [...probeArns.values()],
    });
  }

  private schedule(): void {
    this.function.configureAsyncInvoke({ retryAttempts: 0 }); // the next scheduled run cleans up
    new events.Rule(this, 'Schedule', {
      description: 'Runs the replication canary',
      schedule: events.Schedule.rate(this._interval),
      targets: [new targets.LambdaFunction(this.function, { retryAttempts: 0 })],
    });
  }

  private deployAfter(probe: Stack): void {
    const own = Stack.of(this);
    if (probe !== own) deployAfter(own, probe, 'The canary invokes the function that reads through the proxy');
  }
}
