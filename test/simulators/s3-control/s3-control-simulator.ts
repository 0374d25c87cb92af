import { Call } from './faults';
import { S3ControlGateway } from './gateway';
import { JobView, SimulatedJob } from './job';
import { jobOperations } from './job-operations';
import { resolveLocalhostNames } from './localhost-names';
import { MODEL } from './operations';
import { JobRegistry } from './registry';
import { Behaviour, DEFAULT_BEHAVIOUR } from './settings';
import { tagOperations } from './tag-operations';
import { World } from './world';
import { SimulatedClock } from '../common/clock';
import { Faults } from '../common/faults';
import { SeededRandom } from '../common/random';
import { Simulator } from '../common/simulator';

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
export class S3ControlSimulator extends Simulator<Call> {
  static async start(options: S3ControlSimulatorOptions = {}): Promise<S3ControlSimulator> {
    const simulator = await new S3ControlSimulator(options).listen();
    simulator.forgetNames = resolveLocalhostNames();
    return simulator;
  }

  readonly clock: SimulatedClock;
  readonly account: string;
  readonly region: string;
  readonly behaviour: Behaviour;
  readonly faults: Faults<Call>;
  private readonly world: World;
  private forgetNames?: () => void;

  private constructor({
    seed = 's3-control',
    clock = new SimulatedClock(),
    account = '111122223333',
    region = 'us-east-1',
    behaviour,
  }: S3ControlSimulatorOptions) {
    const stream = (purpose: string) => new SeededRandom(`${seed}/${purpose}`);
    const completed = { ...DEFAULT_BEHAVIOUR, ...behaviour };
    const faults = new Faults<Call>(MODEL, stream('faults'));
    const world: World = {
      account,
      region,
      clock,
      ids: stream('ids'),
      behaviour: completed,
      registry: new JobRegistry(clock, completed),
    };
    const handlers = { ...jobOperations(world), ...tagOperations(world) };
    super(new S3ControlGateway(world, handlers, faults, stream('request-ids')));
    this.clock = clock;
    this.account = account;
    this.region = region;
    this.behaviour = world.behaviour;
    this.faults = faults;
    this.world = world;
  }

  /** For AWS_ENDPOINT_URL_S3_CONTROL. A name, and not an address, since the SDK puts the account in front of it. */
  get endpoint(): string {
    return `http://localhost:${this.port}`;
  }

  /** What other processes have to resolve, where names under localhost do not: HOSTS of test/e2e/support/hosts.cjs. */
  get hosts(): Record<string, string> {
    return { [`${this.account}.localhost`]: '127.0.0.1' };
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

  override async stop(): Promise<void> {
    this.forgetNames?.();
    await super.stop();
  }
}
