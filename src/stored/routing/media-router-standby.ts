import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { FailoverRecords } from './failover-records';
import { MediaRouterBase } from './media-router-base';
import { MediaRouterAlarmsOptions, MediaRouterProps } from './props';
import { RouterAlarms } from './router-alarms';
import { RouterResources } from './router-resources';
import { accountOf, DeterministicNames } from '../../private/naming';
import { FunctionHttpApi } from '../../shared/http';

/** What the standby shares with the router that it stands by for. */
interface StandbyProps extends MediaRouterProps {
  readonly names: DeterministicNames;
}

/**
 * The standby of a `MediaRouter`: a second router in the region of a replica, for a failover to that region. It creates
 * the same links as the router at any time, with preferences of its own in AppConfig.
 */
export class MediaRouterStandby extends MediaRouterBase {
  /** @internal */
  public static _in(stack: Stack, props: StandbyProps): MediaRouterStandby {
    return new MediaRouterStandby(stack, 'Router', props);
  }

  public readonly function: lambda.IFunction;
  public readonly routerName: string;
  public readonly primaryRegion: string;
  public readonly replicaRegions: string[];

  /** The HTTP API of the standby, if the router has one. */
  public readonly httpApi?: FunctionHttpApi;

  /** The role whose sessions sign links for callers over HTTP, with `LinkAccess.byClaim()`. */
  public readonly linkRole?: iam.IRole;

  /** The id of the AppConfig application that contains the preferences of the standby. */
  public readonly preferencesApplicationId: string;

  /** The id of the AppConfig environment of the preferences of the standby. */
  public readonly preferencesEnvironmentId: string;

  /** The id of the AppConfig configuration profile of the preferences of the standby. */
  public readonly preferencesProfileId: string;

  /** The bucket with the records of failovers. */
  public readonly recordsBucket: s3.IBucket;

  /** @internal */
  public readonly _records: FailoverRecords;

  private routerAlarms?: RouterAlarms;

  private constructor(scope: Construct, id: string, { names, ...props }: StandbyProps) {
    super(scope, id);
    const { media, standby } = props;
    const { region, userPreferencesTableName: tableName } = standby!;
    const account = accountOf(Stack.of(this));
    this.primaryRegion = media.primary.env.region;
    this.replicaRegions = media.replicas.map((replica) => replica.region);
    this.routerName = names.role('standby');
    const bucketName = names.bucket(region, account);
    this.recordsBucket = this.createBucket(bucketName);
    this._records = new FailoverRecords(region, bucketName, account);
    const resources = new RouterResources(this, {
      ...props,
      userPreferences: tableName ? { table: dynamodb.Table.fromTableName(this, 'UserTable', tableName) } : undefined,
      name: this.routerName,
      description:
        'Creates links like the router that it stands by for, also while the region of that router is unavailable',
      roleName: (purpose) => names.role(`standby-${purpose}`),
      functionName: this.routerName,
      records: this._records,
    });
    this.function = resources.function;
    this.httpApi = resources.httpApi;
    this.linkRole = resources.linkRole;
    [this.preferencesApplicationId, this.preferencesEnvironmentId, this.preferencesProfileId] = resources.store.address;
  }

  /** @internal */
  protected get _failoverRegion(): string {
    return Stack.of(this).region;
  }

  /** Creates the alarms of the standby, in its region. Further calls add their actions to the same alarms. */
  public addAlarms(options: MediaRouterAlarmsOptions = {}): cloudwatch.Alarm[] {
    this.routerAlarms ??= new RouterAlarms(this, this);
    this.routerAlarms.apply(options);
    return this.routerAlarms.alarms;
  }

  /** Metrics are published in the region of the standby. */
  public metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return super.metric(metricName, { region: Stack.of(this).region, ...options });
  }

  /** Retained, because the records prove what was not replicated. Versioned, so that they cannot be lost by mistake. */
  private createBucket(bucketName: string): s3.Bucket {
    return new s3.Bucket(this, 'Records', {
      bucketName,
      versioned: true,
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
  }
}
