import type { IncomingMessage } from 'node:http';
import { badRequest, FrontDoorError, ServiceError } from './errors';
import { Call } from './faults';
import { MODEL, Operation, OperationName, OPERATIONS } from './operations';
import { Handlers } from './requests';
import { route } from './routes';
import { checkHeaders } from './signature';
import { problemsOf } from './validation';
import { World } from './world';
import { toXml } from './xml';
import { ApiError } from '../common/errors';
import { Faults } from '../common/faults';
import { Answer, Arrival, Gateway } from '../common/gateway';
import { SeededRandom } from '../common/random';

const NAMESPACE = ' xmlns="http://awss3control.amazonaws.com/doc/2018-08-20/"';

/** Takes HTTP requests through headers, faults, validation and the operation, to an answer. */
export class S3ControlGateway extends Gateway<Call> {
  constructor(
    private readonly world: World,
    private readonly handlers: Handlers,
    faults: Faults<Call>,
    private readonly requestIds: SeededRandom,
  ) {
    super(MODEL, world.clock, faults);
  }

  protected newRequestId(): string {
    return this.requestIds.hex(16).toUpperCase();
  }

  protected receive({ headers, method = '', url = '' }: IncomingMessage, body: string): Arrival<Call> {
    const account = checkHeaders(headers, body, this.world.account, this.world.region);
    const { name, input } = route(method, url, account, body);
    return { operation: name, host: headers.host ?? '', request: input };
  }

  protected apply({ operation, request }: Call, requestId: string): Answer {
    this.world.registry.settle();
    const problems = problemsOf(OPERATIONS[operation].input, request);
    if (problems.length > 0) throw invalid(operation, problems.join('; '));
    const handle = this.handlers[operation] as (input: unknown) => object;
    return answer(200, requestId, toXml(`${operation}Result`, handle(request), NAMESPACE));
  }

  protected refuse({ name, message, status }: ApiError, requestId: string): Answer {
    const content = { Error: { Code: name, Message: message }, RequestId: requestId };
    return answer(status, requestId, toXml('ErrorResponse', content, NAMESPACE));
  }
}

/** What an operation says of an input that breaks the model: one of its errors where it has a fitting one. */
function invalid(name: OperationName, problems: string): ApiError {
  const { errors }: Operation = OPERATIONS[name];
  if (errors.includes('BadRequestException')) return badRequest(problems);
  if (errors.includes('InvalidRequestException')) return new ServiceError('InvalidRequestException', problems);
  return new FrontDoorError('InvalidRequest', problems);
}

function answer(status: number, requestId: string, root: string): Answer {
  return {
    status,
    headers: { 'x-amz-request-id': requestId, 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${root}`,
  };
}
