import * as fc from 'fast-check';
import { ACCOUNT } from './support/deployment/deployments';
import { DynamoDbLocal } from './support/dynamodb-local';
import { MediaApp, mediaApp, MediaLife } from './support/media-life';
import { MediaReplicaProps } from '../../src';
import { Readiness as Mode } from '../../src/stored/routing/contract';
import { Arrivals } from '../../src/stored/routing/runtime/arrivals';
import { mediaCopy } from '../../src/stored/routing/runtime/media-copy';
import { ObjectReader } from '../../src/stored/routing/runtime/object-reader';
import { parsePreferences } from '../../src/stored/routing/runtime/preferences';
import { Readiness } from '../../src/stored/routing/runtime/readiness';
import { ReplicaStates } from '../../src/stored/routing/runtime/replica-states';
import { isForReplica } from '../../src/stored/routing/runtime/rule';
import { accessKeyOf, Bucket, currentOf, find, Version } from '../simulators/s3';

const MINUTE = 60_000;
const REPLICAS = ['eu-west-1', 'ap-southeast-2'] as const;
const PREFIX: Readonly<Record<string, string>> = { 'eu-west-1': '', 'ap-southeast-2': 'films/' };
const MODES: readonly Mode[] = ['delay', 'exact'];

let dynamo: DynamoDbLocal;
beforeAll(async () => {
  dynamo = await DynamoDbLocal.start();
});
afterAll(() => dynamo?.stop());

/** A router in front of a life: links to the replicas are followed at once, and their objects must be there. */
class Viewers {
  readonly reasons = new Map<string, number>();
  links = 0;
  private readonly states: ReplicaStates;
  private readonly routers = new Map<Mode, Readiness>();
  private readonly copies = new Map<string, ReturnType<typeof mediaCopy>>();

  constructor(private readonly life: MediaLife) {
    const { s3 } = life.cloud;
    const env = { AWS_ENDPOINT_URL_S3: s3.endpoint };
    process.env.AWS_ENDPOINT_URL_DYNAMODB = life.cloud.dynamo.endpoint;
    process.env.AWS_ACCESS_KEY_ID = process.env.AWS_SECRET_ACCESS_KEY = 'test';
    const unavailable = (error: unknown) => {
      throw error;
    };
    const now = () => s3.clock.now();
    this.states = new ReplicaStates(life.tableName, 'us-east-1', { stateUnavailable: unavailable }, now);
    const accessKeyId = accessKeyOf(`arn:aws:iam::${ACCOUNT}:role/Studio-Reader`);
    const reader = new ObjectReader(async () => ({ accessKeyId, secretAccessKey: 'secret' }));
    const primary = mediaCopy('primary', ['us-east-1', life.bucketIn().name], env);
    for (const mode of MODES) {
      const arrivals = new Arrivals(reader, primary, now);
      const props = { mode, timeoutMs: 60_000, arrivals, states: this.states, hasSeveralReplicas: true };
      this.routers.set(mode, new Readiness(props));
    }
    for (const region of REPLICAS) {
      const holdings = { prefix: PREFIX[region] || undefined };
      const { name } = life.bucketIn(region);
      this.copies.set(region, mediaCopy('replica', [region, name], env, holdings));
    }
  }

  /** @returns the links that answer 404 although the primary has the object */
  async read(versions: readonly Version[], region: string, mode: Mode, isDated: boolean, withVersion: boolean) {
    const now = this.life.cloud.s3.clock.now();
    const objects = versions.map(({ key, versionId, completedAt }) => ({
      key,
      versionId: withVersion ? versionId : undefined,
      createdAt: isDated ? completedAt : undefined,
    }));
    const preferences = parsePreferences('{}', ['us-east-1', ...REPLICAS]);
    const copy = this.copies.get(region)!;
    const reasons = await this.routers.get(mode)!.of(objects, copy, preferences, now);
    const replica = this.life.bucketIn(region);
    return reasons.flatMap((reason, index) => {
      this.links++;
      this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
      const { key, versionId } = versions[index];
      const version = withVersion ? find(replica, key, versionId) : currentOf(replica, key);
      if (!isForReplica(reason) || (version && !version.isDeleteMarker)) return [];
      return [`${key} ${versionId} in ${region}: ${reason} (${mode}, ${isDated ? 'dated' : 'undated'})`];
    });
  }
}

type Step =
  | { readonly do: 'upload'; readonly key: number; readonly minutesInParts: number }
  | { readonly do: 'hold'; readonly region: string }
  | { readonly do: 'release' | 'replicate' | 'work' | 'repair' | 'break' | 'fix' }
  | { readonly do: 'deploy'; readonly regions: readonly string[]; readonly paused: readonly string[] }
  | {
      readonly do: 'read';
      readonly region: string;
      readonly mode: Mode;
      readonly isDated: boolean;
      readonly withVersion: boolean;
      readonly seed: number;
    };

const step = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.record({
      do: fc.constant('upload' as const),
      key: fc.integer({ min: 0, max: 60 }),
      minutesInParts: fc.constantFrom(0, 0, 0, 45),
    }),
  },
  {
    weight: 40,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      region: fc.constantFrom(...REPLICAS),
      mode: fc.constantFrom(...MODES),
      isDated: fc.boolean(),
      withVersion: fc.boolean(),
      seed: fc.nat(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('hold' as const), region: fc.constantFrom(...REPLICAS) }) },
  {
    weight: 40,
    arbitrary: fc.record({
      do: fc.constantFrom('replicate', 'replicate', 'replicate', 'work', 'work', 'release'),
    }) as fc.Arbitrary<Step>,
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('repair', 'break', 'fix', 'fix') }) as fc.Arbitrary<Step>,
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('deploy' as const),
      regions: fc.constantFrom<readonly string[]>(REPLICAS, REPLICAS, ['eu-west-1'], ['ap-southeast-2']),
      paused: fc.constantFrom<readonly string[]>([], [], ['eu-west-1'], ['ap-southeast-2']),
    }),
  },
);

const apps = new Map<string, MediaApp>();

/** The same apps are deployed again and again. Synthesis takes longer than their deployment. */
function appWith(replicas: MediaReplicaProps[]): MediaApp {
  const key = JSON.stringify(replicas);
  if (!apps.has(key)) apps.set(key, mediaApp({ props: { replicas } }));
  return apps.get(key)!;
}

/** Walks through steps. Between two of them, one to three minutes pass, and S3 reports what is late. */
class Walk {
  private viewers!: Viewers;
  private ireland!: Bucket;
  private regions: readonly string[] = [];
  private paused: readonly string[] = [];
  private readonly held = new Set<string>();
  private sinceWork = 0;
  private steps = 0;

  constructor(private readonly life: MediaLife) {
    const { replicator } = life.cloud.s3;
    // A region that is slow does not hold back everything.
    replicator.isHeld = (destination, { ordinal }) =>
      [...this.held].some((region) => destination.includes(region)) && ordinal % 3 > 0;
  }

  async start(): Promise<void> {
    await this.deploy(REPLICAS, []);
    this.viewers = new Viewers(this.life);
    this.ireland = this.life.bucketIn('eu-west-1');
  }

  get counts() {
    return this.viewers;
  }

  async take(next: Step): Promise<string[]> {
    const { cloud } = this.life;
    cloud.advance((1 + (++this.steps % 3)) * MINUTE);
    cloud.s3.replicator.reportLate();
    // The schedule of the worker.
    if (++this.sinceWork >= 3) await this.work();
    switch (next.do) {
      case 'upload':
        this.life.upload(`${next.key % 2 ? 'films' : 'posters'}/${next.key}`, next.minutesInParts * MINUTE);
        return [];
      case 'hold':
        this.held.add(next.region);
        return [];
      case 'release':
        this.held.clear();
        return [];
      case 'replicate':
        await cloud.settle();
        return [];
      case 'work':
        await this.work();
        return [];
      case 'repair':
        cloud.advance(24 * 60 * MINUTE);
        await cloud.runSchedules('minutes');
        return [];
      case 'break':
      case 'fix':
        this.irelandsKey.enabled = next.do === 'fix';
        return [];
      case 'deploy':
        await this.deploy(next.regions, next.paused);
        return [];
      case 'read':
        return this.read(next);
    }
  }

  /** Without its key, objects fail to replicate, and S3 does not try again. */
  private get irelandsKey() {
    const { region, account, encryption } = this.ireland;
    return this.life.cloud.s3.keys.resolve(encryption!.key!, region, account)!;
  }

  private async work(): Promise<void> {
    this.sinceWork = 0;
    await this.life.cloud.runSchedules('minutes');
  }

  private async deploy(regions: readonly string[], paused: readonly string[]): Promise<void> {
    this.regions = regions;
    this.paused = paused.filter((region) => regions.includes(region));
    const replicas = regions.map((region): MediaReplicaProps => {
      const prefix = PREFIX[region] || undefined;
      return { region, prefix, enabled: !this.paused.includes(region) };
    });
    await this.life.deploy(appWith(replicas), { quiet: true });
  }

  private async read({ region, mode, isDated, withVersion, seed }: Step & { readonly do: 'read' }): Promise<string[]> {
    // The router links to the primary for paused replicas, and for those that it does not have.
    if (!this.regions.includes(region) || this.paused.includes(region)) return [];
    const { versions } = this.life.bucketIn();
    const chosen = versions.filter((version, index) => {
      const isReadable = withVersion || currentOf(this.life.bucketIn(), version.key) === version;
      return isReadable && (index * 7 + seed) % 5 === 0;
    });
    return this.viewers.read(chosen, region, mode, isDated, withVersion);
  }
}

test('in a random walk, no link to a replica answers 404', async () => {
  const walks: Walk[] = [];
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 500, maxLength: 500, size: 'max' }), async (steps) => {
      const life = await MediaLife.start(dynamo);
      try {
        const walk = new Walk(life);
        walks.push(walk);
        await walk.start();
        for (const each of steps) expect([each, await walk.take(each)]).toEqual([each, []]);
      } finally {
        await life.stop();
      }
    }),
    { numRuns: 20, seed: 14, endOnFailure: true },
  );
  const total = new Map<string, number>();
  for (const { counts } of walks) {
    counts.reasons.forEach((n, reason) => total.set(reason, (total.get(reason) ?? 0) + n));
  }
  // The walks see all situations, and most links point to a replica.
  const reached = [...total].filter(([, count]) => count > 100).map(([reason]) => reason);
  expect(reached).toEqual(
    expect.arrayContaining([
      'in-replica',
      'delay-over',
      'too-new',
      'not-backfilled',
      'replication-failed',
      'not-in-replica',
    ]),
  );
  const near = (total.get('in-replica') ?? 0) + (total.get('delay-over') ?? 0);
  expect(near / [...total.values()].reduce((sum, each) => sum + each)).toBeGreaterThan(0.3);
}, 600_000);
