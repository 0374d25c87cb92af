import type { ConfigDocument } from './document';
import type { Path } from './path';
import { childSchema, mediaSchema, resolve, Schema } from './schema';

/** Words that are booleans in YAML 1.1 and strings in YAML 1.2. */
const WORDS: Record<string, boolean> = { yes: true, on: true, no: false, off: false };

/**
 * Replaces booleans and their words by what the schema expects, where the meaning is clear: an unquoted `yes` by `true`
 * where a boolean is expected, and `false`, which YAML 1.1 tools write for `no`, by `no` where that is a value.
 */
export function understandBooleans(document: ConfigDocument): void {
  const visit = (schema: Schema, parent: any, path: Path) => {
    const entries: [string | number, unknown][] = Array.isArray(parent)
      ? [...parent.entries()]
      : Object.entries(parent);
    for (const [key, value] of entries) {
      const child = childSchema(schema, key);
      if (!child) continue;
      const at = [...path, key];
      if (typeof value === 'object' && value !== null) {
        visit(child, value, at);
        continue;
      }
      const meant = understood(value, resolve(child), () => document.isPlain(at));
      if (meant !== value) parent[key] = meant;
    }
  };
  if (typeof document.value === 'object' && document.value !== null) visit(mediaSchema(), document.value, []);
}

/** `no` and `yes` for booleans. */
export function preferenceWord<T>(value: T): T | 'yes' | 'no' {
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : value;
}

function understood(value: unknown, { type, enum: members }: Schema, isPlain: () => boolean): unknown {
  if (members?.includes('yes') && members.includes('no')) return preferenceWord(value);
  if (type !== 'boolean' || typeof value !== 'string') return value;
  const word = value.toLowerCase();
  return Object.hasOwn(WORDS, word) && isPlain() ? WORDS[word] : value;
}
