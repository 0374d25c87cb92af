import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { TestAuthority } from './certificates';
import { DeployedFunction, fillIn, Resolve } from './deployed-function';
import { Dns } from './dns';
import { Gate } from './gate';
import { LambdaEndpoint } from './lambda-endpoint';
import { Minio } from './minio';
import { ProxyServer } from './proxy-server';
import { CREDENTIALS } from './s3-server';
import { BucketPlace, hostOf, S3World } from './s3-world';
import { Upstream } from './upstream';
import { ReplicatedMediaBucket, ReplicationCanary } from '../../../src';

export const PRIMARY = 'us-east-1';
export const REPLICA = 'eu-west-1';
const BUCKETS = { [PRIMARY]: 'canary-primary', [REPLICA]: 'canary-replica' };
const PORTS = { [PRIMARY]: 9100, [REPLICA]: 9110 };
const ADDRESSES = { [PRIMARY]: '127.0.0.2', [REPLICA]: '127.0.0.3' };
const STACK = 'Canaries';
const ACCOUNT = '111111111111';
const NAMESERVER = '127.0.0.4';
const PROXY = {
  name: 'media.eu.example.com',
  /** The DNS name of the load balancer, which resolves to the address. */
  balancer: 'balancer.eu.example.com',
  address: '127.0.0.5',
  port: 8080,
  /** The address of S3 for the servers. */
  s3: '127.0.0.6',
};

type Region = keyof typeof BUCKETS;

export interface CanaryWorldOptions {
  readonly proxy?: boolean;
  /** The tags that the rule in the template requires. `replicate` creates the rule of the server. */
  readonly tags?: Record<string, string>;
}

/**
 * Two MinIO servers with the host names of S3 and a request counter in front of each, the canary of the template, and
 * optionally the proxy and the probe of the template of the replica's stack.
 */
export class CanaryWorld {
  static async start(options: CanaryWorldOptions): Promise<CanaryWorld> {
    const dir = mkdtempSync(join(tmpdir(), 'canary-'));
    const authority = new TestAuthority(dir);
    writeFileSync(join(dir, 'ca.pem'), authority.certificate);
    const world = new CanaryWorld(dir, authority, synthesise(dir, options));
    await Promise.all(Object.values(world.servers).map((server) => server.start()));
    for (const region of [PRIMARY, REPLICA] as const) {
      const { bucket, port } = await world.place(region);
      world.places.push({ region, bucket, address: ADDRESSES[region], port });
      world.servers[region].admin('mb', '--with-versioning', `here/${bucket}`);
    }
    world.s3 = new S3World(authority, world.places);
    await world.s3.start();
    await world.lambda.start();
    world.lambdaUrl = await world.gate.before(world.lambda.endpoint);
    if (options.proxy) await world.startProxy();
    await world.restart();
    return world;
  }

  readonly gate = new Gate();
  readonly servers: Record<string, Minio>;
  readonly lambda = new LambdaEndpoint();
  s3!: S3World;
  canary!: DeployedFunction;
  probe?: DeployedFunction;
  proxy?: ProxyServer;
  private readonly places: BucketPlace[] = [];
  private readonly started: DeployedFunction[] = [];
  private lambdaUrl = '';
  private balancer?: Upstream;
  private s3ForProxy?: Upstream;
  private dns?: Dns;

  private constructor(
    private readonly dir: string,
    private readonly authority: TestAuthority,
    private readonly assembly: CloudAssembly,
  ) {
    this.servers = Object.fromEntries(
      [PRIMARY, REPLICA].map((region) => [region, new Minio({ dir, region, port: PORTS[region as Region] })]),
    );
  }

  /** The prefix of the keys of the canary's objects. */
  get folder(): string {
    return this.settings.folder;
  }

  /** Starts another process of the canary, like Lambda does if the first one is busy or crashed. */
  async another(): Promise<DeployedFunction> {
    const fn = this.deploy(STACK, 'CanaryFunction', {
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_ENDPOINT_URL_LAMBDA: this.lambdaUrl,
      HOSTS: JSON.stringify(this.s3.hosts),
    });
    return fn.start();
  }

  async restart(): Promise<void> {
    this.canary?.kill();
    this.canary = await this.another();
  }

  /** Starts replication from the primary to the replica, optionally only of objects with a tag. */
  replicate(tag?: string): void {
    this.servers[PRIMARY].admin(
      ...['replicate', 'add', `here/${BUCKETS[PRIMARY]}`, '--priority', '1'],
      ...['--remote-bucket', `${this.servers[REPLICA].url}/${BUCKETS[REPLICA]}`],
      ...(tag ? ['--replicate', 'existing-objects', '--tags', tag] : ['--replicate', 'existing-objects,delete-marker']),
      '--sync',
    );
  }

  /** Removes the replication rule. */
  unreplicate(): void {
    this.servers[PRIMARY].admin('replicate', 'rm', '--all', '--force', `here/${BUCKETS[PRIMARY]}`);
  }

  /** Replicates the objects that were put before the rule was created. */
  resync(): void {
    const here = `here/${BUCKETS[PRIMARY]}`;
    const { rule } = JSON.parse(this.servers[PRIMARY].admin('replicate', 'ls', '--json', here));
    this.servers[PRIMARY].admin('replicate', 'resync', 'start', here, '--remote-bucket', rule.Destination.Bucket);
  }

  /** Lists every version and delete marker of a copy, without the counter: `<key> <version id>`. */
  async versions(region: string): Promise<string[]> {
    const { Versions = [], DeleteMarkers = [] } = await this.direct(region).send(
      new ListObjectVersionsCommand({ Bucket: BUCKETS[region as Region] }),
    );
    return [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => `${Key} ${VersionId}`);
  }

  async leftovers(): Promise<string[]> {
    const all = await Promise.all([PRIMARY, REPLICA].map(async (region) => [region, await this.versions(region)]));
    return all.flatMap(([region, versions]) => (versions as string[]).map((version) => `${region}: ${version}`));
  }

  /** Whether replication is complete. */
  async settled(): Promise<boolean> {
    const s3 = this.direct(PRIMARY);
    const Bucket = BUCKETS[PRIMARY];
    const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    const heads = Versions.map(({ Key, VersionId }) => s3.send(new HeadObjectCommand({ Bucket, Key, VersionId })));
    return (await Promise.all(heads)).every(({ ReplicationStatus }) => ReplicationStatus === 'COMPLETED');
  }

  /** Deletes every version in a copy. */
  async empty(region: string): Promise<void> {
    const Bucket = BUCKETS[region as Region];
    for (const version of await this.versions(region)) {
      const [VersionId, ...key] = version.split(' ').reverse();
      await this.direct(region).send(new DeleteObjectCommand({ Bucket, Key: key.reverse().join(' '), VersionId }));
    }
  }

  /** Hides the object behind a delete marker. */
  async hide(region: string, Key: string): Promise<void> {
    await this.direct(region).send(new DeleteObjectCommand({ Bucket: BUCKETS[region as Region], Key }));
  }

  async put(region: string, Key: string): Promise<void> {
    await this.direct(region).send(new PutObjectCommand({ Bucket: BUCKETS[region as Region], Key, Body: Key }));
  }

  /** A client that connects directly to the server. */
  direct(region: string): S3Client {
    const endpoint = `http://127.0.0.1:${PORTS[region as Region]}`;
    return new S3Client({ region, endpoint, forcePathStyle: true, credentials: CREDENTIALS });
  }

  async stop(): Promise<void> {
    for (const fn of this.started) fn.kill();
    this.proxy?.stop();
    this.dns?.close();
    await this.balancer?.close();
    await this.s3ForProxy?.close();
    await this.s3.stop();
    this.gate.stop();
    this.lambda.stop();
    for (const server of Object.values(this.servers)) server.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  private get settings(): any {
    const { Resources } = this.assembly.getStackByName(STACK).template;
    const [fn] = Object.entries<any>(Resources).find(
      ([id, { Type }]) => /^CanaryFunction/.test(id) && /n$/.test(Type),
    )!;
    const { Variables } = Resources[fn].Properties.Environment;
    return JSON.parse(fillIn(Variables.REPLICATION_CANARY_SETTINGS, PRIMARY, resolve));
  }

  private async place(region: Region): Promise<{ bucket: string; port: number }> {
    const before = await this.gate.before(`http://127.0.0.1:${PORTS[region]}`);
    return { bucket: BUCKETS[region], port: Number(new URL(before).port) };
  }

  private deploy(stackName: string, logicalId: string, env: Record<string, string>): DeployedFunction {
    const fn = DeployedFunction.from({
      assembly: this.assembly,
      stackName,
      logicalId,
      resolve,
      env: { NODE_EXTRA_CA_CERTS: join(this.dir, 'ca.pem'), ...env },
    });
    this.started.push(fn);
    return fn;
  }

  /** Starts the server of the proxy with the command of the template, a TLS terminator in front of it, and the probe. */
  private async startProxy(): Promise<void> {
    const replicaStack = this.assembly.stacks.find(({ environment }) => environment.region === REPLICA)!;
    const resources = Object.values<any>(replicaStack.template.Resources);
    const task = resources.find(({ Type }) => Type === 'AWS::ECS::TaskDefinition');
    const [{ EntryPoint, Command }] = task.Properties.ContainerDefinitions;
    const host = hostOf(this.places[1]);
    this.dns = new Dns(host);
    // Without the counter, because the health checks of the servers also send requests to S3.
    this.s3ForProxy = new Upstream(PROXY.s3, PORTS[REPLICA], this.authority.issue(host));
    await this.s3ForProxy.listen();
    this.dns.addresses = [PROXY.s3];
    await this.dns.listen(NAMESERVER);
    this.proxy = new ProxyServer({
      command: fillIn([...EntryPoint, ...Command], REPLICA, resolve),
      port: PROXY.port,
      nameserver: NAMESERVER,
      authority: this.authority.certificate,
    });
    await this.proxy.start();
    this.balancer = new Upstream(PROXY.address, PROXY.port, this.authority.issue(PROXY.name));
    await this.balancer.listen();
    this.probe = this.deploy(replicaStack.stackName, 'CanaryProbe', {
      HOSTS: JSON.stringify({ [PROXY.balancer]: PROXY.address }),
    });
    await this.probe.start();
    const probe = resources.find(({ Properties }) => /^canary-\w+-probe$/.test(Properties?.FunctionName));
    const arn = `arn:aws:lambda:${REPLICA}:${ACCOUNT}:function:${probe.Properties.FunctionName}`;
    this.lambda.functions.set(arn, this.probe);
  }
}

/** The values that CloudFormation would resolve. */
const resolve: Resolve = (logicalId, attribute) => {
  if (attribute === 'DNSName') return PROXY.balancer;
  if (/PrimaryBucket/.test(logicalId)) return BUCKETS[PRIMARY];
  if (/ReplicaBucket/.test(logicalId)) return BUCKETS[REPLICA];
  return logicalId.toLowerCase();
};

function synthesise(dir: string, { proxy, tags }: CanaryWorldOptions): CloudAssembly {
  const app = new App({ outdir: join(dir, 'cdk.out'), analyticsReporting: false });
  const stack = new Stack(app, STACK, { env: { region: PRIMARY, account: ACCOUNT } });
  const media = new ReplicatedMediaBucket(stack, 'Media', {
    bucketName: BUCKETS[PRIMARY],
    replicas: [
      {
        region: REPLICA,
        bucketName: BUCKETS[REPLICA],
        proxy: proxy ? { domainName: PROXY.name } : undefined,
        tags,
        deleteMarkerReplication: tags === undefined,
      },
    ],
  });
  new ReplicationCanary(stack, 'Canary', { media, timeout: Duration.seconds(10) });
  return app.synth();
}
