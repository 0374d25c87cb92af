import { Stack, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { IMediaRouter } from './i-media-router';
import { ImportedMediaRouter, MediaRouterBase } from './media-router-base';
import { MediaRouterStandby } from './media-router-standby';
import { MediaRouterAlarmsOptions, MediaRouterAttributes, MediaRouterProps, MediaRouterStandbyOptions } from './props';
import { RouterAlarms } from './router-alarms';
import { RouterResources } from './router-resources';
import { validateRouter } from './validation';
import { validateStandby } from './validation-standby';
import { DeterministicNames } from '../../private/naming';
import { Problems } from '../../private/problems';
import { expectStackRegion } from '../../private/stacks';
import { FunctionHttpApi } from '../../shared/http';

/**
 * Creates links to media: to the replica near a viewer once the replica has the object, otherwise to the primary.
 *
 * Links are presigned, up to 1,000 in one call. Each has a reason, which explains why it points to its copy.
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import * as lambda from 'aws-cdk-lib/aws-lambda';
 * import { MediaRouter, ReadPreference, ReplicatedMediaBucket } from 'cdk-media-replication';
 *
 * declare const stack: Stack;
 * declare const web: lambda.Function; // renders the pages
 *
 * const media = new ReplicatedMediaBucket(stack, 'Media', { replicas: [{ region: 'eu-west-1' }] });
 * const router = new MediaRouter(stack, 'Router', {
 *   media,
 *   defaultPreference: ReadPreference.AUTO,
 *   ipRanges: [{ cidr: '10.20.0.0/16', region: 'eu-west-1' }],
 * });
 * router.grantInvoke(web);
 */
export class MediaRouter extends MediaRouterBase {
  /** @internal */
  public static readonly _validate = validateRouter;

  /** @internal */
  public static readonly _validateStandby = validateStandby;

  /**
   * Imports a router of another app.
   *
   * @param scope the scope of the construct
   * @param id the id of the construct
   * @param attrs the attributes of the router
   */
  public static fromMediaRouterAttributes(scope: Construct, id: string, attrs: MediaRouterAttributes): IMediaRouter {
    return new ImportedMediaRouter(scope, id, attrs);
  }

  public readonly function: lambda.IFunction;
  public readonly routerName: string;
  public readonly primaryRegion: string;
  public readonly replicaRegions: string[];

  /** The HTTP API, if `httpApi` was specified. */
  public readonly httpApi?: FunctionHttpApi;

  /** The role whose sessions sign links for callers over HTTP, with `LinkAccess.byClaim()`. */
  public readonly linkRole?: iam.IRole;

  /** The id of the AppConfig application that contains the preferences. */
  public readonly preferencesApplicationId: string;

  /** The id of the AppConfig environment of the preferences. */
  public readonly preferencesEnvironmentId: string;

  /** The id of the AppConfig configuration profile of the preferences. */
  public readonly preferencesProfileId: string;

  /** The table with the preferences of users, if `userPreferences` was specified. */
  public readonly userPreferencesTable?: dynamodb.ITable;

  /** The router in the region of a replica, if `standby` was specified. */
  public readonly standby?: MediaRouterStandby;

  private routerAlarms?: RouterAlarms;

  /** @throws if an option is invalid; the message lists all problems */
  constructor(scope: Construct, id: string, props: MediaRouterProps) {
    super(scope, id);
    const { media } = props;
    this.primaryRegion = media.primary.env.region;
    this.replicaRegions = media.replicas.map((replica) => replica.region);
    const problems = new Problems(this);
    expectStackRegion(problems, this);
    MediaRouter._validate(problems, props, { primary: this.primaryRegion, replicas: this.replicaRegions });
    MediaRouter._validateStandby(problems, props.standby, media);
    problems.throwIfAny();
    const names = new DeterministicNames(this);
    this.routerName = names.base;
    if (props.standby) {
      this.standby = MediaRouterStandby._in(this.standbyStack(names, props.standby), { ...props, names });
    }
    const resources = new RouterResources(this, {
      ...props,
      name: this.routerName,
      description: 'Creates links to the copy of the media that is best for each viewer',
      roleName: (purpose) => names.role(purpose),
      records: this.standby?._records,
    });
    this.function = resources.function;
    this.linkRole = resources.linkRole;
    this.httpApi = resources.httpApi;
    this.userPreferencesTable = resources.users;
    [this.preferencesApplicationId, this.preferencesEnvironmentId, this.preferencesProfileId] = resources.store.address;
  }

  /** @internal */
  protected get _failoverRegion(): string | undefined {
    return this.standby && Stack.of(this.standby).region;
  }

  /** Grants permission to request links, for any viewer, from this router and from its standby. */
  public grantInvoke(grantee: iam.IGrantable): iam.Grant {
    const grant = super.grantInvoke(grantee);
    return this.standby ? grant.combine(this.standby.grantInvoke(grantee)) : grant;
  }

  /**
   * Creates alarms on links that fall back to the primary, on errors, and on preferences that are invalid or cannot be
   * fetched. Further calls add their actions to the same alarms.
   */
  public addAlarms(options: MediaRouterAlarmsOptions = {}): cloudwatch.Alarm[] {
    this.routerAlarms ??= new RouterAlarms(this, this);
    this.routerAlarms.apply(options);
    return this.routerAlarms.alarms;
  }

  /** A stack of its own: the router does not own the stack of the replica, which can be in another app. */
  private standbyStack(names: DeterministicNames, { region, synthesizer }: MediaRouterStandbyOptions): Stack {
    const { account, tags, terminationProtection } = Stack.of(this);
    return new Stack(this, 'Standby', {
      stackName: names.stack(`standby-${region}`),
      description: `Standby of the router ${this.node.path}`,
      env: { region, account: Token.isUnresolved(account) ? undefined : account },
      tags: tags.tagValues(),
      terminationProtection,
      synthesizer,
    });
  }
}
