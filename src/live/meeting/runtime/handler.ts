import { MeetingError } from './errors';
import { requestOf } from './http-events';
import { Fields } from './requests';
import { Caller } from './seats/joining';
import { Service } from './service';
import { Deadline } from '../../../private/runtime/deadline';
import { ValidationError } from '../../../private/validation-error';
import {
  errorResponse,
  HttpEvent,
  HttpResponse,
  isHttpEvent,
  jsonResponse,
} from '../../../shared/http/runtime/http-events';
import { HTTP_STATUS } from '../contract';

/** What Lambda tells of a call. */
export interface CallContext {
  getRemainingTimeInMillis(): number;
}

/** What is kept to answer. */
const RESERVE_MS = 1_000;

/** The handler of the audience's or the hosts' function, for direct calls and for those of an HTTP API. */
export function createHandler(service: Service, caller: Caller) {
  const operations = service.operations(caller);
  const { telemetry } = service;

  const call = async (request: Fields, context: CallContext): Promise<unknown> => {
    const started = Date.now();
    const operation = request?.operation;
    try {
      const answer = await operations.call(request ?? {}, Deadline.in(context.getRemainingTimeInMillis() - RESERVE_MS));
      telemetry.answered(operation, Date.now() - started);
      return answer;
    } catch (error) {
      telemetry.failed(operation, error);
      throw error instanceof ValidationError || error instanceof MeetingError ? error : failure();
    }
  };

  return async (event: unknown, context: CallContext): Promise<unknown> =>
    isHttpEvent(event) ? overHttp(event, (request) => call(request, context), caller) : call(event as Fields, context);
}

async function overHttp(
  event: HttpEvent,
  call: (request: Fields) => Promise<unknown>,
  caller: Caller,
): Promise<HttpResponse> {
  try {
    return jsonResponse(200, await call(requestOf(event, caller)));
  } catch (error) {
    return errorResponse(error as Error, HTTP_STATUS);
  }
}

/** What went wrong is in the log, and nothing of it in the answer. */
function failure(): MeetingError {
  return new MeetingError('ServiceUnavailable', 'The service failed; its log says why.', 5);
}
