import { NotAllowed } from './not-allowed';
import { isUser } from './request';
import { ValidationError } from '../../../private/validation-error';
import { callerOf, HttpEvent, jsonBodyOf } from '../../../shared/http/runtime/http-events';
import { GET_PREFERENCE_ROUTE, LINKS_ROUTE, PUT_PREFERENCE_ROUTE, REDIRECT_ROUTE } from '../contract';

/**
 * Converts an HTTP request to a request of the router. The viewer's address is always the source address of the
 * connection, and the user is always the caller that API Gateway identified. A client cannot override them with a
 * header or a field.
 */
export function requestOf(event: HttpEvent): Record<string, unknown> {
  const { address: clientIp, subject } = callerOf(event);
  const user = isUser(subject) ? subject : undefined;
  switch (event.routeKey) {
    case LINKS_ROUTE:
      return { ...jsonBodyOf(event), operation: 'ResolveLinks', clientIp, user };
    case REDIRECT_ROUTE:
      return { ...redirectOf(new URLSearchParams(event.rawQueryString)), operation: 'Redirect', clientIp, user };
    case GET_PREFERENCE_ROUTE:
      return { operation: 'GetPreference', user: known(user) };
    case PUT_PREFERENCE_ROUTE:
      return { ...jsonBodyOf(event), operation: 'PutPreference', user: known(user) };
    default:
      throw new ValidationError('route', event.routeKey, `${LINKS_ROUTE} or ${REDIRECT_ROUTE}`);
  }
}

function known(user: string | undefined): string {
  if (user === undefined) throw new NotAllowed('The authorizer returned no identity that can be a user.');
  return user;
}

function redirectOf(query: URLSearchParams): Record<string, unknown> {
  const value = (name: string) => query.get(name) ?? undefined;
  const seconds = value('expiresInSeconds');
  return {
    preference: value('preference'),
    region: value('region'),
    expiresInSeconds: seconds === undefined ? undefined : Number(seconds),
    object: {
      key: value('key'),
      versionId: value('versionId'),
      createdAt: value('createdAt'),
      contentDisposition: value('contentDisposition'),
      contentType: value('contentType'),
    },
  };
}
