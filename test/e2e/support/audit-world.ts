import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { DuckDbEngine } from './audit-engine/duckdb';
import { DeployedFunction } from './deployed-function';
import { Cloud } from './deployment/cloud';
import { ACCOUNT, Deployments } from './deployment/deployments';
import { DynamoDbLocal } from './dynamodb-local';
import { Gate } from './gate';
import { ReplicaAudit, ReplicaAuditOptions, ReplicatedMediaBucket, ReplicatedMediaBucketProps } from '../../../src';
import { decodeSettings, SETTINGS_VARIABLE } from '../../../src/stored/audit/contract';
import { Query, QueryEngine, WorkGroup } from '../../simulators/athena';
import { principalOf } from '../../simulators/iam';
import { storeVersions, Version, writeInventory } from '../../simulators/inventory';

export const PRIMARY = 'us-east-1';
export const REPLICA = 'eu-west-1';
const MINUTE = 60_000;

export interface AuditApp {
  readonly media?: Partial<ReplicatedMediaBucketProps>;
  readonly audit?: ReplicaAuditOptions;
}

export interface InventoryOptions {
  /** @default - now */
  readonly asOf?: Date;
  /** Leaves out what S3 writes last. */
  readonly incomplete?: boolean;
  readonly rowsInFile?: number;
}

/** Where the inventories of a copy are. */
interface Location {
  readonly source: string;
  readonly bucket: string;
  readonly table: string;
}

/** Runs the function of a `ReplicaAudit` from its template, with the role that the template gives it. */
export class AuditWorld {
  static async start(app: AuditApp = {}): Promise<AuditWorld> {
    const dynamo = await DynamoDbLocal.start();
    const env: Record<string, string> = {};
    const cloud = await Cloud.start(dynamo, env);
    const world = new AuditWorld(cloud, dynamo, await DuckDbEngine.create({ threads: 2 }));
    try {
      env.AWS_ENDPOINT_URL_S3 = await world.gate.before(cloud.s3.endpoint);
      env.AWS_ENDPOINT_URL_ATHENA = await world.gate.before(cloud.athena.endpoint);
      env.AWS_ENDPOINT_URL_DYNAMODB = await world.gate.before(dynamo.endpoint);
      await world.deploy(app);
      return world;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  readonly gate = new Gate();
  private readonly folder = mkdtempSync(join(tmpdir(), 'audit-'));
  private readonly deployments: Deployments;
  private readonly partitions = new Map<string, Record<string, string[]>>();
  private locations = new Map<string, Location>();
  private functionArn = '';
  private workerArn = '';
  private statusArn = '';
  private database = '';
  table = '';
  reports = '';
  private files = 0;
  private pending?: Promise<void>;

  private constructor(
    readonly cloud: Cloud,
    private readonly dynamo: DynamoDbLocal,
    private readonly engine: DuckDbEngine,
  ) {
    this.deployments = new Deployments(cloud);
    cloud.queryEngine = this.queryEngine();
  }

  async deploy({ media: mediaProps, audit: auditProps }: AuditApp = {}): Promise<void> {
    const app = new App({ outdir: join(this.folder, `cdk-${this.files++}`), analyticsReporting: false });
    const stack = new Stack(app, 'Studio', { env: { region: PRIMARY, account: ACCOUNT } });
    const media = new ReplicatedMediaBucket(stack, 'Media', { replicas: [{ region: REPLICA }], ...mediaProps });
    const audit = new ReplicaAudit(stack, 'Audit', { media, ...auditProps });
    const assembly = app.synth();
    await this.deployments.deploy(assembly);
    const arnOf = (id: string) =>
      [...this.cloud.functions.values()].find(({ logicalId }) => logicalId.startsWith(id))!.arn;
    this.functionArn = arnOf('AuditFunction');
    this.workerArn = arnOf('MediaJobsWorker');
    this.statusArn = arnOf('MediaJobsStatus');
    this.database = audit.workGroupName.replace(/-/g, '_');
    this.reports = this.deployments.resolve('Studio', stack.resolve(audit.reportsBucket.bucketName));
    this.table = this.deployments.resolve('Studio', stack.resolve(media.replicationTable!.tableName));
    const { template } = assembly.getStackByName('Studio');
    const variables = Object.values<any>(template.Resources).map(
      ({ Properties }) => Properties?.Environment?.Variables,
    );
    const settings = decodeSettings(
      this.deployments.resolve('Studio', variables.find((each) => each?.[SETTINGS_VARIABLE])[SETTINGS_VARIABLE]),
    );
    this.locations = new Map(
      [settings.primary, ...settings.replicas].map(({ region, bucket: source, inventories: bucket, table }) => [
        region,
        { source, bucket, table },
      ]),
    );
    for (const region of this.locations.keys()) await this.register(region);
  }

  /** Writes an inventory as S3 does. */
  async inventory(region: string, versions: Iterable<Version>, options: InventoryOptions = {}): Promise<void> {
    const { asOf = new Date(this.now), incomplete, rowsInFile } = options;
    const { source, bucket, table } = this.locations.get(region)!;
    const query = await storeVersions(join(this.folder, `versions-${this.files++}.json`), versions);
    const folder = join(this.folder, bucket);
    const target = { folder, bucket, source, inventoryId: this.database.replaceAll('_', '-'), asOf, rowsInFile };
    const written = await writeInventory(this.engine.connection, query, target);
    const put = (key: string, body: string) => this.cloud.s3.buckets.put(bucket, key, body);
    for (const key of written.data) put(key, 'parquet');
    put(written.symlink, readFileSync(join(folder, written.symlink), 'utf8'));
    put(written.manifest, readFileSync(join(folder, written.manifest), 'utf8'));
    if (!incomplete) {
      const checksum = written.manifest.replace('.json', '.checksum');
      put(checksum, readFileSync(join(folder, checksum), 'utf8'));
    }
    const partitions = this.partitions.get(table) ?? {};
    partitions[written.dt] = written.data.map((key) => join(folder, key));
    this.partitions.set(table, partitions);
    await this.register(region);
  }

  /** Writes the same versions to all copies. */
  async inventories(versions: readonly Version[], options?: InventoryOptions): Promise<void> {
    for (const region of this.locations.keys()) {
      const status = region === PRIMARY ? 'COMPLETED' : 'REPLICA';
      await this.inventory(
        region,
        versions.map((version) => ({ ...version, status })),
        options,
      );
    }
  }

  get now(): number {
    return this.cloud.s3.clock.now();
  }

  advance(milliseconds: number): void {
    this.cloud.advance(milliseconds);
  }

  ask<T = any>(operation: string, request: object = {}): Promise<T> {
    return this.cloud.invoke(this.functionArn, { operation, ...request });
  }

  /** What the schedule does every five minutes. */
  tick(): Promise<void> {
    return this.cloud.invoke(this.functionArn, { schedule: 'tick' });
  }

  daily(): Promise<void> {
    return this.cloud.invoke(this.functionArn, { schedule: 'audit' });
  }

  /** Runs the queries that wait, and delivers the events of their ends. @returns the number of queries */
  async settle({ deliver = true } = {}): Promise<number> {
    const events = await this.cloud.athena.settle();
    if (deliver) for (const event of events) await this.cloud.invoke(this.functionArn, event);
    return events.length;
  }

  /** Lets time pass until no query runs and the run has ended. */
  async finish<T = any>(): Promise<T> {
    for (let round = 0; round < 200; round++) {
      await this.settle();
      this.advance(5 * MINUTE);
      await this.tick();
      const view = await this.ask('DescribeAudit');
      if (view.state === 'idle') return view;
    }
    throw new Error(`The run does not end: ${JSON.stringify(await this.ask('DescribeAudit'))}`);
  }

  async audit<T = any>(request: object = {}): Promise<T> {
    await this.ask('AuditReplicas', request);
    return this.finish();
  }

  /** Ends the process of the function, as when the machine fails. The next invocation starts another one. */
  restart(): void {
    this.cloud.restart(this.functionArn);
  }

  /** Another process of the function, as Lambda starts for a concurrent invocation. */
  async another(): Promise<DeployedFunction> {
    const first = await this.cloud.deployed(this.functionArn);
    this.cloud.forgetProcess(this.functionArn);
    await this.cloud.deployed(this.functionArn);
    return first;
  }

  /** The settings of the workgroup, as the template has them. */
  workGroup(region = PRIMARY): WorkGroup {
    return this.cloud.athena.workGroupCalled(this.database.replaceAll('_', '-'), region);
  }

  /** Deletes the data files of the latest inventory, but not its manifest. */
  loseData(region: string): void {
    const { table } = this.locations.get(region)!;
    const partitions = this.partitions.get(table)!;
    const latest = Object.keys(partitions).sort().at(-1)!;
    partitions[latest] = [];
    this.pending = this.register(region);
  }

  runWorker(event: object = {}): Promise<void> {
    return this.cloud.invoke(this.workerArn, event);
  }

  /** All failures that the status function lists, by key. */
  async failures(): Promise<any[]> {
    const all: any[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.cloud.invoke(this.statusArn, { operation: 'ListFailures', nextToken, maxResults: 1000 });
      all.push(...page.failures);
      nextToken = page.nextToken;
    } while (nextToken);
    return all.sort((one, other) => (one.key < other.key ? -1 : 1));
  }

  rows(): Promise<any[]> {
    return this.dynamo.scan(this.table);
  }

  bucketIn(region: string): string {
    return this.locations.get(region)!.source;
  }

  read(location: string): string {
    const key = location.replace(`s3://${this.reports}/`, '');
    return this.cloud.s3.buckets.read(this.reports, key).body;
  }

  /** The keys in the reports bucket. */
  keys(prefix = ''): string[] {
    const { versions } = this.cloud.s3.buckets.get(this.reports);
    return [...new Set(versions.map(({ key }) => key))].filter((key) => key.startsWith(prefix)).sort();
  }

  /** Deletes what the audit stored, as if it had never run. */
  forget(): void {
    for (const key of this.keys('state/')) this.cloud.s3.buckets.remove(this.reports, key);
  }

  /** The values of a metric in the log, the latest last. */
  metrics(name: string): number[] {
    return this.cloud.log
      .split('\n')
      .filter((line) => line.includes('"_aws"'))
      .map((line) => JSON.parse(line))
      .filter((entry) => entry[name] !== undefined && entry.Region === undefined)
      .map((entry) => entry[name]);
  }

  async stop(): Promise<void> {
    this.gate.stop();
    await this.cloud.stop();
    this.engine.close();
    this.dynamo.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async register(region: string): Promise<void> {
    const { table } = this.locations.get(region)!;
    await this.engine.addTable(this.database, table, this.partitions.get(table) ?? {});
  }

  private queryEngine(): QueryEngine {
    return {
      execute: async (query) => {
        this.expectAccess(query);
        await this.pending;
        const records = await this.engine.query(query.sql);
        const columns = Object.keys(records[0] ?? {});
        const files = [...this.partitions].flatMap(([table, partitions]) =>
          query.sql.includes(table) ? Object.values(partitions).flat() : [],
        );
        return {
          columns,
          rows: records.map((record) => columns.map((column) => record[column])),
          bytes: files.reduce((sum, file) => sum + statSync(file).size, 0),
        };
      },
      write: (location, body, principal) => {
        const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(location)!;
        this.cloud.s3.buckets.put(bucket, key, body, {}, principal);
      },
    };
  }

  /** Athena reads the tables and the inventories with the permissions of its caller. */
  private expectAccess({ sql, principal, workGroup }: Readonly<Query>): void {
    if (!principal) return;
    const { s3 } = this.cloud;
    const role = principalOf(principal.id);
    const expect = (allowed: boolean, what: string) => {
      if (!allowed) throw new Error(`The role of the function does not allow ${what}.`);
    };
    for (const [, { bucket, table }] of this.locations) {
      if (!sql.includes(table)) continue;
      const inventories = s3.buckets.get(bucket);
      const { key } = inventories.versions.find((version) => version.key.includes('/hive/'))!;
      expect(s3.access.toObject(role, 's3:GetObject', inventories, key), `reading ${key}`);
      expect(s3.access.toBucket(role, 's3:ListBucket', inventories), `listing ${bucket}`);
      expect(s3.access.toBucket(role, 's3:GetBucketLocation', inventories), `the location of ${bucket}`);
      for (const resource of ['catalog', `database/${this.database}`, `table/${this.database}/${table}`]) {
        const arn = `arn:aws:glue:${workGroup.region}:${ACCOUNT}:${resource}`;
        expect(this.cloud.allows(role, 'glue:GetTable', arn), `glue:GetTable on ${resource}`);
      }
    }
  }
}
