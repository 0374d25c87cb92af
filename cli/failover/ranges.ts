import { availableParallelism } from 'node:os';

/** The keys after one key, up to and including another. Default: from the first to the last key. */
export interface KeyRange {
  readonly after?: string;
  readonly upTo?: string;
}

/** Called when all keys of a range up to this one are done. The rest may be divided: the range can end earlier afterwards. */
export type Divide = (done: string) => void;

const FIRST = 0x20;
const LAST_ASCII = 0x7f;
const LAST = 0x10ffff;
const MAX_KEY_BYTES = 1024;

/**
 * Processes all keys, several ranges at a time. The distribution of the keys is unknown, so a range is divided whenever a
 * worker is idle: after a few divisions, the ranges follow the keys.
 */
export async function inRanges(
  work: (range: KeyRange, divide: Divide) => Promise<void>,
  workers = availableParallelism(),
): Promise<void> {
  const tasks: Promise<void>[] = [];
  let active = 0;
  let failure: { readonly error: unknown } | undefined;
  const start = (range: { after?: string; upTo?: string }) => {
    const divide = (done: string) => {
      if (failure) throw failure.error;
      const key = active < workers ? middle(done, range.upTo) : undefined;
      if (key === undefined) return;
      start({ after: key, upTo: range.upTo });
      range.upTo = key;
    };
    active++;
    const task = work(range, divide).catch((error) => void (failure ??= { error }));
    tasks.push(task.finally(() => active--));
  };
  start({});
  // The array grows while ranges are divided.
  for (const task of tasks) await task;
  if (failure) throw failure.error;
}

/** The order of S3: UTF-8. */
export function compareKeys(one: string, other: string): number {
  return one === other ? 0 : Buffer.compare(Buffer.from(one), Buffer.from(other));
}

/** A key between two others, in about the middle of the keys that are likely, or nothing if there is none. */
export function middle(after: string, upTo?: string): string | undefined {
  const [low, high] = [[...after], upTo === undefined ? undefined : [...upTo]];
  let isBounded = high !== undefined;
  for (let index = 0; ; index++) {
    const from = low[index]?.codePointAt(0) ?? FIRST;
    if (isBounded && index === high!.length) return undefined;
    const to = isBounded ? high![index].codePointAt(0)! : from < LAST_ASCII ? LAST_ASCII : LAST;
    const half = Math.floor((from + to) / 2);
    const code = half >= 0xd800 && half <= 0xdfff ? 0xe000 : half;
    if (code > from && code < to) {
      const key = low.slice(0, index).join('') + String.fromCodePoint(code);
      return Buffer.byteLength(key) <= MAX_KEY_BYTES ? key : undefined;
    }
    if (from > to) return undefined;
    isBounded &&= from === to;
    low[index] ??= String.fromCodePoint(from);
  }
}
