import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { INVENTORY_COLUMNS, PARTITION_KEY } from '../../../../src/stored/audit/inventory-columns';
import { ResultRecord } from '../../../../src/stored/audit/runtime/sql';
import { CACHE } from '../cache';

const FLAGS = [
  ...['--add-modules', 'jdk.incubator.vector', '--add-opens=java.base/java.nio=ALL-UNNAMED'],
  ...['--sun-misc-unsafe-memory-access=allow', '-cp', join(CACHE, 'trino/lib/*')],
];

/** The classes of Athena's tables for S3 Inventory in Parquet. */
const SYMLINKS = {
  serde: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
  inputFormat: 'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat',
  outputFormat: 'org.apache.hadoop.hive.ql.io.IgnoreKeyTextOutputFormat',
};

/** The end of a query. */
export interface QueryStats {
  readonly elapsedMs: number;
  readonly cpuMs: number;
  readonly peakMemoryBytes: number;
  /** What it read from the data files. */
  readonly inputBytes: number;
}

export interface QueryResult {
  readonly rows: readonly ResultRecord[];
  readonly stats: QueryStats;
}

/** The part of an answer of Trino's REST API that is read here. */
interface Answer {
  readonly nextUri?: string;
  readonly columns?: readonly { readonly name: string }[];
  readonly data?: readonly (readonly (string | number | null)[])[];
  readonly error?: { readonly message: string; readonly errorName: string };
  readonly stats: {
    elapsedTimeMillis: number;
    cpuTimeMillis: number;
    peakMemoryBytes: number;
    physicalInputBytes: number;
  };
}

/** The engine of Athena, in one process on this machine. */
export class TrinoEngine {
  /**
   * @param folder the root of all tables: inventories are written with the base `local://`
   * @param heap the size of the Java heap in gigabytes; a query may use three quarters of it
   */
  static async start(folder: string, heap = 4): Promise<TrinoEngine> {
    mkdirSync(folder, { recursive: true });
    const server = spawn(
      readFileSync(join(CACHE, 'trino/java'), 'utf8').trim(),
      [`-Xmx${heap}g`, ...FLAGS, resolve(__dirname, 'TrinoServer.java'), folder, `${Math.floor(heap * 750)}MB`],
      { stdio: ['pipe', 'pipe', 'pipe'] },
    );
    let log = '';
    const address = await new Promise<string>((done, fail) => {
      for (const stream of [server.stdout, server.stderr]) {
        stream.on('data', (chunk) => {
          log = (log + chunk).slice(-20_000);
          const [, url] = /READY (http\S+)/.exec(log) ?? [];
          if (url) done(url);
        });
      }
      server.on('error', fail);
      server.on('exit', (code) => fail(new Error(`Trino ended with code ${code}:\n${log}`)));
    });
    return new TrinoEngine(folder, server, address);
  }

  /** Whether `install.sh trino` was run. */
  static get installed(): boolean {
    return existsSync(join(CACHE, 'trino/java'));
  }

  private constructor(
    private readonly folder: string,
    private readonly server: ChildProcess,
    private readonly address: string,
  ) {}

  /** The process id of the server. */
  get pid(): number {
    return this.server.pid!;
  }

  /**
   * Adds a table like that of the template: Parquet files that `symlink.txt` lists, with injected partitions.
   *
   * @param hive the folder of the partitions, relative to the root
   */
  addTable(database: string, table: string, hive: string): void {
    const location = `local:///${hive}`;
    const dir = join(this.folder, 'metastore', database, table);
    mkdirSync(dir, { recursive: true });
    writeFileSync(
      join(this.folder, 'metastore', `.${database}.trinoSchema`),
      JSON.stringify({ writerVersion: 'testversion', ownerName: 'audit', ownerType: 'USER', parameters: {} }),
    );
    writeFileSync(
      join(dir, '.trinoSchema'),
      JSON.stringify({
        writerVersion: 'testversion',
        owner: 'audit',
        tableType: 'EXTERNAL_TABLE',
        dataColumns: INVENTORY_COLUMNS.map(({ name, type }) => ({ name, type, properties: {} })),
        partitionColumns: [{ name: PARTITION_KEY, type: 'string', properties: {} }],
        parameters: {
          EXTERNAL: 'TRUE',
          'projection.enabled': 'true',
          [`projection.${PARTITION_KEY}.type`]: 'injected',
          'storage.location.template': `${location}/${PARTITION_KEY}=\${${PARTITION_KEY}}`,
        },
        originalStorageFormat: SYMLINKS,
        serdeParameters: {},
        externalLocation: location,
        columnStatistics: {},
      }),
    );
  }

  /** Runs a query. The values are texts, as in the CSV files of Athena. */
  async query(sql: string): Promise<QueryResult> {
    const headers = {
      'X-Trino-User': 'audit',
      'X-Trino-Catalog': 'hive',
      'X-Trino-Time-Zone': 'UTC',
      // Athena has no statistics of injected partitions; here, the metastore would be asked for them, and fails.
      'X-Trino-Session': 'hive.statistics_enabled=false',
    };
    let answer = await this.fetch(`${this.address}/v1/statement`, { method: 'POST', body: sql, headers });
    const rows: ResultRecord[] = [];
    for (;;) {
      if (answer.error) throw new Error(`${answer.error.errorName}: ${answer.error.message}`);
      const names = answer.columns?.map(({ name }) => name) ?? [];
      for (const values of answer.data ?? []) {
        rows.push(
          Object.fromEntries(values.map((value, index) => [names[index], value === null ? '' : String(value)])),
        );
      }
      if (!answer.nextUri) break;
      answer = await this.fetch(answer.nextUri, {});
    }
    const { elapsedTimeMillis, cpuTimeMillis, peakMemoryBytes, physicalInputBytes } = answer.stats;
    const stats = {
      elapsedMs: elapsedTimeMillis,
      cpuMs: cpuTimeMillis,
      peakMemoryBytes,
      inputBytes: physicalInputBytes,
    };
    return { rows, stats };
  }

  async stop(): Promise<void> {
    if (this.server.exitCode !== null) return;
    const ended = once(this.server, 'exit');
    this.server.stdin!.end();
    const kill = setTimeout(() => this.server.kill('SIGKILL'), 20_000);
    await ended;
    clearTimeout(kill);
  }

  private async fetch(url: string, options: RequestInit): Promise<Answer> {
    const response = await fetch(url, options);
    if (!response.ok) throw new Error(`Trino answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Answer;
  }
}
