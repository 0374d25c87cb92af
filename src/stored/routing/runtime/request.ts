import { parseIpAddress } from '../ip-address';
import { Viewer } from './rule';
import { ValidationError } from '../../../private/validation-error';
import { MAX_KEY_BYTES, MAX_OBJECTS, ObjectRequest, Preference, PREFERENCES } from '../contract';

/** What a caller may ask of this deployment. */
export interface Limits {
  /** The regions that have a copy. */
  readonly regions: readonly string[];
  readonly uploads: boolean;
  readonly linkSeconds: number;
  readonly maxLinkSeconds: number;
}

/** An object of which a link is wanted; its time as milliseconds. */
export interface MediaObject extends Omit<ObjectRequest, 'createdAt'> {
  readonly createdAt?: number;
}

/** A request that was found to be in order. */
export interface LinksRequest {
  readonly method: 'get' | 'put';
  readonly viewer: Viewer;
  readonly objects: MediaObject[];
  readonly expiresInSeconds: number;
}

type Fields = Record<string, unknown>;

const METHODS = ['get', 'put'] as const;
/** RFC 3339, whose offset from UTC can't be left out. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;
/** By how much the clock of whoever wrote `createdAt` may be ahead. */
const CLOCK_SKEW_MS = 30_000;
/** What S3 can answer in a header, and a URL can carry. */
const HEADER_VALUE = /^[\x20-\x7e]{1,1000}$/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** @throws ValidationError that names the field; nothing is answered then */
export function parseLinksRequest(payload: unknown, limits: Limits, now: number): LinksRequest {
  const fields = asFields('request', payload);
  const method = oneOf('method', given(fields.method) ?? 'get', METHODS);
  if (method === 'put' && !limits.uploads) {
    throw new ValidationError('method', method, 'get: this router does not give links for uploads (`uploads`)');
  }
  return {
    method,
    viewer: parseViewer(fields, limits),
    objects: parseObjects(fields.objects, method, now),
    expiresInSeconds: parseExpiry(fields.expiresInSeconds, limits),
  };
}

/** The same for one object, named `object`. */
export function parseRedirectRequest(payload: unknown, limits: Limits, now: number): LinksRequest {
  const fields = asFields('request', payload);
  return {
    method: 'get',
    viewer: parseViewer(fields, limits),
    objects: [parseObject('object', fields.object, 'get', now)],
    expiresInSeconds: parseExpiry(fields.expiresInSeconds, limits),
  };
}

function parseViewer({ preference, region, clientIp }: Fields, { regions }: Limits): Viewer {
  return {
    preference: optional(preference, (value) => oneOf<Preference>('preference', value, PREFERENCES)),
    region: optional(region, (value) => oneOf('region', value, regions, 'a region with a copy: ')),
    address: optional(clientIp, (value) => {
      const address = typeof value === 'string' ? parseIpAddress(value) : undefined;
      if (!address) throw new ValidationError('clientIp', value, 'an IPv4 or IPv6 address, without port or zone');
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
      throw new ValidationError(`${field}.${name}`, got, 'nothing in a link for an upload');
    });
  }
  return {
    key: parseKey(`${field}.key`, key),
    versionId: optional(versionId, (given_) => headerValue(`${field}.versionId`, given_)),
    createdAt: optional(createdAt, (given_) => parseTime(`${field}.createdAt`, given_, now)),
    contentDisposition: optional(contentDisposition, (given_) => headerValue(`${field}.contentDisposition`, given_)),
    contentType: optional(contentType, (given_) => headerValue(`${field}.contentType`, given_)),
  };
}

function parseKey(field: string, value: unknown): string {
  // A character has at most three bytes of UTF-8 for each unit of `length`: most keys need not be measured.
  const fits = (key: string) => key.length * 3 <= MAX_KEY_BYTES || Buffer.byteLength(key) <= MAX_KEY_BYTES;
  if (typeof value !== 'string' || value === '' || !fits(value) || LONE_SURROGATE.test(value)) {
    throw new ValidationError(field, value, `the key of an object: 1 to ${MAX_KEY_BYTES} bytes of UTF-8`);
  }
  return value;
}

function parseTime(field: string, value: unknown, now: number): number {
  const time = typeof value === 'string' && TIME.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(time)) throw new ValidationError(field, value, 'a time like 2026-01-31T12:00:00Z');
  if (time > now + CLOCK_SKEW_MS) throw new ValidationError(field, value, 'a time that is not in the future');
  return time;
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
    throw new ValidationError(field, value, '1 to 1000 printable characters of ASCII');
  }
  return value;
}

export function oneOf<T extends string>(field: string, value: unknown, known: readonly T[], kind = 'one of '): T {
  if (!known.includes(value as T)) throw new ValidationError(field, value, kind + known.join(', '));
  return value as T;
}

function asFields(field: string, value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ValidationError(field, value, 'an object');
  }
  return value as Fields;
}

/** Other languages send `null` for what is left out. */
function given(value: unknown): unknown {
  return value === null ? undefined : value;
}

function optional<T>(value: unknown, parse: (value: unknown) => T): T | undefined {
  return given(value) === undefined ? undefined : parse(value);
}
