import { Fields } from './fields';
import { HttpCaller } from '../../../shared/http/runtime/http-events';
import { Link } from '../contract';

const MAX_PREFIXES = 10;
const MAX_PREFIX_LENGTH = 64;
const MAX_USER_LENGTH = 256;

/** The part of the audit record that is known before the response: who called the router, and for what. */
export interface CallRecord {
  /** The subject of a token, or the id of an IAM principal. */
  readonly subject?: string;
  /** The source address of a call over HTTP. */
  readonly address?: string;
  /** The user that a server specified in a direct invocation. */
  readonly user?: string;
  /** The prefix that the caller is limited to. */
  readonly access?: string;
  readonly operation?: string;
  readonly method?: 'get' | 'put';
  readonly keys?: number;
  /** The first segments of the keys, never whole keys: an empty string for a key without a slash. */
  readonly prefixes?: string[];
}

/** In a direct invocation, the function knows nothing about the caller except the user that the request specifies. */
export function recordOfCaller(event: unknown, caller?: HttpCaller): CallRecord {
  if (caller) return { subject: caller.subject, address: caller.address };
  const { user } = fieldsOf(event);
  return typeof user === 'string' ? { user: user.slice(0, MAX_USER_LENGTH) } : {};
}

/** Describes a request before its validation, so that the record of a refused call shows what was requested. */
export function recordOfRequest(request: unknown, operations: readonly string[]): CallRecord {
  const { operation, method, objects, object } = fieldsOf(request);
  const known = operations.find((each) => each === operation);
  if (objects === undefined && object === undefined) return { operation: known };
  const keys = (Array.isArray(objects) ? objects : [object]).map((each) => fieldsOf(each).key);
  return {
    operation: known,
    method: method === 'put' ? 'put' : 'get',
    keys: keys.length,
    prefixes: [...firstSegments(keys)],
  };
}

/** The number of links to each copy, by region. */
export function copiesOf(links: readonly Link[]): Record<string, number> {
  const copies: Record<string, number> = {};
  for (const { region } of links) copies[region] = (copies[region] ?? 0) + 1;
  return copies;
}

function firstSegments(keys: readonly unknown[]): Set<string> {
  const segments = new Set<string>();
  for (const key of keys) {
    if (segments.size === MAX_PREFIXES) break;
    if (typeof key === 'string') segments.add(key.slice(0, Math.min(key.indexOf('/') + 1, MAX_PREFIX_LENGTH)));
  }
  return segments;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
