import { Call } from './faults';
import { Attributes, itemsOf } from './items';
import { isWrite, OperationName } from './operations';

/** The number of calls, and the request units that they consumed. */
export interface Spent {
  calls: number;
  readUnits: number;
  /** Of the table and its indexes. */
  writeUnits: number;
  /** The part of the write units that indexes consumed. */
  indexWriteUnits: number;
  /** Items that could not be accessed because of a transaction. */
  conflicts: number;
}

type Units = Pick<Spent, 'readUnits' | 'writeUnits' | 'indexWriteUnits'>;

const NOTHING: Spent = { calls: 0, readUnits: 0, writeUnits: 0, indexWriteUnits: 0, conflicts: 0 };

/** Counts calls and units by operation. */
export class Usage {
  private readonly spent = new Map<OperationName, Spent>();

  get byOperation(): Partial<Record<OperationName, Readonly<Spent>>> {
    return Object.fromEntries(this.spent);
  }

  get total(): Readonly<Spent> {
    const total = { ...NOTHING };
    for (const each of this.spent.values()) add(total, each);
    return total;
  }

  reset(): void {
    this.spent.clear();
  }

  count(operation: OperationName, more: Partial<Spent>): void {
    const spent = this.spent.get(operation) ?? { ...NOTHING };
    this.spent.set(operation, spent);
    add(spent, more);
  }
}

function add(spent: Spent, more: Partial<Spent>): void {
  for (const name of Object.keys(NOTHING) as (keyof Spent)[]) spent[name] += more[name] ?? 0;
}

/** The units of a call that succeeded. */
export function unitsOf(call: Pick<Call, 'operation' | 'request'>, answer: Attributes): Units {
  const reported = reportedUnits(call.operation, answer.ConsumedCapacity);
  if (!call.operation.startsWith('Transact')) return reported;
  // DynamoDB Local adds the sizes of all items of a transaction before it rounds, and omits those of condition checks.
  const { readUnits, writeUnits } = estimatedUnits(call, answer);
  const { indexWriteUnits } = reported;
  const isRepetition = call.operation === 'TransactWriteItems' && reported.readUnits > 0;
  if (isRepetition) return reported;
  const tableUnits = Math.max(writeUnits, reported.writeUnits - indexWriteUnits);
  return {
    readUnits: Math.max(readUnits, reported.readUnits),
    writeUnits: tableUnits + indexWriteUnits,
    indexWriteUnits,
  };
}

/** The units of a call as DynamoDB Local reports them. */
function reportedUnits(operation: OperationName, consumedCapacity: unknown): Units {
  const tables = [consumedCapacity ?? []].flat() as any[];
  const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);
  const units = sum(tables.map(({ CapacityUnits }) => CapacityUnits));
  const indexes = tables.flatMap(({ GlobalSecondaryIndexes = {} }) => Object.values<any>(GlobalSecondaryIndexes));
  // A repeated transaction that is recognized by its token only reads.
  const reads = sum(tables.map(({ ReadCapacityUnits = 0 }) => ReadCapacityUnits));
  if (!isWrite(operation) || reads > 0) return { readUnits: units, writeUnits: 0, indexWriteUnits: 0 };
  return { readUnits: 0, writeUnits: units, indexWriteUnits: sum(indexes.map(({ CapacityUnits }) => CapacityUnits)) };
}

const WRITE_UNIT_BYTES = 1024;
const READ_UNIT_BYTES = 4096;

/**
 * The units of a call by the sizes of its items, which are known only as far as the request or the response contains them.
 * Calls that fail on a condition or a conflict are charged, too.
 */
export function estimatedUnits(call: Pick<Call, 'operation' | 'request'>, answer: Attributes): Units {
  const references = itemsOf(call);
  const perItem = (answer.CancellationReasons ?? answer.Responses ?? []) as { readonly Item?: Attributes }[];
  const unit = isWrite(call.operation) ? WRITE_UNIT_BYTES : READ_UNIT_BYTES;
  const factor = call.operation.startsWith('Transact') ? 2 : 1;
  const units = references.map(({ item = {} }, position) => {
    const existing = (perItem[position]?.Item ?? answer.Item ?? {}) as Attributes;
    return factor * Math.max(1, Math.ceil(Math.max(sizeOf(item), sizeOf(existing)) / unit));
  });
  const total = units.reduce((sum, each) => sum + each, 0);
  return {
    readUnits: isWrite(call.operation) ? 0 : total,
    writeUnits: isWrite(call.operation) ? total : 0,
    indexWriteUnits: 0,
  };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
export function sizeOf(item: Attributes): number {
  return Object.entries(item).reduce((size, [name, value]) => size + bytes(name) + sizeOfValue(value as any), 0);
}

function sizeOfValue(value: Record<string, any>): number {
  const [[type, content]] = Object.entries(value);
  switch (type) {
    case 'S':
      return bytes(content);
    case 'N':
      return Math.ceil(content.replace(/\D/g, '').length / 2) + 1;
    case 'B':
      return Buffer.from(content, 'base64').length;
    case 'M':
      return 3 + Object.keys(content).length + sizeOf(content);
    case 'L':
      return 3 + content.reduce((size: number, each: any) => size + 1 + sizeOfValue(each), 0);
    case 'SS':
    case 'NS':
    case 'BS':
      return content.reduce((size: number, each: string) => size + sizeOfValue({ [type[0]]: each }), 0);
    default:
      return 1; // NULL and BOOL
  }
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}
