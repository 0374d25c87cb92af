import { AthenaError } from './errors';
import { AthenaGateway, Call } from './gateway';
import { AthenaWorld, locationOf, MODEL } from './operations';
import { Query, QueryFailure, WorkGroup } from './records';
import { SimulatedClock } from '../common/clock';
import { Fault, Faults } from '../common/faults';
import { SeededRandom } from '../common/random';
import { Simulator } from '../common/simulator';
import { Principal } from '../iam';

/** Executes the SQL of queries, and stores their results. */
export interface QueryEngine {
  /**
   * Runs a query with the permissions of its caller.
   *
   * @throws a `QueryFailed` for what fails the query
   */
  execute(query: Readonly<Query>): Promise<{
    readonly columns: readonly string[];
    readonly rows: readonly (readonly string[])[];
    readonly bytes: number;
  }>;
  /** Writes a result with the permissions of the caller. */
  write(location: string, body: string, principal: Principal | undefined): void;
}

/** What an engine throws to fail a query. */
export class QueryFailed extends Error {
  constructor(readonly failure: QueryFailure) {
    super(failure.reason);
  }
}

/** An event of EventBridge: https://docs.aws.amazon.com/athena/latest/ug/athena-events.html */
export interface StateChange {
  readonly 'detail-type': 'Athena Query State Change';
  readonly source: 'aws.athena';
  readonly detail: { readonly currentState: string; readonly queryExecutionId: string; readonly workgroupName: string };
}

export interface AthenaSimulatorOptions {
  readonly seed?: string;
  /** @default - a clock that follows real time */
  readonly clock?: SimulatedClock;
  readonly engine: QueryEngine;
  readonly principalOf?: (accessKeyId: string) => Principal | undefined;
  /** @default - everything is allowed */
  readonly isAllowed?: AthenaWorld['isAllowed'];
}

/** A fault of Athena. */
export class AthenaFault extends Fault {
  static throttled(): Fault {
    return Fault.answer(new AthenaError('TooManyRequestsException', 'Rate exceeded'));
  }

  static internal(): Fault {
    return Fault.answer(new AthenaError('InternalServerException', 'Internal error'));
  }
}

/**
 * The part of Athena that runs queries: an HTTP server on this machine. A query is queued until `settle`, which runs all
 * queued queries, writes their results as CSV, and returns the events that EventBridge would get.
 */
export class AthenaSimulator extends Simulator<Call> {
  static start(options: AthenaSimulatorOptions): Promise<AthenaSimulator> {
    return new AthenaSimulator(options).listen();
  }

  readonly faults: Faults<Call>;
  /** Fails queries, instead of running them. */
  fails?: (query: Readonly<Query>) => QueryFailure | undefined;
  private readonly world: AthenaWorld;

  private constructor(private readonly options: AthenaSimulatorOptions) {
    const { seed = 'athena', clock = new SimulatedClock() } = options;
    const { principalOf = () => undefined, isAllowed = () => true } = options;
    const stream = (purpose: string) => new SeededRandom(`${seed}/${purpose}`);
    const faults = new Faults<Call>(MODEL, stream('faults'));
    const world: AthenaWorld = { ids: stream('ids'), workGroups: new Map(), queries: new Map(), isAllowed };
    super(new AthenaGateway(world, principalOf, clock, faults, stream('request-ids')));
    this.faults = faults;
    this.world = world;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get queries(): readonly Readonly<Query>[] {
    return [...this.world.queries.values()];
  }

  putWorkGroup(workGroup: WorkGroup): void {
    this.world.workGroups.set(`${workGroup.region}/${workGroup.name}`, workGroup);
  }

  workGroupCalled(name: string, region: string): WorkGroup {
    return this.world.workGroups.get(`${region}/${name}`)!;
  }

  async settle(): Promise<StateChange[]> {
    const events: StateChange[] = [];
    for (const query of this.world.queries.values()) {
      if (query.state !== 'QUEUED') continue;
      await this.run(query);
      const detail = {
        currentState: query.state,
        queryExecutionId: query.id,
        workgroupName: query.workGroup.name,
      };
      events.push({ 'detail-type': 'Athena Query State Change', source: 'aws.athena', detail });
    }
    return events;
  }

  private async run(query: Query): Promise<void> {
    const { engine } = this.options;
    const planned = this.fails?.(query);
    if (planned) return fail(query, planned);
    try {
      const { columns, rows, bytes } = await engine.execute(query);
      query.bytesScanned = bytes;
      if (bytes > (query.workGroup.bytesScannedCutoff ?? Infinity)) {
        query.state = 'CANCELLED';
        query.reason = 'Query cancelled! : Bytes scanned limit was exceeded';
        return;
      }
      const lines = [columns, ...rows].map((row) => `${row.map(quoted).join(',')}\n`);
      engine.write(locationOf(query), lines.join(''), query.principal);
      query.state = 'SUCCEEDED';
    } catch (error) {
      if (!(error instanceof QueryFailed)) throw error;
      fail(query, error.failure);
    }
  }
}

function fail(query: Query, failure: QueryFailure): void {
  query.state = 'FAILED';
  query.reason = failure.reason;
  query.error = failure;
}

/** Athena quotes every value. */
const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;
