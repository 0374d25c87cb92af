import { ValidationError } from '../../../private/validation-error';
import { HttpEvent, jsonBodyOf } from '../../../shared/http/runtime/http-events';
import { LINKS_ROUTE, REDIRECT_ROUTE } from '../contract';

/**
 * Converts an HTTP request to a request of the router. The viewer's address is always the source address of the
 * connection, which API Gateway determined: a client cannot override it with a header or a field.
 */
export function requestOf(event: HttpEvent): Record<string, unknown> {
  const clientIp = event.requestContext.http.sourceIp;
  switch (event.routeKey) {
    case LINKS_ROUTE:
      return { ...jsonBodyOf(event), operation: 'ResolveLinks', clientIp };
    case REDIRECT_ROUTE:
      return { ...redirectOf(new URLSearchParams(event.rawQueryString)), operation: 'Redirect', clientIp };
    default:
      throw new ValidationError('route', event.routeKey, `${LINKS_ROUTE} or ${REDIRECT_ROUTE}`);
  }
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
