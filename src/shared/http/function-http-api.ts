import { Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { HttpApiOptions } from './props';
import { invalid } from '../../private/problems';

/** Routes of an HTTP API, and the function that they invoke. */
export interface FunctionRoutes {
  /** The routes, for example `POST /links`. */
  readonly routeKeys: string[];
  /** The function that the routes invoke. */
  readonly function: lambda.Function;

  /**
   * The scopes of which a caller's token must have at least one, if the API authorizes callers by tokens.
   *
   * @default - none; every valid token is accepted
   */
  readonly scopes?: string[];
}

/** Properties of a `FunctionHttpApi`. */
export interface FunctionHttpApiProps extends HttpApiOptions {
  /** The routes of the API. */
  readonly routes: FunctionRoutes[];
}

/** The HTTP API of a service, which creates it if `httpApi` is specified. */
export class FunctionHttpApi extends Construct {
  /** @internal */
  public static _in(scope: Construct, props: FunctionHttpApiProps): FunctionHttpApi {
    return new FunctionHttpApi(scope, 'HttpApi', props);
  }

  /** The URL of the API, for example `https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com`. */
  public readonly url: string;

  /** The id of the API. */
  public readonly apiId: string;

  private readonly usesIam: boolean;
  private readonly routeKeys: string[];

  private constructor(scope: Construct, id: string, props: FunctionHttpApiProps) {
    super(scope, id);
    this.usesIam = props.authorizer._jwt === undefined;
    this.routeKeys = props.routes.flatMap(({ routeKeys }) => routeKeys);
    const api = new apigateway.CfnApi(this, 'Resource', {
      name: Lazy.string({ produce: () => this.node.path.slice(-128) }),
      protocolType: 'HTTP',
      corsConfiguration: props.allowOrigins && {
        allowOrigins: props.allowOrigins,
        allowMethods: [...new Set(['GET', 'POST', ...this.routeKeys.map((routeKey) => routeKey.split(' ')[0])])],
        allowHeaders: ['authorization', 'content-type', 'x-amz-date', 'x-amz-security-token'],
        maxAge: 3600,
      },
    });
    this.apiId = api.ref;
    this.url = `https://${api.ref}.execute-api.${Stack.of(this).region}.${Stack.of(this).urlSuffix}`;
    const authorization = this.authorization(props, api);
    props.routes.forEach((routes, index) => this.connect(index, routes, api, authorization));
    this.createStage(props, api);
  }

  /**
   * Grants permission to call the API, which must authorize callers by IAM.
   *
   * @param grantee the principal to grant permission to
   * @param routeKeys the routes to grant permission for, for example `POST /audience`; all routes by default
   * @throws if the API authorizes callers by tokens
   */
  public grantInvoke(grantee: iam.IGrantable, routeKeys: string[] = this.routeKeys): iam.Grant {
    if (!this.usesIam) {
      throw invalid(this, {
        property: 'authorizer',
        got: 'HttpAuthorizer.jwt()',
        expected: 'HttpAuthorizer.iam()',
        fix: 'Provide the caller with a token instead of a grant.',
      });
    }
    return iam.Grant.addToPrincipal({
      grantee,
      actions: ['execute-api:Invoke'],
      resourceArns: routeKeys.map((routeKey) => this.arnOf(routeKey)),
    });
  }

  private authorization(
    { authorizer }: FunctionHttpApiProps,
    api: apigateway.CfnApi,
  ): Pick<apigateway.CfnRouteProps, 'authorizationType' | 'authorizerId'> {
    if (!authorizer._jwt) return { authorizationType: 'AWS_IAM' };
    const { issuer, audience, identitySource } = authorizer._jwt;
    const resource = new apigateway.CfnAuthorizer(this, 'Authorizer', {
      apiId: api.ref,
      name: 'jwt',
      authorizerType: 'JWT',
      identitySource: [identitySource ?? '$request.header.Authorization'],
      jwtConfiguration: { issuer, audience },
    });
    return { authorizationType: 'JWT', authorizerId: resource.ref };
  }

  private connect(
    index: number,
    { routeKeys, function: fn, scopes }: FunctionRoutes,
    api: apigateway.CfnApi,
    authorization: ReturnType<FunctionHttpApi['authorization']>,
  ): void {
    const integration = new apigateway.CfnIntegration(this, `Integration${index}`, {
      apiId: api.ref,
      integrationType: 'AWS_PROXY',
      integrationUri: fn.functionArn,
      payloadFormatVersion: '2.0',
    });
    for (const routeKey of routeKeys) {
      new apigateway.CfnRoute(this, routeKey, {
        apiId: api.ref,
        routeKey,
        target: `integrations/${integration.ref}`,
        ...authorization,
        authorizationScopes: scopes,
      });
      fn.addPermission(`${this.node.id}-${routeKey}`, {
        scope: this,
        principal: new iam.ServicePrincipal('apigateway.amazonaws.com'),
        sourceArn: this.arnOf(routeKey),
      });
    }
  }

  /** The access log contains no query string, which may contain a token. */
  private createStage(props: FunctionHttpApiProps, api: apigateway.CfnApi): void {
    const accessLog = new logs.LogGroup(this, 'AccessLog', {
      retention: props.accessLogRetention ?? logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new apigateway.CfnStage(this, 'Stage', {
      apiId: api.ref,
      stageName: '$default',
      autoDeploy: true,
      defaultRouteSettings: {
        throttlingRateLimit: props.throttlingRateLimit ?? 500,
        throttlingBurstLimit: props.throttlingBurstLimit ?? 1000,
      },
      accessLogSettings: {
        destinationArn: accessLog.logGroupArn,
        format: JSON.stringify({
          requestId: '$context.requestId',
          subject: this.usesIam ? '$context.identity.caller' : '$context.authorizer.claims.sub',
          address: '$context.identity.sourceIp',
          time: '$context.requestTime',
          route: '$context.routeKey',
          status: '$context.status',
          bytes: '$context.responseLength',
          milliseconds: '$context.responseLatency',
          error: '$context.error.message',
          authorizerError: '$context.authorizer.error',
        }),
      },
    });
  }

  private arnOf(routeKey: string): string {
    const [method, path] = routeKey.split(' ');
    const resourceName = `*/${method}${path}`;
    return Stack.of(this).formatArn({ service: 'execute-api', resource: this.apiId, resourceName });
  }
}
