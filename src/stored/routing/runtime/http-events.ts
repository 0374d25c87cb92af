import { ValidationError } from '../../../private/validation-error';
import { LINKS_ROUTE, REDIRECT_ROUTE } from '../contract';

/** What the router needs of an event of an HTTP API, of payload format 2.0. */
export interface HttpEvent {
  readonly routeKey: string;
  readonly rawQueryString?: string;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly requestContext: { readonly http: { readonly sourceIp: string } };
}

export function isHttpEvent(event: unknown): event is HttpEvent {
  return typeof (event as HttpEvent | null)?.requestContext?.http?.sourceIp === 'string';
}

/**
 * The request that an HTTP request stands for. The viewer's address is that of the connection, which API Gateway saw:
 * nothing that a client can write down, neither a header nor a field, takes its place.
 */
export function requestOf(event: HttpEvent): Record<string, unknown> {
  const clientIp = event.requestContext.http.sourceIp;
  switch (event.routeKey) {
    case LINKS_ROUTE:
      return { ...bodyOf(event), operation: 'ResolveLinks', clientIp };
    case REDIRECT_ROUTE:
      return { ...redirectOf(new URLSearchParams(event.rawQueryString)), operation: 'Redirect', clientIp };
    default:
      throw new ValidationError('route', event.routeKey, `${LINKS_ROUTE} or ${REDIRECT_ROUTE}`);
  }
}

function bodyOf({ body = '', isBase64Encoded }: HttpEvent): Record<string, unknown> {
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString() : body;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return parsed as Record<string, unknown>;
    }
  } catch {
    // said below
  }
  throw new ValidationError('body', text, 'a JSON object');
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
