import { ValidationError } from '../../../private/validation-error';

/**
 * The fields of an HTTP API event (payload format 2.0) that handlers read.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export interface HttpEvent {
  readonly routeKey: string;
  readonly rawQueryString?: string;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly requestContext: {
    readonly http: { readonly sourceIp: string };
    readonly authorizer?: {
      readonly jwt?: { readonly claims?: { readonly sub?: string; readonly [claim: string]: unknown } };
      readonly iam?: { readonly userId?: string };
    };
  };
}

export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

/** The caller of an HTTP API, as API Gateway authorized it. */
export interface HttpCaller {
  /** The claim `sub` of the token, or the unique id of the IAM principal. */
  readonly subject?: string;
  /** The claims of the token. Empty for a caller that IAM authorized. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** The source address of the connection. */
  readonly address: string;
}

/** Reads the caller from what API Gateway determined, never from headers, the query or the body. */
export function callerOf({ requestContext: { http, authorizer } }: HttpEvent): HttpCaller {
  const claims = authorizer?.jwt?.claims ?? {};
  const subject: unknown = authorizer?.jwt ? claims.sub : authorizer?.iam?.userId;
  return { subject: typeof subject === 'string' && subject ? subject : undefined, claims, address: http.sourceIp };
}

/** Tells an event of an HTTP API from the payload of a direct invocation. */
export function isHttpEvent(event: unknown): event is HttpEvent {
  return typeof (event as HttpEvent | null)?.requestContext?.http?.sourceIp === 'string';
}

/** @throws ValidationError if the body is not a JSON object */
export function jsonBodyOf({ body = '', isBase64Encoded }: HttpEvent): Record<string, unknown> {
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString() : body;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return parsed as Record<string, unknown>;
    }
  } catch {
    // Not JSON: reported below, like JSON that is not an object.
  }
  throw new ValidationError('body', text, 'a JSON object');
}

/** Responses hold credentials (presigned links, join tokens), so caches must not store them. */
export function jsonResponse(statusCode: number, body: unknown, headers: Record<string, string> = {}): HttpResponse {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}

/** `{ code, message }`, and the details that the error has: the same code that a direct invocation returns as `errorType`. */
export function errorResponse(error: Error, statusOfCode: { readonly [code: string]: number }): HttpResponse {
  const {
    name: code,
    message,
    retryAfterSeconds,
    position,
  } = error as Error & {
    readonly retryAfterSeconds?: number;
    readonly position?: number;
  };
  const headers: Record<string, string> = retryAfterSeconds ? { 'retry-after': String(retryAfterSeconds) } : {};
  return jsonResponse(statusOfCode[code] ?? 500, { code, message, retryAfterSeconds, position }, headers);
}
