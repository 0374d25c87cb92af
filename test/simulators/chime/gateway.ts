import type { IncomingMessage } from 'node:http';
import { FrontDoorError, ServiceError } from './errors';
import { Call, Faults, RefusedItems } from './faults';
import { MODEL, OPERATIONS } from './operations';
import { CallScope, Handlers } from './requests';
import { route } from './routes';
import { signedRegion } from './signature';
import { Throttle } from './throttle';
import { validate } from './validation';
import { World } from './world';
import { ApiError } from '../common/errors';
import { Answer, Arrival, Gateway } from '../common/gateway';
import { SeededRandom } from '../common/random';

/** Processes HTTP requests: signature, faults, throttling, validation, operation and response. */
export class ChimeGateway extends Gateway<Call, RefusedItems> {
  private readonly throttle: Throttle;

  constructor(
    private readonly world: World,
    private readonly handlers: Handlers,
    faults: Faults,
    private readonly requestIds: SeededRandom,
  ) {
    super(MODEL, world.clock, faults);
    this.throttle = new Throttle(world.quotas);
  }

  protected newRequestId(): string {
    return this.requestIds.uuid();
  }

  protected receive({ headers, method = '', url = '' }: IncomingMessage, body: string): Arrival<Call> {
    const { name, members } = route(method, url);
    const region = signedRegion(headers.authorization);
    return { operation: name, region, request: { ...parse(body), ...members } };
  }

  protected apply({ operation, region, request }: Call, requestId: string, refusedItems?: RefusedItems): Answer {
    this.world.registry.settle();
    if (!this.throttle.admits(region, operation, this.world.clock.now())) {
      throw new ServiceError('ThrottlingException', 'Rate exceeded');
    }
    validate(`${operation}Request`, request);
    const handle = this.handlers[operation] as (input: unknown, scope: CallScope) => object | undefined;
    const body = handle(request, { region, refuseItem: refusedItems?.refuse });
    return answer(OPERATIONS[operation].status, requestId, body);
  }

  protected refuse(error: ApiError, requestId: string): Answer {
    const headers = { 'x-amzn-errortype': error.name };
    if (!(error instanceof ServiceError)) return answer(error.status, requestId, { message: error.message }, headers);
    return answer(error.status, requestId, error.body(requestId), { ...headers, ...error.headers() });
  }
}

function answer(status: number, requestId: string, body?: object, headers?: Record<string, string>): Answer {
  return {
    status,
    headers: { 'x-amzn-requestid': requestId, ...(body && { 'content-type': 'application/json' }), ...headers },
    body: body ? JSON.stringify(body) : '',
  };
}

/** Members that are null are treated as absent. */
function parse(body: string): Record<string, unknown> {
  if (body === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(body, (_, part: unknown) => (part === null ? undefined : part));
  } catch {
    throw new FrontDoorError('SerializationException', 'The body is not JSON');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new FrontDoorError('SerializationException', 'The body is not a JSON object');
}
