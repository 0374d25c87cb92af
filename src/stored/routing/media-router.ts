import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, Lazy, Stack, Stage } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import * as contract from './contract';
import { IMediaRouter } from './i-media-router';
import { initialPreferences, withoutTokens } from './initial-preferences';
import { createLinkRole } from './link-role';
import { ImportedMediaRouter, MediaRouterBase } from './media-router-base';
import { PreferenceStore } from './preference-store';
import { MediaRouterAlarmsOptions, MediaRouterAttributes, MediaRouterProps } from './props';
import { RouterAlarms } from './router-alarms';
import { readableTable, routerProxies, routerSettings } from './router-settings';
import { UserPreferenceTable } from './user-preference-table';
import { validateRouter } from './validation';
import { bundleOf, handlerFunction } from '../../private/handler-function';
import { DeterministicNames, hasCrossAccountCopy } from '../../private/naming';
import { Problems } from '../../private/problems';
import { expectStackRegion } from '../../private/stacks';
import { FunctionHttpApi } from '../../shared/http';
import { replicaPartition } from '../backfill/contract';
import { IReplicatedMediaBucket } from '../bucket';

const HANDLER = 'stored/routing/media-router';

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

  private routerAlarms?: RouterAlarms;

  /** @throws if an option is invalid; the message lists all problems */
  constructor(scope: Construct, id: string, props: MediaRouterProps) {
    super(scope, id);
    const { media, runtime, logRetention } = props;
    this.primaryRegion = media.primary.env.region;
    this.replicaRegions = media.replicas.map((replica) => replica.region);
    const problems = new Problems(this);
    expectStackRegion(problems, this);
    MediaRouter._validate(problems, props, { primary: this.primaryRegion, replicas: this.replicaRegions });
    problems.throwIfAny();
    const names = new DeterministicNames(this);
    this.routerName = names.base;

    const initial = initialPreferences(this, props);
    const store = new PreferenceStore(this, 'Preferences', {
      name: this.routerName,
      initial,
      regions: [this.primaryRegion, ...this.replicaRegions],
      runtime,
      logRetention,
    });
    [this.preferencesApplicationId, this.preferencesEnvironmentId, this.preferencesProfileId] = store.address;

    const users = props.userPreferences && new UserPreferenceTable(this, 'UserPreferences', props.userPreferences);
    this.userPreferencesTable = users?.table;
    const roleName = (purpose: string) =>
      hasCrossAccountCopy(media, Stack.of(this)) ? names.role(purpose) : undefined;
    // The role trusts the role of the function, so it is created after it.
    const linkRoleArn = props.access?._settings.byClaim && Lazy.string({ produce: () => this.linkRole!.roleArn });
    const settings = routerSettings(this, props, {
      store: store.address,
      linkRoleArn,
      userTable: users?.table.tableName,
    });
    const fn = handlerFunction(this, 'Function', {
      handler: HANDLER,
      description: 'Creates links to the copy of the media that is best for each viewer',
      code: this.codeWith({
        [contract.INITIAL_PREFERENCES_FILE]: withoutTokens(initial),
        [contract.PROXIES_FILE]: routerProxies(this, props),
      }),
      environment: {
        [contract.SETTINGS_VARIABLE]: Stack.of(this).toJsonString(settings),
        POWERTOOLS_SERVICE_NAME: this.routerName,
      },
      memorySize: props.memorySize ?? contract.DEFAULT_MEMORY_MIB,
      timeout: Duration.seconds(15),
      roleName: roleName('router'),
      runtime,
      logRetention,
    });
    this.function = fn;
    media.grantRead(fn);
    if (props.uploads) media.grantPut(fn);
    store.grantRead(fn);
    this.grantReadStates(fn, media);
    if (linkRoleArn) this.linkRole = createLinkRole(this, { ...props, function: fn, roleName: roleName('links') });
    users?.grantUse(fn);
    if (props.httpApi) {
      const ofUsers = users ? [contract.GET_PREFERENCE_ROUTE, contract.PUT_PREFERENCE_ROUTE] : [];
      const routes = [{ routeKeys: [contract.LINKS_ROUTE, contract.REDIRECT_ROUTE, ...ofUsers], function: fn }];
      this.httpApi = FunctionHttpApi._in(this, { ...props.httpApi, routes });
    }
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

  /** Grants the function permission to read the rows about its replicas only. */
  private grantReadStates(fn: lambda.Function, media: IReplicatedMediaBucket): void {
    const table = readableTable(this, media);
    if (!table) return;
    fn.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['dynamodb:Query', 'dynamodb:BatchGetItem'],
        resources: [table.tableArn],
        conditions: {
          'ForAllValues:StringEquals': {
            'dynamodb:LeadingKeys': media.replicas.map(({ bucket }) => replicaPartition(bucket.bucketName)),
          },
        },
      }),
    );
  }

  /** Returns the bundle with added documents, which would not fit into the environment. */
  private codeWith(documents: { readonly [file: string]: object }): lambda.Code {
    const folder = join(Stage.of(this)!.assetOutdir, `.${this.routerName}`);
    mkdirSync(folder, { recursive: true });
    cpSync(bundleOf(HANDLER), folder, { recursive: true });
    for (const [file, document] of Object.entries(documents)) {
      writeFileSync(join(folder, file), JSON.stringify(document));
    }
    return lambda.Code.fromAsset(folder);
  }
}
