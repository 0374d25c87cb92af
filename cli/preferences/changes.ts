import { isDeepStrictEqual } from 'node:util';
import type { Fields } from './edits';

/** A difference between two documents. For lists, contains only the elements that differ. */
export interface Change {
  readonly field: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly added?: readonly string[];
  readonly removed?: readonly string[];
}

const SHOWN = 5;

export function changesBetween(before: Fields, after: Fields, path = ''): Change[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) => {
    const [old, now] = [before[name], after[name]];
    const field = path + name;
    if (isDeepStrictEqual(old, now)) return [];
    if (Array.isArray(old ?? now) && Array.isArray(now ?? old)) {
      const [was, is]: string[][] = [old ?? [], now ?? []];
      const [added, removed] = [without(is, was), without(was, is)];
      return added.length + removed.length > 0 ? { field, added, removed } : [];
    }
    if (isMap(old ?? now) && isMap(now ?? old)) return changesBetween(old ?? {}, now ?? {}, `${field}.`);
    return { field, before: old, after: now };
  });
}

export function showChange({ field, before, after, added, removed }: Change): string {
  const value = (each: unknown) => (each === undefined ? 'default' : JSON.stringify(each));
  if (!added || !removed) return `${field}: ${value(before)} -> ${value(after)}`;
  const parts = [...shown('+', added), ...shown('-', removed)];
  return `${field}: ${parts.join(', ')}`;
}

function shown(sign: string, items: readonly string[]): string[] {
  const more = items.length - SHOWN;
  return [...items.slice(0, SHOWN).map((item) => `${sign}${item}`), ...(more > 0 ? [`${sign}${more} more`] : [])];
}

function without(list: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  return list.filter((item) => !known.has(item));
}

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
