import { CallRecord, recordOfCaller, recordOfRequest } from './audit';
import { Fields, oneOf } from './fields';
import { HttpAccess } from './http-access';
import { requestOf } from './http-events';
import { LinkGrant } from './link-grant';
import { NotAllowed } from './not-allowed';
import { Router } from './router';
import { Telemetry } from './telemetry';
import { UserPreferences } from './user-preferences';
import { ValidationError } from '../../../private/validation-error';
import {
  callerOf,
  errorResponse,
  HttpEvent,
  HttpResponse,
  isHttpEvent,
  jsonResponse,
} from '../../../shared/http/runtime/http-events';
import { HTTP_STATUS, PreferenceResponse, ResolveLinksResponse } from '../contract';

const OPERATIONS = ['ResolveLinks', 'Redirect'] as const;
/** Available only if the router stores preferences of users. */
const PREFERENCE_OPERATIONS = ['GetPreference', 'PutPreference'] as const;
/** The log has the details. */
const INTERNAL_ERROR = { name: 'InternalError', message: 'Internal error. See the log of the function.' };

type Response = ResolveLinksResponse | PreferenceResponse | HttpResponse;

/** Creates the function's handler, for direct invocations and for events of an HTTP API. */
export function createHandler(
  router: Router,
  telemetry: Telemetry,
  access: HttpAccess,
  userPreferences?: UserPreferences,
) {
  const known = userPreferences ? [...OPERATIONS, ...PREFERENCE_OPERATIONS] : OPERATIONS;

  const answer = async (request: Fields, record: CallRecord, grant?: LinkGrant): Promise<Response> => {
    const started = performance.now();
    const operation = oneOf('operation', request?.operation, known);
    if (operation === 'GetPreference' || operation === 'PutPreference') {
      const response = await userPreferences![operation === 'GetPreference' ? 'get' : 'put'](request);
      telemetry.completed(record, performance.now() - started);
      return response;
    }
    if (operation === 'ResolveLinks') {
      const response = await router.resolveLinks(request, grant);
      telemetry.answered(record, response.links, performance.now() - started);
      return response;
    }
    const { link, ...response } = await router.redirect(request, grant);
    telemetry.answered(record, [link], performance.now() - started);
    return response;
  };

  const direct = async (event: unknown): Promise<Response> => {
    const record = { ...recordOfCaller(event), ...recordOfRequest(event, known) };
    try {
      return await answer(event as Fields, record);
    } catch (error) {
      telemetry.failed(error, record);
      throw error;
    }
  };

  const overHttp = async (event: HttpEvent): Promise<HttpResponse> => {
    const caller = callerOf(event);
    let record = recordOfCaller(event, caller);
    try {
      const request = requestOf(event);
      record = { ...record, ...recordOfRequest(request, known) };
      const grant = access.grantFor(caller);
      record = { ...record, access: grant.prefix };
      const response = await answer(request, record, grant);
      return 'statusCode' in response ? response : jsonResponse(200, response);
    } catch (error) {
      telemetry.failed(error, record);
      return errorResponse(isRefusal(error) ? error : INTERNAL_ERROR, HTTP_STATUS);
    }
  };

  return async (event: unknown): Promise<Response> => (isHttpEvent(event) ? overHttp(event) : direct(event));
}

function isRefusal(error: unknown): error is Error {
  return error instanceof ValidationError || error instanceof NotAllowed;
}
