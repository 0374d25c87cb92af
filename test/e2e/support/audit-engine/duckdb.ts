import { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { INVENTORY_COLUMNS } from '../../../../src/stored/audit/inventory-columns';
import { ResultRecord } from '../../../../src/stored/audit/runtime/sql';

/** The data files of each partition of a table, by the value of `dt`. */
export interface Partitions {
  readonly [dt: string]: readonly string[];
}

export interface DuckDbOptions {
  /** @default - all cores */
  readonly threads?: number;
  /** For example `1GB`. @default - 80 % of the memory */
  readonly memoryLimit?: string;
  /** A folder for what does not fit the memory. @default - the query fails */
  readonly spill?: string;
}

/** The functions of Trino that DuckDB does not have, or that differ there. */
const MACROS = [
  "CREATE MACRO from_base(digits, base) AS ('0x' || digits)::BIGINT",
  'CREATE MACRO to_utf8(characters) AS characters',
  // Another hash, whose values are only compared within a query.
  'CREATE MACRO xxhash64(characters) AS hash(characters)',
  'CREATE MACRO from_big_endian_64(number) AS (number >> 1)::BIGINT',
  // md5() gives a text here, not bytes.
  'CREATE MACRO trino_hex(digits) AS digits',
  'CREATE MACRO array_join(list, separator) AS array_to_string(list, separator)',
];

const TYPES = { string: 'VARCHAR', boolean: 'BOOLEAN', bigint: 'BIGINT', timestamp: 'TIMESTAMP' };

/**
 * Runs the SQL that the audit makes for Athena in DuckDB. It has the tables that `addTable` adds, with the columns of the
 * Glue tables.
 */
export class DuckDbEngine {
  static async create({ threads, memoryLimit, spill }: DuckDbOptions = {}): Promise<DuckDbEngine> {
    const instance = await DuckDBInstance.create(':memory:', {
      ...(threads === undefined ? {} : { threads: String(threads) }),
      ...(memoryLimit === undefined ? {} : { memory_limit: memoryLimit }),
      ...(spill === undefined ? { max_temp_directory_size: '0KB' } : { temp_directory: spill }),
    });
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    await connection.run('SET preserve_insertion_order = false');
    for (const macro of MACROS) await connection.run(macro);
    return new DuckDbEngine(instance, connection);
  }

  private constructor(
    private readonly instance: DuckDBInstance,
    readonly connection: DuckDBConnection,
  ) {}

  /** Adds a table, or replaces it. A query for a partition that is not listed finds no rows, as in Athena. */
  async addTable(database: string, table: string, partitions: Partitions): Promise<void> {
    await this.connection.run(`CREATE SCHEMA IF NOT EXISTS ${quoted(database)}`);
    const columns = INVENTORY_COLUMNS.map(({ name }) => name);
    const selects = Object.entries(partitions).flatMap(([dt, files]) =>
      files.length === 0
        ? []
        : `SELECT ${columns.join(', ')}, ${literal(dt)} AS dt, filename AS "$path"
           FROM read_parquet([${files.map(literal).join(', ')}], filename = true, union_by_name = true)`,
    );
    const none = INVENTORY_COLUMNS.map(({ name, type }) => `NULL::${TYPES[type]} AS ${name}`);
    selects.push(`SELECT ${none.join(', ')}, '' AS dt, '' AS "$path" WHERE false`);
    await this.connection.run(
      `CREATE OR REPLACE VIEW ${quoted(database)}.${quoted(table)} AS ${selects.join(' UNION ALL ')}`,
    );
  }

  /** Runs a query. The values are texts, as in the CSV files of Athena. */
  async query(sql: string): Promise<ResultRecord[]> {
    const reader = await this.connection.runAndReadAll(translate(sql));
    const names = reader.columnNames();
    return reader
      .getRows()
      .map((row) => Object.fromEntries(row.map((value, index) => [names[index], value === null ? '' : String(value)])));
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }
}

function translate(sql: string): string {
  return (
    sql
      .replaceAll('to_hex(md5(', 'trino_hex(md5(')
      // Trino never stores the result of a common table expression.
      .replaceAll('inventory AS (', 'inventory AS NOT MATERIALIZED (')
  );
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
