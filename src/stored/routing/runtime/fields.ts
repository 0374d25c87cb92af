import { ValidationError } from '../../../private/validation-error';

export type Fields = Record<string, unknown>;

export function asFields(field: string, value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ValidationError(field, value, 'an object');
  }
  return value as Fields;
}

/** Clients in other languages send `null` for fields without a value. */
export function given(value: unknown): unknown {
  return value === null ? undefined : value;
}

export function optional<T>(value: unknown, parse: (value: unknown) => T): T | undefined {
  return given(value) === undefined ? undefined : parse(value);
}

/** @param what the known values, if the error is to describe them */
export function oneOf<T extends string>(field: string, value: unknown, known: readonly T[], what?: string): T {
  if (!known.includes(value as T)) {
    const values = known.join(', ');
    throw new ValidationError(field, value, what ? `${what} (${values})` : `one of ${values}`);
  }
  return value as T;
}
