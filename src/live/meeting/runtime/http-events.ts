import { createHash } from 'node:crypto';
import { notAllowed } from './errors';
import { Fields } from './requests';
import { Caller } from './seats/joining';
import { ValidationError } from '../../../private/validation-error';
import { isUserId } from '../contract';

/** What the service needs of an event of an HTTP API, of payload format 2.0. */
export interface HttpEvent {
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly requestContext: {
    readonly http: { readonly sourceIp: string };
    readonly authorizer?: {
      readonly jwt?: { readonly claims?: { readonly sub?: string } };
      readonly iam?: { readonly userId?: string };
    };
  };
}

export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export function isHttpEvent(event: unknown): event is HttpEvent {
  return typeof (event as HttpEvent | null)?.requestContext?.http?.sourceIp === 'string';
}

/** The request in the body. Of the audience, each speaks for themselves: who they are, the authorizer says. */
export function requestOf(event: HttpEvent, caller: Caller): Fields {
  const request = bodyOf(event);
  if (caller === 'host') return request;
  if (request.operation === 'JoinMeetingBatch') throw notAllowed('JoinMeetingBatch speaks for others.');
  return { ...request, externalUserId: identityOf(event) };
}

export function httpAnswer(statusCode: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}

function identityOf({ requestContext: { authorizer } }: HttpEvent): string {
  const identity = authorizer?.jwt?.claims?.sub ?? authorizer?.iam?.userId;
  if (!identity) throw notAllowed('The authorizer names nobody.');
  return isUserId(identity) ? identity : createHash('sha256').update(identity).digest('hex');
}

function bodyOf({ body = '', isBase64Encoded }: HttpEvent): Fields {
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString() : body;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Fields;
  } catch {
    // said below
  }
  throw new ValidationError('body', text, 'a JSON object');
}
