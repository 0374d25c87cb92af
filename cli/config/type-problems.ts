import { durationAdvice } from './durations';
import type { Schema } from './schema';
import { show } from './words';

/** Words that YAML 1.1 treats as booleans. */
const BOOLEAN_WORDS: Record<string, boolean> = { yes: true, on: true, y: true, no: false, off: false, n: false };

const NAMES: Record<string, string> = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'an integer',
  number: 'a number',
  object: 'a mapping',
  string: 'a string',
};

/** Describes a value of an unexpected type, with advice if it is a common mistake in YAML. */
export function typeProblem(value: unknown, source: string | undefined, schema: Schema, key: string): string {
  const types = ([] as string[]).concat(schema.type);
  const got = show(value, source);
  const expected = schema.title ?? types.map((type) => NAMES[type] ?? type).join(' or ');
  return `got ${got}, expected ${expected}${durationAdvice(value, schema, key) ?? advice(value, source, types)}`;
}

function advice(value: unknown, source: string | undefined, types: readonly string[]): string {
  const [type] = types;
  if (value === null || value === undefined) return '. Specify a value, or remove the key.';
  if (type === 'string' && typeof value !== 'object') {
    return `. YAML treats it as a ${typeof value}. Quote it: '${source ?? String(value)}'`;
  }
  if (type === 'boolean' && typeof value === 'string' && Object.hasOwn(BOOLEAN_WORDS, value.toLowerCase())) {
    return `. It is a string. Write ${BOOLEAN_WORDS[value.toLowerCase()]}.`;
  }
  if (type === 'boolean' && (value === 'true' || value === 'false')) return '. Remove the quotes.';
  if ((type === 'integer' || type === 'number') && typeof value === 'string' && /^\d+(\.\d+)?$/.test(value)) {
    return '. Remove the quotes.';
  }
  if (type === 'array') return '. Write each element on its own line, after "- ".';
  if (type === 'object' && Array.isArray(value)) return '. Remove the "- ".';
  return '';
}
