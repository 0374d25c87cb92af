import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations, Duration, Stack, Stage, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import * as contract from './contract';
import { initialPreferences, withoutTokens } from './initial-preferences';
import { PreferenceStore } from './preference-store';
import { MediaRouterAlarmsOptions, MediaRouterProps, ReadinessMode } from './props';
import { RouterAlarms } from './router-alarms';
import { validateMetric, validateRouter } from './validation';
import { FunctionHttpApi } from '../../shared/http';
import { bundleOf, handlerFunction } from '../../private/handler-function';
import { DeterministicNames } from '../../private/naming';

const HANDLER = 'stored/routing/media-router';
const DEFAULT_LIFETIME = Duration.hours(1);
const DEFAULT_MAX_LIFETIME = Duration.hours(6);

/**
 * Gives links to media: to the replica that is near a viewer, once it has the object, and to the primary before, and
 * whenever a replica can't serve.
 *
 * The links are presigned, a thousand in one call. Each says in a word why it points where it points.
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import * as lambda from 'aws-cdk-lib/aws-lambda';
 * import { MediaRouter, ReadPreference, ReplicatedMediaBucket } from 'cdk-media-replication';
 *
 * declare const stack: Stack;
 * declare const web: lambda.Function; // makes the pages
 *
 * const media = new ReplicatedMediaBucket(stack, 'Media', { replicas: [{ region: 'eu-west-1' }] });
 * const router = new MediaRouter(stack, 'Router', {
 *   media,
 *   defaultPreference: ReadPreference.AUTO,
 *   ipRanges: [{ cidr: '10.20.0.0/16', region: 'eu-west-1' }],
 * });
 * router.grantInvoke(web);
 */
export class MediaRouter extends Construct {
  /** The function that answers `ResolveLinks` and `Redirect`. */
  public readonly function: lambda.Function;

  /** The HTTP API, if one was asked for. */
  public readonly httpApi?: FunctionHttpApi;

  /** Where the preferences are kept: the application in AppConfig. */
  public readonly preferencesApplicationId: string;

  /** The environment of the preferences in AppConfig. */
  public readonly preferencesEnvironmentId: string;

  /** The profile of the preferences in AppConfig. */
  public readonly preferencesProfileId: string;

  private readonly name: string;
  private readonly regions: string[];
  private routerAlarms?: RouterAlarms;

  constructor(scope: Construct, id: string, props: MediaRouterProps) {
    super(scope, id);
    this.regions = [props.media.primary.env.region, ...props.media.replicas.map(({ region }) => region)];
    validateRouter(this, props, this.regions);
    this.name = new DeterministicNames(this).base;
    const { runtime, logRetention } = props;

    const initial = initialPreferences(this, props);
    const store = new PreferenceStore(this, 'Preferences', {
      name: this.name,
      initial,
      regions: this.regions,
      runtime,
      logRetention,
    });
    [this.preferencesApplicationId, this.preferencesEnvironmentId, this.preferencesProfileId] = store.address;

    const { function: fn } = handlerFunction(this, 'Function', {
      handler: HANDLER,
      description: 'Gives links to the copy of the media that is right for a viewer',
      code: this.codeWith(withoutTokens(initial)),
      environment: {
        [contract.SETTINGS_VARIABLE]: Stack.of(this).toJsonString(this.settings(props, store)),
        POWERTOOLS_SERVICE_NAME: this.name,
      },
      memorySize: props.memorySize ?? 1024,
      timeout: Duration.seconds(15),
      runtime,
      logRetention,
    });
    this.function = fn;
    props.media.grantRead(fn);
    if (props.uploads) props.media.grantPut(fn);
    store.grantRead(fn);
    if (props.httpApi) this.httpApi = this.createHttpApi(props.httpApi);
  }

  /** Lets the grantee ask for links, for any viewer. */
  public grantInvoke(grantee: iam.IGrantable): iam.Grant {
    return this.function.grantInvoke(grantee);
  }

  /** How many links were given. */
  public metricLinks(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.links, {}, options);
  }

  /**
   * How many links were given that point to a region for a reason.
   *
   * @param copyRegion the region of a copy
   * @param reason why the links point there: `delay-over`, `preference-no`, …
   * @param options what to change of the metric; by default the sum over 5 minutes
   */
  public metricLinksByReason(
    copyRegion: string,
    reason: string,
    options?: cloudwatch.MetricOptions,
  ): cloudwatch.Metric {
    validateMetric(this, { copyRegion, reason }, this.regions);
    const dimensions = { [contract.REGION_DIMENSION]: copyRegion, [contract.REASON_DIMENSION]: reason };
    return this.metric(contract.METRIC.links, dimensions, options);
  }

  /**
   * `metricLinksByReason` for every region and reason that links can have, labelled with both.
   *
   * @param options what to change of the metrics; by default sums over 5 minutes
   */
  public metricsLinksByReason(options?: cloudwatch.MetricOptions): cloudwatch.Metric[] {
    const [primary, ...replicas] = this.regions;
    const isOfReplica = (reason: string) => (contract.REPLICA_REASONS as readonly string[]).includes(reason);
    return contract.REASONS.flatMap((reason) =>
      (isOfReplica(reason) ? replicas : [primary]).map((region) =>
        this.metricLinksByReason(region, reason, { label: `${region} ${reason}`, ...options }),
      ),
    );
  }

  /** How many links point to the primary because a copy did not answer in time. */
  public metricFallbacks(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.fallbacks, {}, options);
  }

  /** How often preferences were found in the store that can't be used. */
  public metricConfigurationRefused(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.configurationRefused, {}, options);
  }

  /** How often the store did not answer. */
  public metricConfigurationUnavailable(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.configurationUnavailable, {}, options);
  }

  /**
   * Alarms for links that fall back to the primary, for errors, and for preferences that can't be had or used. Another
   * call adds its actions to the same alarms.
   */
  public addAlarms(options: MediaRouterAlarmsOptions = {}): cloudwatch.Alarm[] {
    this.routerAlarms ??= new RouterAlarms(this, {
      errors: this.function.metricErrors(),
      links: this.metricLinks(),
      fallbacks: this.metricFallbacks(),
      configurationRefused: this.metricConfigurationRefused(),
      configurationUnavailable: this.metricConfigurationUnavailable(),
    });
    this.routerAlarms.apply(options);
    return this.routerAlarms.alarms;
  }

  private settings(props: MediaRouterProps, store: PreferenceStore): contract.RouterSettings {
    const { media } = props;
    const maxLinkSeconds = (props.maxLinkLifetime ?? DEFAULT_MAX_LIFETIME).toSeconds();
    const linkSeconds = props.linkLifetime?.toSeconds() ?? Math.min(DEFAULT_LIFETIME.toSeconds(), maxLinkSeconds);
    const replicas = media.replicas.map(({ region, bucket, proxy }): contract.CopySettings => {
      const endpoint = props.endpoints?.[region];
      if (endpoint) return [region, bucket.bucketName, ...endpoint._bind(bucket.bucketName)];
      if (!proxy) return [region, bucket.bucketName];
      if (!Token.isUnresolved(proxy.url)) return [region, bucket.bucketName, proxy.url];
      if (proxy.loadBalancer) this.warnOfUnnamedProxy(region);
      return [region, bucket.bucketName];
    });
    const primary = media.primary.bucketName;
    return {
      primary: [this.regions[0], primary, ...(props.endpoints?.[this.regions[0]]?._bind(primary) ?? [])],
      replicas,
      readiness: props.readiness ?? ReadinessMode.DELAY,
      readinessTimeoutMs: (props.readinessTimeout ?? Duration.seconds(1)).toMilliseconds(),
      uploads: props.uploads ?? false,
      linkSeconds,
      maxLinkSeconds,
      store: store.address,
    };
  }

  private warnOfUnnamedProxy(region: string): void {
    Annotations.of(this).addWarning(
      `Links to ${region} do not go through its proxy, whose name is known in its own stack only. Give the proxy a ` +
        '`domainName`, or name it in `endpoints`.',
    );
  }

  /** The bundle, and beside it the preferences that hold until the store has answered. */
  private codeWith(initial: contract.PreferencesDocument): lambda.Code {
    const folder = join(Stage.of(this)!.assetOutdir, `.${this.name}`);
    mkdirSync(folder, { recursive: true });
    cpSync(bundleOf(HANDLER), folder, { recursive: true });
    writeFileSync(join(folder, contract.INITIAL_PREFERENCES_FILE), JSON.stringify(initial));
    return lambda.Code.fromAsset(folder);
  }

  private createHttpApi(options: NonNullable<MediaRouterProps['httpApi']>): FunctionHttpApi {
    const routeKeys = [contract.LINKS_ROUTE, contract.REDIRECT_ROUTE];
    return FunctionHttpApi._in(this, { ...options, routes: [{ routeKeys, function: this.function }] });
  }

  private metric(
    metricName: string,
    dimensions: Record<string, string>,
    options?: cloudwatch.MetricOptions,
  ): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: contract.METRICS_NAMESPACE,
      metricName,
      dimensionsMap: { [contract.ROUTER_DIMENSION]: this.name, ...dimensions },
      statistic: 'Sum',
      ...options,
    });
  }
}
