import { createHash } from 'node:crypto';
import { notAllowed } from './errors';
import { Fields } from './requests';
import { callerOf, HttpEvent, jsonBodyOf } from '../../../shared/http/runtime/http-events';
import { Caller, isUserId } from '../contract';

/** Returns the request in the body. Callers of the audience API act as the user that the authorizer identified. */
export function requestOf(event: HttpEvent, caller: Caller): Fields {
  const request = jsonBodyOf(event);
  if (caller === 'host') return request;
  if (request.operation === 'JoinMeetingBatch') {
    throw notAllowed('JoinMeetingBatch acts on behalf of other users. Send it to the host API.');
  }
  return { ...request, externalUserId: identityOf(event) };
}

function identityOf(event: HttpEvent): string {
  const { subject } = callerOf(event);
  if (subject === undefined) throw notAllowed('The authorizer returned no identity.');
  return isUserId(subject) ? subject : createHash('sha256').update(subject).digest('hex');
}
