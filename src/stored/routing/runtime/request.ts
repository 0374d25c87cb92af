import { parseIpAddress } from '../ip-address';
import { asFields, Fields, given, oneOf, optional } from './fields';
import { Viewer } from './rule';
import { ValidationError } from '../../../private/validation-error';
import { MAX_KEY_BYTES, MAX_OBJECTS, MAX_USER_LENGTH, ObjectRequest, Preference, PREFERENCES } from '../contract';

/** The limits of requests to this deployment. */
export interface Limits {
  /** The regions of the copies. */
  readonly regions: readonly string[];
  readonly uploads: boolean;
  readonly linkSeconds: number;
  readonly maxLinkSeconds: number;
}

/** A requested object, with its creation time in milliseconds. */
export interface MediaObject extends Omit<ObjectRequest, 'createdAt'> {
  readonly createdAt?: number;
}

/** A valid request. */
export interface LinksRequest {
  readonly method: 'get' | 'put';
  readonly viewer: Viewer;
  /** The user whose stored preference applies if the viewer has neither a preference nor a region. */
  readonly user?: string;
  readonly objects: MediaObject[];
  readonly expiresInSeconds: number;
}

const METHODS = ['get', 'put'] as const;
/** RFC 3339, with the mandatory offset from UTC. */
const TIME = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;
/** How far the clock of the caller may be ahead. */
const CLOCK_SKEW_MS = 30_000;
/** Values that S3 can return in a header and that fit into a URL. */
const HEADER_VALUE = /^[\x20-\x7e]{1,1000}$/;
/** Without control, format and unassigned characters, line separators and lone surrogates. */
const USER = new RegExp(`^[^\\p{C}\\p{Zl}\\p{Zp}]{1,${MAX_USER_LENGTH}}$`, 'u');
const LONE_SURROGATE = /\p{Surrogate}/u;

/** @throws ValidationError that names the invalid field; a request is answered completely or not at all */
export function parseLinksRequest(payload: unknown, limits: Limits, now: number): LinksRequest {
  const fields = asFields('request', payload);
  const method = oneOf('method', given(fields.method) ?? 'get', METHODS);
  if (method === 'put' && !limits.uploads) {
    throw new ValidationError('method', method, 'get: this router does not create links for uploads (`uploads`)');
  }
  return {
    method,
    viewer: parseViewer(fields, limits),
    user: optional(fields.user, parseUser),
    objects: parseObjects(fields.objects, method, now),
    expiresInSeconds: parseExpiry(fields.expiresInSeconds, limits),
  };
}

/** Parses a request for one object, in the field `object`. */
export function parseRedirectRequest(payload: unknown, limits: Limits, now: number): LinksRequest {
  const fields = asFields('request', payload);
  return {
    method: 'get',
    viewer: parseViewer(fields, limits),
    user: optional(fields.user, parseUser),
    objects: [parseObject('object', fields.object, 'get', now)],
    expiresInSeconds: parseExpiry(fields.expiresInSeconds, limits),
  };
}

export function isUser(value: unknown): value is string {
  return typeof value === 'string' && USER.test(value);
}

export function parseUser(value: unknown): string {
  if (!isUser(value)) throw new ValidationError('user', value, `1 to ${MAX_USER_LENGTH} printable characters`);
  return value;
}

function parseViewer({ preference, region, clientIp }: Fields, { regions }: Limits): Viewer {
  return {
    preference: optional(preference, (value) => oneOf<Preference>('preference', value, PREFERENCES)),
    region: optional(region, (value) => oneOf('region', value, regions, 'a region with a copy')),
    address: optional(clientIp, (value) => {
      const address = typeof value === 'string' ? parseIpAddress(value) : undefined;
      if (address === undefined) {
        throw new ValidationError('clientIp', value, 'an IPv4 or IPv6 address, without port or zone');
      }
      return address;
    }),
  };
}

function parseObjects(value: unknown, method: string, now: number): MediaObject[] {
  if (!Array.isArray(value) || value.length > MAX_OBJECTS) {
    throw new ValidationError('objects', value, `a list of up to ${MAX_OBJECTS}`);
  }
  return value.map((object, index) => parseObject(`objects[${index}]`, object, method, now));
}

function parseObject(field: string, value: unknown, method: string, now: number): MediaObject {
  const { key, versionId, createdAt, contentDisposition, contentType } = asFields(field, value);
  const forbidden = method === 'put' ? { versionId, contentDisposition } : {};
  for (const [name, got] of Object.entries(forbidden)) {
    optional(got, () => {
      throw new ValidationError(`${field}.${name}`, got, 'no value: it does not apply to uploads');
    });
  }
  return {
    key: parseKey(`${field}.key`, key),
    versionId: optional(versionId, (text) => headerValue(`${field}.versionId`, text)),
    createdAt: optional(createdAt, (text) => parseTime(`${field}.createdAt`, text, now)),
    contentDisposition: optional(contentDisposition, (text) => headerValue(`${field}.contentDisposition`, text)),
    contentType: optional(contentType, (text) => headerValue(`${field}.contentType`, text)),
  };
}

function parseKey(field: string, value: unknown): string {
  // UTF-8 needs at most three bytes for each unit of `length`, so most keys do not have to be measured.
  const fits = (key: string) => key.length * 3 <= MAX_KEY_BYTES || Buffer.byteLength(key) <= MAX_KEY_BYTES;
  if (typeof value !== 'string' || value === '' || !fits(value) || LONE_SURROGATE.test(value)) {
    throw new ValidationError(field, value, `the key of an object: 1 to ${MAX_KEY_BYTES} bytes of UTF-8`);
  }
  return value;
}

function parseTime(field: string, value: unknown, now: number): number {
  const date = typeof value === 'string' ? TIME.exec(value)?.[1] : undefined;
  const time = date && isInCalendar(date) ? Date.parse(value as string) : NaN;
  if (Number.isNaN(time)) throw new ValidationError(field, value, 'a time like 2026-01-31T12:00:00Z');
  if (time > now + CLOCK_SKEW_MS) throw new ValidationError(field, value, 'a time that is not in the future');
  return time;
}

/** `Date.parse` accepts February 30, as March 2. */
function isInCalendar(date: string): boolean {
  const midnight = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date);
}

function parseExpiry(value: unknown, { linkSeconds, maxLinkSeconds }: Limits): number {
  const seconds = given(value) ?? linkSeconds;
  if (!Number.isInteger(seconds) || (seconds as number) < 1 || (seconds as number) > maxLinkSeconds) {
    throw new ValidationError('expiresInSeconds', value, `a whole number from 1 to ${maxLinkSeconds}`);
  }
  return seconds as number;
}

function headerValue(field: string, value: unknown): string {
  if (typeof value !== 'string' || !HEADER_VALUE.test(value)) {
    throw new ValidationError(field, value, '1 to 1000 printable ASCII characters');
  }
  return value;
}
