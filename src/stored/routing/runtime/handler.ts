import { HttpEvent, isHttpEvent, requestOf } from './http-events';
import { oneOf } from './request';
import { Router } from './router';
import { Telemetry } from './telemetry';
import { ValidationError } from '../../../private/validation-error';
import { HttpResponse, ResolveLinksResponse } from '../contract';

const OPERATIONS = ['ResolveLinks', 'Redirect'] as const;

/** The function's handler, for direct calls and for those of an HTTP API. */
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
      return isHttpEvent(event) ? await overHttp(event, answer) : await answer(event as Record<string, unknown>);
    } catch (error) {
      telemetry.failed(error);
      if (!isHttpEvent(event)) throw error;
      return httpError(error);
    }
  };
}

async function overHttp(
  event: HttpEvent,
  answer: (request: Record<string, unknown>) => Promise<ResolveLinksResponse | HttpResponse>,
): Promise<HttpResponse> {
  const response = await answer(requestOf(event));
  // The links are credentials until they expire.
  return 'links' in response ? json(200, response, { 'cache-control': 'no-store' }) : response;
}

function httpError(error: unknown): HttpResponse {
  return error instanceof ValidationError
    ? json(400, { code: error.name, message: error.message })
    : json(500, { code: 'InternalError', message: 'The router failed; its log says why.' });
}

function json(statusCode: number, body: unknown, headers: Record<string, string> = {}): HttpResponse {
  return { statusCode, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}
