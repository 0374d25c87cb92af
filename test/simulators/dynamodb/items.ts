import { Call } from './faults';

export type Attributes = Readonly<Record<string, unknown>>;

/** Names a single item of a request: by its key, or by the whole item. */
export interface ItemReference {
  readonly table: string;
  readonly key?: Attributes;
  readonly item?: Attributes;
}

/** The items that a request names one by one, in its order. Queries and scans name none. */
export function itemsOf({ operation, request }: Pick<Call, 'operation' | 'request'>): ItemReference[] {
  const { TransactItems, RequestItems } = request as any;
  if (operation === 'TransactWriteItems' || operation === 'TransactGetItems') {
    return TransactItems.map((action: object) => referenceOf(Object.values(action)[0]));
  }
  if (operation === 'BatchWriteItem') {
    return Object.entries<any[]>(RequestItems).flatMap(([table, writes]) =>
      writes.map(({ PutRequest, DeleteRequest }) => ({ table, item: PutRequest?.Item, key: DeleteRequest?.Key })),
    );
  }
  return ['PutItem', 'UpdateItem', 'DeleteItem'].includes(operation) ? [referenceOf(request)] : [];
}

function referenceOf({ TableName: table, Key: key, Item: item }: any): ItemReference {
  return { table, key, item };
}

/** The same for all references to an item. */
export function identityOf({ table, key, item }: ItemReference, keyNames: readonly string[]): string {
  const attributes = key ?? item ?? {};
  return JSON.stringify([table, ...keyNames.map((name) => attributes[name])]);
}

/**
 * Splits a BatchWriteItem request.
 *
 * @param positions the writes that are left out, counted over all tables
 */
export function splitBatch(request: Call['request'], positions: readonly number[]) {
  const [kept, left]: Record<string, unknown[]>[] = [{}, {}];
  let position = 0;
  for (const [table, writes] of Object.entries<unknown[]>(request.RequestItems as Record<string, unknown[]>)) {
    for (const write of writes) ((positions.includes(position++) ? left : kept)[table] ??= []).push(write);
  }
  return { kept: { ...request, RequestItems: kept }, left };
}
