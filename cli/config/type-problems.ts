import type { Schema } from './schema';
import { show } from './words';

/** Texts that YAML 1.1, and many a reader, takes for a boolean. */
const BOOLEAN_WORDS: Record<string, boolean> = { yes: true, on: true, y: true, no: false, off: false, n: false };

const NAMES: Record<string, string> = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  object: 'a mapping',
  string: 'a text',
};

/** A value of another type than is expected: often a trap of YAML, and then the message says the way out. */
export function typeProblem(value: unknown, source: string | undefined, schema: Schema): string {
  const types = ([] as string[]).concat(schema.type);
  const got = show(value, source);
  const expected = schema.title ?? types.map((type) => NAMES[type] ?? type).join(' or ');
  return `got ${got}, expected ${expected}${advice(value, source, types)}`;
}

function advice(value: unknown, source: string | undefined, types: readonly string[]): string {
  const [type] = types;
  if (value === null || value === undefined) return ': give a value, or leave the key out';
  if (type === 'string' && typeof value !== 'object') {
    return `: YAML takes this for a ${typeof value}, so write it in quotes: '${source ?? String(value)}'`;
  }
  if (type === 'boolean' && typeof value === 'string' && Object.hasOwn(BOOLEAN_WORDS, value.toLowerCase())) {
    return `: YAML takes this for a text, so write ${BOOLEAN_WORDS[value.toLowerCase()]}`;
  }
  if (type === 'boolean' && (value === 'true' || value === 'false')) return ': leave out the quotes';
  if ((type === 'integer' || type === 'number') && typeof value === 'string' && /^\d+(\.\d+)?$/.test(value)) {
    return ': leave out the quotes';
  }
  if (type === 'array') return ': begin each element on a line of its own, with "- "';
  if (type === 'object' && Array.isArray(value)) return ': leave out the "- "';
  return '';
}
