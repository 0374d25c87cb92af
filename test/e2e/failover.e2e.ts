import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  DeleteMarkerEntry,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  ObjectVersion,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { App } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { AppConfig } from './support/app-config';
import { AuditWorld } from './support/audit-world';
import { AWS_CLI, PYTHON_BIN } from './support/aws-cli';
import { TestAuthority } from './support/certificates';
import { CuttableLink } from './support/cuttable-link';
import { DeployedFunction, fillIn } from './support/deployed-function';
import { eventually } from './support/eventually';
import { Minio } from './support/minio';
import { RegionGateway } from './support/region-gateway';
import { CREDENTIALS } from './support/s3-server';
import { BucketPlace, S3World } from './support/s3-world';
import { AwsCli } from '../../cli/aws/aws-cli';
import type { Site } from '../../cli/failover/platform';
import { eachKey } from '../../cli/failover/versions';
import { MediaReplicationStack } from '../../src';

/**
 * Failover and failback of the bundled command line, with the real AWS CLI, the deployed routers, and two MinIO servers
 * that replicate to each other. The region of the primary is switched off at a random moment, while uploads and reads go on.
 * Not tested: S3's metrics, and S3 Batch Replication, for which MinIO's resync stands in.
 */
const ROOT = join(__dirname, '../..');
const ACCOUNT = '111111111111';
const [PRIMARY, REPLICA] = ['us-east-1', 'eu-west-1'];
const ROUNDS = Number(process.env.FAILOVER_ROUNDS ?? 3);
const SEED = Number(process.env.FAILOVER_SEED ?? Date.now() % 1_000_000);
const KEYS = 40;
/** The aim for the steps of a failover. */
const AIM_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

const CONFIG = `version: 1
stackName: Studio
region: ${PRIMARY}
account: "${ACCOUNT}"
media: { replicas: [{ region: ${REPLICA} }], writeToReplicas: true }
router: { uploads: true, standby: { region: ${REPLICA} } }
`;

const dir = mkdtempSync(join(tmpdir(), 'failover-'));
const authority = new TestAuthority(dir);
const appConfig = new AppConfig();
const [primary, replica] = [
  new Minio({ dir, region: PRIMARY, port: 9140 }),
  new Minio({ dir, region: REPLICA, port: 9150 }),
];
/** Over which the primary replicates to the replica. */
const link = new CuttableLink(9160, replica.port);
let gateway: RegionGateway;
let assembly: CloudAssembly;
let names: { primary: string; replica: string; records: string };
let world: S3World;
let records: S3World;
let standby: DeployedFunction;
/** Undefined while its region is off. */
let router: DeployedFunction | undefined;
let env: Record<string, string>;

/** Numbers from 0 to 1, the same for the same seed. */
function random(seed: number): () => number {
  let count = 0;
  return () => parseInt(createHash('sha256').update(`${seed} ${count++}`).digest('hex').slice(0, 8), 16) / 2 ** 32;
}

interface Written {
  readonly key: string;
  readonly versionId: string;
  readonly region: string;
  readonly body: string;
  readonly at: number;
}

/** Clients that know both routers, and use the standby if the other one does not answer. */
class Clients {
  readonly written: Written[] = [];
  readonly failedReads: { readonly key: string; readonly at: number }[] = [];
  reads = 0;
  uploadFailures = 0;
  private isRunning = true;
  private readonly loops: Promise<void>[];

  constructor(
    private readonly next: () => number,
    private readonly folder: string,
  ) {
    this.loops = [this.loop(() => this.upload()), this.loop(() => this.upload()), this.loop(() => this.read())];
  }

  async stop(): Promise<void> {
    this.isRunning = false;
    await Promise.all(this.loops);
  }

  get acknowledged(): Set<string> {
    return new Set(this.written.map(({ versionId }) => versionId));
  }

  private async loop(act: () => Promise<void>): Promise<void> {
    while (this.isRunning) {
      await act();
      await sleep(20 + this.next() * 40);
    }
  }

  private async upload(): Promise<void> {
    const key = `${this.folder}/${Math.floor(this.next() * KEYS)}.mov`;
    const body = `${key} ${this.next()}`;
    try {
      const { url, region } = await this.link({ method: 'put', objects: [{ key, contentType: 'text/plain' }] });
      const { status, headers } = await world.fetch(url, {
        method: 'PUT',
        body,
        headers: { 'content-type': 'text/plain' },
      });
      if (status !== 200) throw new Error(`${status}`);
      this.written.push({ key, body, region, versionId: String(headers['x-amz-version-id']), at: Date.now() });
    } catch {
      this.uploadFailures++;
    }
  }

  private async read(): Promise<void> {
    const written = this.written[Math.floor(this.next() * this.written.length)];
    if (!written) return;
    try {
      this.reads++;
      const { url } = await this.link({ preference: 'no', objects: [{ key: written.key }] });
      if ((await world.fetch(url)).status !== 200) throw new Error();
    } catch {
      this.failedReads.push({ key: written.key, at: Date.now() });
    }
  }

  private async link(request: object): Promise<{ url: string; region: string }> {
    const event = { operation: 'ResolveLinks', ...request };
    const { links } = await (router ?? standby).invoke(event).catch(() => standby.invoke(event));
    return links[0];
  }
}

/** Runs the bundled command line. */
async function cli(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, 'assets/cli/index.js'), ...args], {
    cwd: dir,
    env,
  });
  return stdout;
}

function deployed(stackName: string): Promise<DeployedFunction> {
  const { template, environment } = assembly.stacksRecursively.find((each) => each.stackName === stackName)!;
  const logicalId = Object.keys(template.Resources).find(
    (id) => template.Resources[id].Properties?.Environment?.Variables?.MEDIA_ROUTER_SETTINGS,
  )!;
  const resolve = (id: string, attribute?: string): string => {
    const { BucketName } = template.Resources[id]?.Properties ?? {};
    return BucketName && !attribute ? fillIn(BucketName, environment.region, resolve) : id.toLowerCase();
  };
  return DeployedFunction.from({
    assembly,
    stackName,
    logicalId,
    resolve,
    env: {
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_ENDPOINT_URL_APPCONFIGDATA: appConfig.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9', // is in the region of the primary, and must not be needed
      NODE_EXTRA_CA_CERTS: join(dir, 'ca.pem'),
      HOSTS: JSON.stringify({ ...world.hosts, ...records.hosts }),
    },
  }).start();
}

async function versionsIn(region: string): Promise<Map<string, Stored>> {
  const client = world.client(region);
  const found = await versionsOf(client, region === PRIMARY ? names.primary : names.replica);
  client.destroy();
  return found;
}

interface Stored {
  readonly key: string;
  readonly createdAt: Date;
  readonly size: number;
  readonly isLatest: boolean;
  readonly isMarker: boolean;
}

/** All versions and delete markers, by version id. */
async function versionsOf(client: S3Client, Bucket: string): Promise<Map<string, Stored>> {
  const found = new Map<string, Stored>();
  let markers = {};
  for (;;) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket, ...markers }));
    const add = (each: ObjectVersion | DeleteMarkerEntry, isMarker: boolean) =>
      found.set(each.VersionId!, {
        key: each.Key!,
        createdAt: each.LastModified!,
        size: 'Size' in each ? each.Size! : 0,
        isLatest: each.IsLatest!,
        isMarker,
      });
    page.Versions?.forEach((each) => add(each, false));
    page.DeleteMarkers?.forEach((each) => add(each, true));
    if (!page.IsTruncated) return found;
    markers = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  }
}

async function switchOff(): Promise<void> {
  gateway.off.add(PRIMARY);
  router?.kill();
  router = undefined;
  primary.stop();
  world.front(PRIMARY).behaviour = 'resets';
  world.front(PRIMARY).dropConnections();
}

async function switchOn(): Promise<void> {
  await primary.start();
  world.front(PRIMARY).behaviour = 'answers';
  gateway.off.delete(PRIMARY);
  link.restore();
  router = await deployed('Studio');
}

/** What S3 Batch Replication does for the status function: MinIO replicates all objects of a bucket again. */
const jobs = new Map<string, { source: Minio; bucket: string; arn: string }>();

async function startBackfill(source: Minio, bucket: string): Promise<object> {
  const { rule } = JSON.parse(await source.adminAsync('replicate', 'ls', '--json', `here/${bucket}`));
  const arn = rule.Destination.Bucket;
  await source.adminAsync('replicate', 'resync', 'start', `here/${bucket}`, '--remote-bucket', arn);
  const job = `job-${jobs.size}`;
  jobs.set(job, { source, bucket, arn });
  return { job };
}

async function describeJobs(source: Minio): Promise<object> {
  const own = [...jobs].filter(([, job]) => job.source === source);
  return {
    jobs: await Promise.all(
      own.map(async ([job, { bucket, arn }]) => {
        const text = await source.adminAsync(
          'replicate',
          'resync',
          'status',
          '--json',
          `here/${bucket}`,
          '--remote-bucket',
          arn,
        );
        const isOver = /"(?:resyncStatus|replicationStatus|status)":"(Completed|Failed)"/i.test(
          text.replace(/\s/g, ''),
        );
        return {
          job,
          kind: 'backfill',
          cause: 'requested',
          state: isOver ? 'finished' : 'started',
          outcome: 'complete',
        };
      }),
    ),
    failures: { outstanding: 0, givenUp: 0, byReason: [] },
  };
}

async function invoke(name: string, payload: any): Promise<unknown> {
  if (/-standby$/.test(name)) return standby.invoke(payload);
  if (/^router/i.test(name)) return router!.invoke(payload);
  const isOfReplica = /replication-status$/.test(name);
  const source = isOfReplica ? replica : primary;
  if (payload.operation === 'StartBackfill') return startBackfill(source, isOfReplica ? names.replica : names.primary);
  return describeJobs(source);
}

beforeAll(async () => {
  const app = new App({ outdir: join(dir, 'cdk.out'), analyticsReporting: false });
  const stack = new MediaReplicationStack(app, 'Studio', {
    env: { region: PRIMARY, account: ACCOUNT },
    media: { replicas: [{ region: REPLICA }], writeToReplicas: true },
    router: { uploads: true, standby: { region: REPLICA } },
  });
  assembly = app.synth();
  const bucketIn = (region: string) => stack.media.metricReplicationLatency(REPLICA).dimensions![region];
  names = {
    primary: String(bucketIn('SourceBucket')),
    replica: String(bucketIn('DestinationBucket')),
    records: stack.router.standby!._records.bucketName,
  };
  const places: BucketPlace[] = [
    { region: PRIMARY, bucket: names.primary, address: '127.0.0.2', port: primary.port },
    { region: REPLICA, bucket: names.replica, address: '127.0.0.3', port: replica.port },
  ];
  world = new S3World(authority, places);
  records = new S3World(authority, [
    { region: REPLICA, bucket: names.records, address: '127.0.0.5', port: replica.port },
  ]);
  gateway = new RegionGateway({
    servers: { s3: { [PRIMARY]: primary.port, [REPLICA]: replica.port } },
    invoke,
    resources: (stackName) => {
      const { template } = assembly.stacksRecursively.find((each) => each.stackName === stackName)!;
      const nameOf = (id: string) => template.Resources[id].Properties?.FunctionName ?? id;
      return Object.fromEntries(Object.keys(template.Resources).map((id) => [id, nameOf(id)]));
    },
  });
  writeFileSync(join(dir, 'ca.pem'), authority.certificate);
  writeFileSync(join(dir, 'media.yaml'), CONFIG);
  await Promise.all([
    primary.start(),
    replica.start(),
    world.start(),
    records.start(),
    appConfig.start(),
    gateway.start(),
    link.start(),
  ]);
  primary.admin('mb', '--with-versioning', `here/${names.primary}`);
  replica.admin('mb', '--with-versioning', `here/${names.replica}`);
  replica.admin('mb', '--with-versioning', `here/${names.records}`);
  const replicate = (source: Minio, bucket: string, remote: string) =>
    source.adminAsync(
      ...['replicate', 'add', `here/${bucket}`, '--priority', '1', '--remote-bucket', remote],
      ...['--replicate', 'existing-objects,delete-marker'],
    );
  await replicate(primary, names.primary, `${replica.url.replace(String(replica.port), '9160')}/${names.replica}`);
  await replicate(replica, names.replica, `${primary.url}/${names.primary}`);
  env = {
    PATH: [PYTHON_BIN, process.env.PATH].join(delimiter),
    HOME: dir,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL: gateway.endpoint,
    AWS_MAX_ATTEMPTS: '1',
  };
  [router, standby] = await Promise.all([
    deployed('Studio'),
    deployed(assembly.stacksRecursively.find(({ stackName }) => /-standby-/.test(stackName))!.stackName),
  ]);
}, 180_000);

afterAll(async () => {
  router?.kill();
  standby?.kill();
  primary.stop();
  replica.stop();
  link.stop();
  gateway.stop();
  appConfig.stop();
  await Promise.all([world.stop(), records.stop()]);
  rmSync(dir, { recursive: true, force: true });
});

/** What a round left, for the audit. */
interface Outcome {
  readonly startedAt: string;
  readonly notReplicated: Set<string>;
  /** While the primary was off. */
  readonly replicaThen: Map<string, Stored>;
  readonly primary: Map<string, Stored>;
  readonly replica: Map<string, Stored>;
}
let outcome: Outcome;

test('without a failover, failback changes nothing, and a dry run shows the steps', async () => {
  expect(await cli('failback')).toContain(`no failover is active: uploads go to ${PRIMARY}`);
  const planned = await cli('failover', '--to', REPLICA, '--dry-run');
  expect(planned).toContain('(not run)');
  const { links } = await standby.invoke({ operation: 'ResolveLinks', method: 'put', objects: [{ key: 'a' }] });
  expect(links[0].region).toBe(PRIMARY);
}, 60_000);

test.each(Array.from({ length: ROUNDS }, (_, index) => index + 1))(
  `loses nothing that is not listed, round %i (seed ${SEED})`,
  async (round) => {
    const next = random(SEED + round);
    const clients = new Clients(next, `round-${round}`);
    await sleep(1_000 + next() * 2_000);
    link.cut();
    await sleep(next() * 1_500);
    await switchOff();
    const offAt = Date.now();

    const planned = Date.now();
    const output = await cli('failover', '--to', REPLICA);
    const doneAt = Date.now();
    await eventually(async () =>
      expect(clients.written.filter(({ region }) => region === REPLICA).length).toBeGreaterThan(5),
    );
    const uploadsAt = Math.min(
      ...clients.written.filter(({ region, at }) => region === REPLICA && at > offAt).map(({ at }) => at),
    );
    const [untilUploads, untilDone] = [uploadsAt - planned, doneAt - planned];
    expect(untilUploads).toBeLessThan(AIM_MS);
    expect(output).toContain('does not answer. It follows when it returns');
    const inReplica = await versionsIn(REPLICA);
    // Uploads to the replica go on.
    const lost = clients.written.filter(({ region, versionId }) => region === PRIMARY && !inReplica.has(versionId));
    const readableFrom = Date.now();
    await sleep(500 + next() * 1_500);
    // Every object of which the replica has a version can be read.
    const keys = new Set([...inReplica.values()].map(({ key }) => key));
    expect(clients.failedReads.filter(({ key, at }) => at > readableFrom && keys.has(key))).toEqual([]);
    const failuresBefore = clients.failedReads.length;

    await switchOn();
    // The router of the region that has returned follows the record from its first request on.
    const { links } = await router!.invoke({ operation: 'ResolveLinks', method: 'put', objects: [{ key: 'a' }] });
    expect(links[0].region).toBe(REPLICA);
    const before = clients.acknowledged;
    const failbackAt = Date.now();
    const failback = await cli('failback', '--json');
    const returnedAt = Date.now();
    await eventually(async () => {
      expect(clients.written.some(({ region, at }) => region === PRIMARY && at > returnedAt)).toBe(true);
    });
    await clients.stop();

    // The list is exact: all that was acknowledged and lost, and otherwise only uploads that were never acknowledged.
    const { steps } = JSON.parse(failback);
    const file = / conflicts?: (.*)$/.exec(steps.find(({ step }: any) => step === 'list').detail)![1];
    const [{ startedAt }, ...differences] = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const found = (kind: string) => differences.filter(({ difference }) => difference === kind);
    const listed = new Set<string>(found('notReplicated').map(({ versionId }) => versionId));
    expect(lost.filter(({ versionId }) => !listed.has(versionId))).toEqual([]);
    const lostIds = new Set(lost.map(({ versionId }) => versionId));
    expect([...listed].filter((id) => before.has(id) && !lostIds.has(id))).toEqual([]);
    // Keys that were changed on both sides are listed.
    const inBoth = lost.filter(({ key }) =>
      clients.written.some((each) => each.key === key && each.region === REPLICA && each.at < failbackAt),
    );
    const conflicts = found('conflict').map(({ key }) => key);
    expect(inBoth.filter(({ key }) => !conflicts.includes(key))).toEqual([]);

    // Everything that was acknowledged is in both copies in the end.
    await eventually(async () => {
      const [one, other] = await Promise.all([versionsIn(PRIMARY), versionsIn(REPLICA)]);
      outcome = { startedAt, notReplicated: listed, replicaThen: inReplica, primary: one, replica: other };
      const missing = clients.written.filter(({ versionId }) => !one.has(versionId) || !other.has(versionId));
      expect(missing.map(({ key, versionId, region }) => `${region} ${key} ${versionId}`)).toEqual([]);
    });
    process.stdout.write(
      `round ${round}: ${clients.written.length} uploads, ${clients.reads} reads; uploads again after ` +
        `${(untilUploads / 1000).toFixed(1)} s, all steps ${(untilDone / 1000).toFixed(1)} s; ${lost.length} lost and listed, ` +
        `${conflicts.length} conflicts; ${clients.uploadFailures} uploads and ${failuresBefore} reads failed\n${output}` +
        `failback: ${steps.map(({ step, seconds }: any) => `${step} ${seconds} s`).join(', ')}\n`,
    );
  },
  180_000,
);

describe('the audit, which compares inventories in Athena', () => {
  let audit: AuditWorld;
  beforeAll(async () => {
    audit = await AuditWorld.start({ media: { writeToReplicas: true } });
    audit.advance(DAY_MS);
  }, 60_000);
  afterAll(() => audit?.stop());

  async function inventory(region: string, stored: Map<string, Stored>, now: number): Promise<void> {
    const versions = [...stored].map(([versionId, { key, createdAt, size, isLatest, isMarker }]) => ({
      key,
      versionId,
      latest: isLatest,
      marker: isMarker,
      size,
      modified: new Date(Math.floor((createdAt.getTime() + now - Date.now()) / 1000) * 1000),
      etag: '',
      storageClass: 'STANDARD',
      status: 'COMPLETED' as const,
      encryption: 'SSE-KMS',
      tier: '',
    }));
    await audit.inventory(region, versions);
  }

  async function compare(inPrimary: Map<string, Stored>, inReplica: Map<string, Stored>): Promise<any> {
    const { now } = audit;
    // When these inventories are written, no version is in flight.
    audit.advance(2 * DAY_MS);
    await inventory(PRIMARY, inPrimary, now);
    await inventory(REPLICA, inReplica, now);
    const { last, failure } = await audit.audit();
    expect(failure).toBeUndefined();
    return last;
  }

  test('finds what the failback has listed, and nothing after the failback', async () => {
    const { startedAt, notReplicated, replicaThen, primary: inPrimary, replica: inReplica } = outcome;
    const before = (stored: Map<string, Stored>) =>
      new Map([...stored].filter(([, { createdAt }]) => createdAt < new Date(startedAt)));
    const then = await compare(before(inPrimary), before(replicaThen));
    expect(then).toMatchObject({ missing: notReplicated.size, different: 0 });
    const lines = audit.keys(`reports/${then.id}/${REPLICA}/`).flatMap((key) => {
      const content = audit.read(`s3://${audit.reports}/${key}`);
      return content.trim().split('\n').filter(Boolean);
    });
    expect(new Set(lines.map((line) => JSON.parse(line).versionId))).toEqual(notReplicated);
    expect(await compare(inPrimary, inReplica)).toMatchObject({ missing: 0, different: 0 });
  }, 120_000);
});

describe('the lists', () => {
  const Bucket = 'listed';
  let expected: Map<string, Stored>;
  beforeAll(async () => {
    primary.admin('mb', '--with-versioning', `here/${Bucket}`);
    const client = new S3Client({
      endpoint: `http://127.0.0.1:${primary.port}`,
      region: PRIMARY,
      credentials: CREDENTIALS,
      forcePathStyle: true,
    });
    const folders = ['films/2026/11', 'films/2025', 'séries 100%+1', 'a\tb\nc', '😀'];
    const keys = Array.from({ length: 3_600 }, (_, index) => `${folders[index % folders.length]}/${index}.mp4`);
    const write = async (key: string, index: number) => {
      for (let count = 0; count <= index % 3; count++) {
        await client.send(new PutObjectCommand({ Bucket, Key: key, Body: key }));
      }
      if (index % 4 === 0) await client.send(new DeleteObjectCommand({ Bucket, Key: key }));
    };
    const entries = keys.entries();
    const worker = async () => {
      for (const [index, key] of entries) await write(key, index);
    };
    await Promise.all(Array.from({ length: 20 }, worker));
    expected = await versionsOf(client, Bucket);
    client.destroy();
  }, 120_000);

  test.each([1, 2] as const)(
    'have every version and delete marker once, with version %i of the AWS CLI',
    async (version) => {
      const aws = new AwsCli(PRIMARY, { ...env, PATH: [dirname(AWS_CLI[version]), process.env.PATH].join(delimiter) });
      const found: [string, string][] = [];
      await eachKey([{ aws, bucket: Bucket } as Site], ([versions]) => {
        found.push(...versions.map(({ id, key }): [string, string] => [id, key]));
      });
      expect(found.length).toBe(expected.size);
      expect(new Map(found)).toEqual(new Map([...expected].map(([id, { key }]) => [id, key])));
    },
    120_000,
  );
});
