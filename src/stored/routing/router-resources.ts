import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, Lazy, Stack, Stage } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import * as contract from './contract';
import { FailoverRecords } from './failover-records';
import { initialPreferences, withoutTokens } from './initial-preferences';
import { createLinkRole } from './link-role';
import { PreferenceStore } from './preference-store';
import { MediaRouterProps } from './props';
import { readableTable, routerProxies, routerSettings } from './router-settings';
import { UserPreferenceTable } from './user-preference-table';
import { bundleOf, handlerFunction } from '../../private/handler-function';
import { hasCrossAccountCopy } from '../../private/naming';
import { FunctionHttpApi } from '../../shared/http';
import { replicaPartition } from '../backfill/contract';
import { IReplicatedMediaBucket } from '../bucket';

const HANDLER = 'stored/routing/media-router';

export interface RouterResourcesProps extends MediaRouterProps {
  readonly name: string;
  readonly description: string;
  /** The physical name of a role. Used if policies in another account refer to it. */
  readonly roleName: (purpose: string) => string;
  /** The physical name of the function, if other stacks refer to it. */
  readonly functionName?: string;
  /** The records of failovers. @default - no standby */
  readonly records?: FailoverRecords;
}

/** The resources of a router in one region: its function, preferences, link role and HTTP API. */
export class RouterResources {
  readonly function: lambda.Function;
  readonly store: PreferenceStore;
  readonly users?: dynamodb.ITable;
  readonly linkRole?: iam.IRole;
  readonly httpApi?: FunctionHttpApi;

  constructor(
    private readonly scope: Construct,
    props: RouterResourcesProps,
  ) {
    const { media, name, runtime, logRetention, records } = props;
    const initial = initialPreferences(scope, props);
    this.store = new PreferenceStore(scope, 'Preferences', {
      name,
      initial,
      regions: [media.primary.env.region, ...media.replicas.map(({ region }) => region)],
      runtime,
      logRetention,
    });
    const users = props.userPreferences && new UserPreferenceTable(scope, 'UserPreferences', props.userPreferences);
    this.users = users?.table;
    const roleName = (purpose: string) =>
      hasCrossAccountCopy(media, Stack.of(scope)) ? props.roleName(purpose) : undefined;
    // The role trusts the role of the function, so it is created after it.
    const linkRoleArn = props.access?._settings.byClaim && Lazy.string({ produce: () => this.linkRole!.roleArn });
    const settings = routerSettings(scope, props, {
      store: this.store.address,
      linkRoleArn,
      userTable: users?.table.tableName,
      failover: records?.location,
    });
    const fn = handlerFunction(scope, 'Function', {
      handler: HANDLER,
      description: props.description,
      code: this.codeWith(name, {
        [contract.INITIAL_PREFERENCES_FILE]: withoutTokens(initial),
        [contract.PROXIES_FILE]: routerProxies(scope, props),
      }),
      environment: {
        [contract.SETTINGS_VARIABLE]: Stack.of(scope).toJsonString(settings),
        POWERTOOLS_SERVICE_NAME: name,
      },
      memorySize: props.memorySize ?? contract.DEFAULT_MEMORY_MIB,
      timeout: Duration.seconds(15),
      functionName: props.functionName,
      roleName: roleName('router'),
      runtime,
      logRetention,
    });
    this.function = fn;
    media.grantRead(fn);
    if (props.uploads) media.grantPut(fn);
    this.store.grantRead(fn);
    records?.grantRead(fn);
    this.grantReadStates(media);
    if (linkRoleArn) this.linkRole = createLinkRole(scope, { ...props, function: fn, roleName: roleName('links') });
    users?.grantUse(fn);
    if (props.httpApi) {
      const ofUsers = users ? [contract.GET_PREFERENCE_ROUTE, contract.PUT_PREFERENCE_ROUTE] : [];
      const routes = [{ routeKeys: [contract.LINKS_ROUTE, contract.REDIRECT_ROUTE, ...ofUsers], function: fn }];
      this.httpApi = FunctionHttpApi._in(scope, { ...props.httpApi, routes });
    }
  }

  /** Grants the function permission to read the rows about its replicas only. */
  private grantReadStates(media: IReplicatedMediaBucket): void {
    const table = readableTable(this.scope, media);
    if (!table) return;
    this.function.addToRolePolicy(
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
  private codeWith(name: string, documents: { readonly [file: string]: object }): lambda.Code {
    const folder = join(Stage.of(this.scope)!.assetOutdir, `.${name}`);
    mkdirSync(folder, { recursive: true });
    cpSync(bundleOf(HANDLER), folder, { recursive: true });
    for (const [file, document] of Object.entries(documents)) {
      writeFileSync(join(folder, file), JSON.stringify(document));
    }
    return lambda.Code.fromAsset(folder);
  }
}
