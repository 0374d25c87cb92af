import { INTERNAL_ERROR, MeetingError, unavailable } from './errors';
import { requestOf } from './http-events';
import { Fields } from './requests';
import { Service } from './service';
import { Deadline } from '../../../private/runtime/deadline';
import { ValidationError } from '../../../private/validation-error';
import { errorResponse, isHttpEvent, jsonResponse } from '../../../shared/http/runtime/http-events';
import { Caller, HTTP_STATUS } from '../contract';

/** The part of Lambda's context object that the handlers use. */
export interface CallContext {
  getRemainingTimeInMillis(): number;
}

/** Reserved for the response. */
const RESERVE_MS = 1_000;

/**
 * Creates the handler of the audience's or the hosts' function, for direct invocations and for requests from an HTTP
 * API.
 */
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
      throw error instanceof ValidationError || error instanceof MeetingError ? error : unavailable(INTERNAL_ERROR);
    }
  };

  return async (event: unknown, context: CallContext): Promise<unknown> => {
    if (!isHttpEvent(event)) return call(event as Fields, context);
    try {
      return jsonResponse(200, await call(requestOf(event, caller), context));
    } catch (error) {
      return errorResponse(error as Error, HTTP_STATUS);
    }
  };
}
