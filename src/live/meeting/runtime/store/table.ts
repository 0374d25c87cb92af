import { DynamoDbTable } from '../../../../private/runtime/dynamodb-table';
import { TABLE } from '../../contract';

export type { Change, Write } from '../../../../private/runtime/dynamodb-table';

/** The meetings' table: items by key, and lists by group. The index makes lists eventually consistent. */
export class Table extends DynamoDbTable {
  constructor(name: string) {
    super(name, { maxAttempts: 6, index: { name: TABLE.index, partitionKey: TABLE.group } });
  }
}
