import { Duration, Stack, Token } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import * as contract from './contract';
import { IReplicatedMeeting } from './i-replicated-meeting';
import { IReplicatedMeetingService } from './i-replicated-meeting-service';
import { MeetingServiceBase } from './meeting-service-base';
import { MeetingsTable } from './meetings-table';
import {
  ATTENDEE_ACTIONS,
  grantEvents,
  grantMeetings,
  MEETING_ACTIONS,
  POOL_ACTIONS,
  SWEEP_ACTIONS,
} from './permissions';
import {
  MeetingHttpApiOptions,
  ReplicatedMeetingOptions,
  ReplicatedMeetingServiceAttributes,
  ReplicatedMeetingServiceProps,
} from './props';
import { triggerReconciler } from './reconciler-triggers';
import { controlRegionFinding } from './room-rules';
import { handlerFunction } from '../../private/handler-function';
import { pinLogicalIds, reserveIdentity, validateIdentity } from '../../private/identity';
import { DeterministicNames } from '../../private/naming';
import { Problems } from '../../private/problems';
import { expectStackRegion } from '../../private/stacks';
import { FunctionHttpApi } from '../../shared/http';

/**
 * A service for Amazon Chime SDK meetings whose primary session is replicated near the audience. Its functions create,
 * join, run and end the meetings, and delete whatever is no longer used.
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import * as lambda from 'aws-cdk-lib/aws-lambda';
 * import { ReplicatedMeetingService } from 'cdk-media-replication';
 *
 * declare const stack: Stack;
 * declare const audienceApp: lambda.Function;
 * declare const hostApp: lambda.Function;
 *
 * const service = new ReplicatedMeetingService(stack, 'Meetings', { controlRegion: 'eu-central-1' });
 * const townHall = service.addMeeting('TownHall', {
 *   mediaRegion: 'eu-central-1',
 *   replicas: [{ mediaRegion: 'eu-west-1', count: 2 }, { mediaRegion: 'us-east-1' }],
 * });
 * townHall.capacity; // 990: 240 presenters, 750 participants
 * service.grantJoin(audienceApp);
 * service.grantHost(hostApp);
 */
export class ReplicatedMeetingService extends MeetingServiceBase {
  /**
   * Imports a service that another app created in the same account and region. Its meetings can be added, joined and
   * monitored from the importing app.
   *
   * The creating app publishes the service's `attributes`, for example as stack outputs with export names. Meeting
   * names are unique in a service: the deployment of a meeting whose name is taken fails, and changes nothing.
   *
   * @example
   * import { Fn, Stack } from 'aws-cdk-lib';
   * import { ReplicatedMeetingService } from 'cdk-media-replication';
   *
   * declare const stack: Stack;
   *
   * // In the creating app, for each of the four functions:
   * // stack.exportValue(service.attributes.roomFunctionArn, { name: 'MeetingsRoomFunction' });
   * const service = ReplicatedMeetingService.fromReplicatedMeetingServiceAttributes(stack, 'Meetings', {
   *   serviceName: 'meetings-1a2b3c4d', // service.serviceName of the creating app, known at synthesis
   *   audienceFunctionArn: Fn.importValue('MeetingsAudienceFunction'),
   *   hostFunctionArn: Fn.importValue('MeetingsHostFunction'),
   *   roomFunctionArn: Fn.importValue('MeetingsRoomFunction'),
   *   reconcilerFunctionArn: Fn.importValue('MeetingsReconcilerFunction'),
   * });
   * service.addMeeting('AllHands', { mediaRegion: 'eu-central-1' });
   */
  public static fromReplicatedMeetingServiceAttributes(
    scope: Construct,
    id: string,
    attrs: ReplicatedMeetingServiceAttributes,
  ): IReplicatedMeetingService {
    class Import extends MeetingServiceBase {
      public readonly serviceName = attrs.serviceName;
      public readonly controlRegion = attrs.controlRegion ?? Stack.of(scope).region;
      public readonly audienceFunction = this.importFunction('Audience', attrs.audienceFunctionArn);
      public readonly hostFunction = this.importFunction('Host', attrs.hostFunctionArn);
      public readonly roomFunction = this.importFunction('Room', attrs.roomFunctionArn);
      public readonly reconcilerFunction = this.importFunction('Reconciler', attrs.reconcilerFunctionArn);

      /** In the same account, the policy of the grantee is sufficient: the function's own policy is left unchanged. */
      private importFunction(name: string, functionArn: string): lambda.IFunction {
        return lambda.Function.fromFunctionAttributes(this, name, { functionArn, skipPermissions: true });
      }
    }
    return new Import(scope, id);
  }

  /** @internal */
  public static _validate(problems: Problems, props: ReplicatedMeetingServiceProps, stack: Stack): void {
    expectStackRegion(problems, stack);
    validateIdentity(problems, props);
    const { authorizer, hostScopes = [] } = props.httpApi ?? {};
    problems.expect(hostScopes.length === 0 || authorizer?._jwt !== undefined, {
      property: 'httpApi.hostScopes',
      got: hostScopes,
      expected: 'no scopes, because only tokens have them',
      fix: 'Use `HttpAuthorizer.jwt()`, or remove the scopes and grant access with `httpApi.grantInvoke()`.',
    });
    const controlRegion = props.controlRegion ?? stack.region;
    const finding = Token.isUnresolved(controlRegion) ? undefined : controlRegionFinding(controlRegion);
    if (!finding) return;
    const because = props.controlRegion ? '' : `, but the stack's region ${controlRegion} has none`;
    problems.add({ ...finding, got: props.controlRegion, expected: finding.expected + because });
  }

  public readonly serviceName: string;
  public readonly controlRegion: string;
  public readonly audienceFunction: lambda.IFunction;
  public readonly hostFunction: lambda.IFunction;
  public readonly roomFunction: lambda.IFunction;
  public readonly reconcilerFunction: lambda.IFunction;

  /** The table with the state of all meetings. */
  public readonly table: dynamodb.ITable;

  /** The HTTP API, if `httpApi` was specified. */
  public readonly httpApi?: FunctionHttpApi;

  private readonly names: DeterministicNames;

  constructor(scope: Construct, id: string, props: ReplicatedMeetingServiceProps = {}) {
    super(scope, id);
    const problems = new Problems(this);
    ReplicatedMeetingService._validate(problems, props, Stack.of(this));
    problems.throwIfAny();
    this.names = new DeterministicNames(this, undefined, props.identity);
    reserveIdentity(this, 'ReplicatedMeetingService', this.names);
    this.serviceName = this.names.base;
    this.controlRegion = props.controlRegion ?? Stack.of(this).region;
    const state = new MeetingsTable(this, 'State', props);
    this.table = state.table;

    const create = (functionId: string, entry: string, description: string, timeout: Duration, actions: string[]) => {
      const fn = handlerFunction(this, functionId, {
        handler: 'live/meeting/meetings',
        export: entry,
        description,
        timeout,
        environment: {
          [contract.ENV.table]: state.table.tableName,
          [contract.ENV.controlRegion]: this.controlRegion,
          [contract.ENV.serviceTag]: this.serviceName,
          POWERTOOLS_SERVICE_NAME: this.serviceName,
        },
        memorySize: props.memorySize ?? 1024,
        runtime: props.runtime,
        logRetention: props.logRetention,
      });
      state.grantUse(fn);
      grantMeetings(fn, Stack.of(this), this.serviceName, actions);
      return fn;
    };
    const attending = [...MEETING_ACTIONS, ...ATTENDEE_ACTIONS];
    const sweeping = [...MEETING_ACTIONS, ...SWEEP_ACTIONS, ...POOL_ACTIONS];
    const interactive = Duration.seconds(29); // API Gateway waits at most 30 seconds
    const background = Duration.minutes(5);
    const audience = create('Audience', 'audience', 'Meetings: audience', interactive, attending);
    const host = create('Host', 'host', 'Meetings: hosts', interactive, attending);
    this.audienceFunction = audience;
    this.hostFunction = host;
    this.roomFunction = create('Room', 'room', 'Meetings: custom resource', background, MEETING_ACTIONS);
    this.reconcilerFunction = create('Reconciler', 'reconciler', 'Meetings: reconciler', background, sweeping);
    triggerReconciler(this, this.reconcilerFunction, background, this.controlRegion);
    state.notify(this.reconcilerFunction);
    grantEvents(this.reconcilerFunction, Stack.of(this));
    if (props.httpApi) this.httpApi = createHttpApi(this, props.httpApi, audience, host);
    pinLogicalIds(this, this.names)();
  }

  public addMeeting(id: string, options: ReplicatedMeetingOptions): IReplicatedMeeting {
    return super.addMeeting(id, { ...options, meetingName: options.meetingName ?? this.names.part(id) });
  }
}

function createHttpApi(
  scope: Construct,
  { hostScopes, ...options }: MeetingHttpApiOptions,
  audience: lambda.Function,
  host: lambda.Function,
): FunctionHttpApi {
  const audienceRoutes = { routeKeys: [contract.AUDIENCE_ROUTE], function: audience };
  const hostRoutes = { routeKeys: [contract.HOST_ROUTE], function: host, scopes: hostScopes };
  // Without scopes, every valid token would make its holder a host.
  const canIdentifyHosts = options.authorizer._jwt === undefined || (hostScopes?.length ?? 0) > 0;
  return FunctionHttpApi._in(scope, {
    ...options,
    routes: canIdentifyHosts ? [audienceRoutes, hostRoutes] : [audienceRoutes],
  });
}
