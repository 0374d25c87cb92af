import { CallRecord, recordOfCaller, recordOfRequest } from './audit';
import { Fields, oneOf } from './fields';
import { HttpAccess } from './http-access';
import { requestOf } from './http-events';
import { LinkGrant } from './link-grant';
import { NotAllowed } from './not-allowed';
import { Router } from './router';
import { Telemetry } from './telemetry';
import { ValidationError } from '../../../private/validation-error';
import {
  callerOf,
  errorResponse,
  HttpEvent,
  HttpResponse,
  isHttpEvent,
  jsonResponse,
} from '../../../shared/http/runtime/http-events';
import { HTTP_STATUS, ResolveLinksResponse } from '../contract';

const OPERATIONS = ['ResolveLinks', 'Redirect'] as const;
/** The log has the details. */
const INTERNAL_ERROR = { name: 'InternalError', message: 'Internal error. See the log of the function.' };

/** Creates the function's handler, for direct invocations and for events of an HTTP API. */
export function createHandler(router: Router, telemetry: Telemetry, access: HttpAccess) {
  const answer = async (
    request: Fields,
    record: CallRecord,
    grant?: LinkGrant,
  ): Promise<ResolveLinksResponse | HttpResponse> => {
    const started = performance.now();
    const operation = oneOf('operation', request?.operation, OPERATIONS);
    if (operation === 'ResolveLinks') {
      const response = await router.resolveLinks(request, grant);
      telemetry.answered(record, response.links, performance.now() - started);
      return response;
    }
    const { link, ...response } = await router.redirect(request, grant);
    telemetry.answered(record, [link], performance.now() - started);
    return response;
  };

  const direct = async (event: unknown): Promise<ResolveLinksResponse | HttpResponse> => {
    const record = { ...recordOfCaller(event), ...recordOfRequest(event, OPERATIONS) };
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
      record = { ...record, ...recordOfRequest(request, OPERATIONS) };
      const grant = access.grantFor(caller);
      record = { ...record, access: grant.prefix };
      const response = await answer(request, record, grant);
      return 'links' in response ? jsonResponse(200, response) : response;
    } catch (error) {
      telemetry.failed(error, record);
      return errorResponse(isRefusal(error) ? error : INTERNAL_ERROR, HTTP_STATUS);
    }
  };

  return async (event: unknown): Promise<ResolveLinksResponse | HttpResponse> =>
    isHttpEvent(event) ? overHttp(event) : direct(event);
}

function isRefusal(error: unknown): error is Error {
  return error instanceof ValidationError || error instanceof NotAllowed;
}
