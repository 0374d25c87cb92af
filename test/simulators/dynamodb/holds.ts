/** What a call does with the items that it names. */
export type Access = 'transactional write' | 'transactional read' | 'write';

/**
 * The items that calls under way hold.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
 */
export class Holds {
  /** The number of calls by item. At most one of them is a transaction. */
  private readonly held: Record<Access, Map<string, number>> = {
    'transactional write': new Map(),
    'transactional read': new Map(),
    write: new Map(),
  };

  /** The positions of the items that another call holds in a way that rules this access out. */
  conflicts(items: readonly string[], access: Access): number[] {
    const excluding: Access[] =
      access === 'transactional read' ? ['transactional write', 'write'] : ['transactional write'];
    return items.flatMap((item, position) => (excluding.some((each) => this.held[each].has(item)) ? position : []));
  }

  /** @returns a function that releases the items */
  hold(items: readonly string[], access: Access): () => void {
    const held = this.held[access];
    for (const item of items) held.set(item, (held.get(item) ?? 0) + 1);
    return () => {
      for (const item of items) {
        const others = held.get(item)! - 1;
        if (others > 0) held.set(item, others);
        else held.delete(item);
      }
    };
  }
}
