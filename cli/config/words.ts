import { distance } from 'fastest-levenshtein';

const LONGEST = 60;

/** A value for a message: short, and as JSON, so that it contains no control sequences. */
export function show(value: unknown, source?: string): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length > 0 ? 'a list' : 'an empty list';
  if (typeof value === 'object') return Object.keys(value).length > 0 ? 'a mapping' : 'an empty mapping';
  // As in the file: 012, not 12.
  const text = typeof value === 'string' ? JSON.stringify(value) : (source ?? String(value));
  // eslint-disable-next-line no-control-regex
  const printable = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');
  return printable.length > LONGEST ? `${printable.slice(0, LONGEST)}…` : printable;
}

/** `. Did you mean "eu-west-1"?` if one of the words is similar enough. */
export function suggestion(word: string, words: readonly string[]): string {
  const near = nearest(word, words);
  return near === undefined ? '' : `. Did you mean ${JSON.stringify(near)}?`;
}

export function nearest(word: string, words: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[-_ ]/g, '');
  const [best] = words
    .map((other) => ({ other, steps: distance(plain(word).slice(0, LONGEST), plain(other)) }))
    .sort((a, b) => a.steps - b.steps);
  return best && best.steps <= (best.other.length < 4 ? 1 : Math.max(2, Math.floor(best.other.length / 4)))
    ? best.other
    : undefined;
}

/** `no, yes or auto`. */
export function either(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`;
}
