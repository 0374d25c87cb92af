import { createServer, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Call, Faults } from './faults';
import { Gateway, Hooks } from './gateway';
import { JobView, SimulatedJob } from './job';
import { jobOperations } from './job-operations';
import { resolveLocalhostNames } from './localhost-names';
import { canFailWith, OPERATION_NAMES } from './operations';
import { JobRegistry } from './registry';
import { Behaviour, DEFAULT_BEHAVIOUR } from './settings';
import { tagOperations } from './tag-operations';
import { World } from './world';
import { SimulatedClock } from '../chime/clock';
import { SeededRandom } from '../chime/random';
import { Faults as GenericFaults } from '../support/faults';

export interface S3ControlSimulatorOptions {
  /** The same seed gives the same ids and random faults for the same calls. @default 's3-control' */
  readonly seed?: string | number;
  /** @default - a clock that follows real time */
  readonly clock?: SimulatedClock;
  /** @default '111122223333' */
  readonly account?: string;
  /** Calls that are signed for another one are refused. @default 'us-east-1' */
  readonly region?: string;
  readonly behaviour?: Partial<Behaviour>;
}

/** The S3 Control API of one account in one region, as far as replication jobs need it: an HTTP server on this machine. */
export class S3ControlSimulator {
  static async start(options: S3ControlSimulatorOptions = {}): Promise<S3ControlSimulator> {
    const simulator = new S3ControlSimulator(options);
    await new Promise<void>((resolve, reject) => {
      simulator.server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    simulator.forgetNames = resolveLocalhostNames();
    return simulator;
  }

  readonly clock: SimulatedClock;
  readonly account: string;
  readonly region: string;
  readonly behaviour: Behaviour;
  readonly faults: Faults;
  private readonly world: World;
  private readonly gateway: Gateway;
  private readonly server: Server;
  private forgetNames?: () => void;

  private constructor({
    seed = 's3-control',
    clock = new SimulatedClock(),
    account = '111122223333',
    region = 'us-east-1',
    behaviour,
  }: S3ControlSimulatorOptions) {
    const stream = (purpose: string) => new SeededRandom(`${seed}/${purpose}`);
    this.clock = clock;
    this.account = account;
    this.region = region;
    this.behaviour = { ...DEFAULT_BEHAVIOUR, ...behaviour };
    this.faults = new GenericFaults({ operations: OPERATION_NAMES, canFailWith }, stream('faults'));
    this.world = {
      account,
      region,
      clock,
      ids: stream('ids'),
      behaviour: this.behaviour,
      registry: new JobRegistry(clock, this.behaviour),
    };
    const handlers = { ...jobOperations(this.world), ...tagOperations(this.world) };
    this.gateway = new Gateway(this.world, handlers, this.faults, stream('request-ids'));
    this.server = createServer((request, response) => void this.gateway.handle(request, response));
  }

  /** For AWS_ENDPOINT_URL_S3_CONTROL. A name, and not an address, since the SDK puts the account in front of it. */
  get endpoint(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  /** What other processes have to resolve, where names under localhost do not: HOSTS of test/e2e/support/hosts.cjs. */
  get hosts(): Record<string, string> {
    return { [`${this.account}.localhost`]: '127.0.0.1' };
  }

  /** Every call that was for an operation and had the headers that S3 wants, in the order of arrival. */
  get calls(): readonly Readonly<Call>[] {
    return this.gateway.calls;
  }

  /** What the test does around each call: see {@link Hooks}. */
  get hooks(): Hooks {
    return this.gateway.hooks;
  }

  set hooks(hooks: Hooks) {
    this.gateway.hooks = hooks;
  }

  /** All jobs, in the order of creation. */
  jobs(): JobView[] {
    return [...this.world.registry.all.keys()].map((jobId) => this.job(jobId).view);
  }

  /** A job, for the test to do its work. */
  job(jobId: string): SimulatedJob {
    const record = this.world.registry.all.get(jobId);
    if (!record) throw new Error(`There is no job ${jobId}`);
    return new SimulatedJob(this.world, record);
  }

  async stop(): Promise<void> {
    this.forgetNames?.();
    await new Promise<void>((resolve, reject) => {
      this.server.close((error) => (error ? reject(error) : resolve()));
      this.server.closeAllConnections();
    });
  }
}
