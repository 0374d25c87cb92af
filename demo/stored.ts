import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { StoredObjects, StoredSettings } from './contract';
import { MediaRouter, ReplicatedMediaBucket } from '../src';
import { AppConfig } from '../test/e2e/support/app-config';
import { Cloud } from '../test/e2e/support/deployment/cloud';
import { ACCOUNT, Deployments } from '../test/e2e/support/deployment/deployments';
import { DynamoDbLocal } from '../test/e2e/support/dynamodb-local';

const MINUTE_MS = 60_000;
const STACK = 'Studio';
const PRIMARY = 'us-east-1';
const DUBLIN = 'eu-west-1';
const SYDNEY = 'ap-southeast-2';
const IP_RANGES = [
  { cidr: '10.20.0.0/16', region: DUBLIN },
  { cidr: '10.30.0.0/16', region: SYDNEY },
];
const SETTINGS: StoredSettings = {
  addresses: [
    { address: '10.20.1.5', description: 'Office in Dublin' },
    { address: '10.30.1.5', description: 'Office in Sydney' },
    { address: '198.51.100.7', description: 'Somewhere else' },
  ],
  regions: [PRIMARY, DUBLIN, SYDNEY],
};
const OLD = ['films/premiere.mp4', 'films/trailer.mp4', 'posters/premiere.png'];
/** S3 needs longer than the threshold of Replication Time Control to replicate it to Dublin. */
const LATE = 'films/trailer.mp4';
const AGE_MINUTES = 180;
const NEW = 'films/dailies-1.mp4';

/** A replicated bucket and its router, deployed to simulators. */
export class StoredDemo {
  static async start(dynamo: DynamoDbLocal): Promise<StoredDemo> {
    const appConfig = new AppConfig();
    await appConfig.start();
    const cloud = await Cloud.start(dynamo, { AWS_ENDPOINT_URL_APPCONFIGDATA: appConfig.endpoint });
    const outdir = mkdtempSync(join(tmpdir(), 'demo-'));
    const { assembly, bucketName } = synthesise(outdir);
    appConfig.document = preferencesIn(assembly);
    const deployments = new Deployments(cloud);
    await deployments.deploy(assembly);
    const demo = new StoredDemo(cloud, appConfig, outdir, deployments.resolve(STACK, bucketName));
    await demo.fill();
    return demo;
  }

  readonly settings = SETTINGS;
  private uploads = 1;

  private constructor(
    private readonly cloud: Cloud,
    private readonly appConfig: AppConfig,
    private readonly outdir: string,
    private readonly bucket: string,
  ) {}

  objects(): StoredObjects {
    const { versions } = this.cloud.s3.buckets.get(this.bucket);
    const at = (time: number) => new Date(time).toISOString();
    return {
      now: at(this.cloud.s3.clock.now()),
      objects: versions.map(({ key, completedAt }) => ({ key, createdAt: at(completedAt) })),
    };
  }

  /** Asks the router as the server of an application does. */
  async links(request: object): Promise<object> {
    const router = [...this.cloud.functions.values()].find(({ logicalId }) => logicalId.startsWith('RouterFunction'))!;
    return (await this.cloud.invoke(router.arn, { ...request, operation: 'ResolveLinks' })).links;
  }

  upload(): void {
    this.put(`films/dailies-${++this.uploads}.mp4`);
  }

  /** Lets time pass, in which S3 replicates and the schedules run. */
  async advance(minutes: number): Promise<void> {
    this.cloud.advance(minutes * MINUTE_MS);
    await this.cloud.settle();
    await this.cloud.runSchedules('minutes');
  }

  async stop(): Promise<void> {
    await this.cloud.stop();
    this.appConfig.stop();
    rmSync(this.outdir, { recursive: true, force: true });
  }

  private async fill(): Promise<void> {
    const { replicator } = this.cloud.s3;
    replicator.isHeld = (destination, { key }) => key === LATE && destination.includes(DUBLIN);
    await this.advance(1);
    for (const key of OLD) this.put(key);
    for (let minutes = 0; minutes < AGE_MINUTES; minutes += 30) await this.advance(30);
    this.put(NEW);
  }

  private put(key: string): void {
    this.cloud.s3.buckets.put(this.bucket, key, `This is ${key}.\n`);
  }
}

function synthesise(outdir: string): { assembly: CloudAssembly; bucketName: unknown } {
  const app = new App({ outdir, analyticsReporting: false });
  const stack = new Stack(app, STACK, { env: { region: PRIMARY, account: ACCOUNT } });
  const media = new ReplicatedMediaBucket(stack, 'Media', {
    replicas: [{ region: DUBLIN }, { region: SYDNEY, prefix: 'films/' }],
  });
  new MediaRouter(stack, 'Router', { media, ipRanges: IP_RANGES });
  return { assembly: app.synth(), bucketName: stack.resolve(media.primary.bucketName) };
}

/** The document that the template stores in AppConfig. */
function preferencesIn(assembly: CloudAssembly): string {
  const { Resources } = assembly.getStackByName(STACK).template;
  const versions = Object.values<any>(Resources).filter(
    ({ Type }) => Type === 'AWS::AppConfig::HostedConfigurationVersion',
  );
  return versions[0].Properties.Content;
}
