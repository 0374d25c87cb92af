import { oneOf } from './fields';
import { requestOf } from './http-events';
import { Router } from './router';
import { Telemetry } from './telemetry';
import { ValidationError } from '../../../private/validation-error';
import { errorResponse, HttpResponse, isHttpEvent, jsonResponse } from '../../../shared/http/runtime/http-events';
import { HTTP_STATUS, ResolveLinksResponse } from '../contract';

const OPERATIONS = ['ResolveLinks', 'Redirect'] as const;
/** The log has the details. */
const INTERNAL_ERROR = { name: 'InternalError', message: 'Internal error. See the log of the function.' };

/** Creates the function's handler, for direct invocations and for events of an HTTP API. */
export function createHandler(router: Router, telemetry: Telemetry) {
  const answer = async (request: Record<string, unknown>): Promise<ResolveLinksResponse | HttpResponse> => {
    const started = performance.now();
    const operation = oneOf('operation', request?.operation, OPERATIONS);
    if (operation === 'ResolveLinks') {
      const response = await router.resolveLinks(request);
      telemetry.answered(operation, response.links, performance.now() - started);
      return response;
    }
    const { link, ...response } = await router.redirect(request);
    telemetry.answered(operation, [link], performance.now() - started);
    return response;
  };

  return async (event: unknown): Promise<ResolveLinksResponse | HttpResponse> => {
    try {
      if (!isHttpEvent(event)) return await answer(event as Record<string, unknown>);
      const response = await answer(requestOf(event));
      return 'links' in response ? jsonResponse(200, response) : response;
    } catch (error) {
      telemetry.failed(error);
      if (!isHttpEvent(event)) throw error;
      return errorResponse(error instanceof ValidationError ? error : INTERNAL_ERROR, HTTP_STATUS);
    }
  };
}
