import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DuckDbEngine, DuckDbOptions } from './duckdb';
import { TrinoEngine } from './trino';
import { Comparison, Copy, inFlightAfter, Scope } from '../../../../src/stored/audit/runtime/sql';
import {
  bulkVersions,
  Inventory,
  MARGIN_MINUTES,
  Planted,
  Scenario,
  SOURCE_AS_OF,
  storeVersions,
  TARGET_AS_OF,
  writeInventory,
} from '../../../simulators/inventory';

const TABLES = { source: 'primary', target: 'replica_eu' } as const;

export interface CopiesOptions {
  /** Identical versions in both copies, besides those that are planted. @default 0 */
  readonly bulk?: number;
  /** @default - one data file */
  readonly rowsInFile?: number;
  readonly engine?: DuckDbOptions;
  /** The folder that the inventories are written below, which is the root of Trino. @default - the folder for temporary files */
  readonly root?: string;
}

/** The inventories of two copies in a folder, and DuckDB with tables of them. */
export class Copies {
  static async create(scenario: Scenario, planted: Planted, options: CopiesOptions = {}): Promise<Copies> {
    const folder = mkdtempSync(join(options.root ?? tmpdir(), 'audit'));
    const engine = await DuckDbEngine.create({ memoryLimit: '4GB', spill: join(folder, 'spill'), ...options.engine });
    const copies = new Copies(folder, engine, scenario);
    await copies.write('source', planted, options);
    await copies.write('target', planted, options);
    return copies;
  }

  private readonly inventories: { source?: Inventory; target?: Inventory } = {};

  private constructor(
    readonly folder: string,
    readonly engine: DuckDbEngine,
    private readonly scenario: Scenario,
  ) {}

  /** Adds the tables of both copies to Trino, whose root is that of the options. */
  addTo(trino: TrinoEngine): void {
    for (const side of ['source', 'target'] as const) {
      trino.addTable(this.database, TABLES[side], `${basename(this.folder)}/${this.inventory(side).hive}`);
    }
  }

  inventory(side: 'source' | 'target'): Inventory {
    return this.inventories[side]!;
  }

  copy(side: 'source' | 'target'): Copy {
    const asOf = side === 'source' ? SOURCE_AS_OF : TARGET_AS_OF;
    return {
      database: this.database,
      table: TABLES[side],
      dt: this.inventory(side).dt,
      asOf: asOf.toISOString(),
      ...this.scenario[side],
    };
  }

  comparison(scope: Scope = {}): Comparison {
    const [source, target] = [this.copy('source'), this.copy('target')];
    const limit = inFlightAfter(source, target, MARGIN_MINUTES);
    return { source, target, ...this.scenario.rules, inFlightAfter: limit, ...scope };
  }

  /** Deletes the files. */
  close(): void {
    this.engine.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A database for each, because both engines can have several copies. */
  private get database(): string {
    return basename(this.folder).toLowerCase();
  }

  private async write(
    side: 'source' | 'target',
    planted: Planted,
    { bulk = 0, rowsInFile }: CopiesOptions,
  ): Promise<void> {
    const rows = await storeVersions(join(this.folder, `${side}.json`), planted[side]);
    const identical = bulkVersions(bulk, SOURCE_AS_OF, side === 'source' ? 'COMPLETED' : 'REPLICA', 'media/bulk/');
    const inventory = await writeInventory(this.engine.connection, `${rows} UNION ALL ${identical}`, {
      folder: this.folder,
      bucket: `inventories-${side}`,
      source: `media-${side}`,
      inventoryId: 'audit',
      asOf: side === 'source' ? SOURCE_AS_OF : TARGET_AS_OF,
      base: `local:///${basename(this.folder)}`,
      rowsInFile,
    });
    this.inventories[side] = inventory;
    const files = inventory.data.map((key) => join(this.folder, key));
    await this.engine.addTable(this.database, TABLES[side], { [inventory.dt]: files });
  }
}
