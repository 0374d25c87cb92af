/** What happens to something between two plans. */
export type Change = 'added' | 'removed' | 'changed';

export interface Pair<T> {
  readonly before?: T;
  readonly after?: T;
}

/** Pairs the items of two lists by their keys, in the order of the second list; removed items follow. */
export function pairsOf<T>(before: readonly T[], after: readonly T[], key: (item: T) => string): Pair<T>[] {
  const old = new Map(before.map((item) => [key(item), item]));
  const now = new Set(after.map(key));
  return [
    ...after.map((item) => ({ before: old.get(key(item)), after: item })),
    ...before.filter((item) => !now.has(key(item))).map((item) => ({ before: item })),
  ];
}

export function changeOf({ before, after }: Pair<unknown>): Change {
  if (before === undefined) return 'added';
  return after === undefined ? 'removed' : 'changed';
}
