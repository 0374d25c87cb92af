import { Athena, Throttled } from './athena';
import { gapsOf, hashOfFacts, inFlightBetween } from './facts';
import { Findings } from './findings';
import { InventoryProblem, InventoryReader } from './inventory-reader';
import { withMethods } from './methods';
import { Reports } from './report/reports';
import { ResultReader } from './result-reader';
import { fingerprint, LifecycleFact, parseDigestRow, parseTotals, totalsProblem } from './sql';
import { AuditState, Problem, ReplicaComparison, Run, RunCopy } from './state';
import { StateStore, StoredState } from './state-store';
import { openTasks, Task } from './tasks';
import { Telemetry } from './telemetry';
import { Deadline } from '../../../private/runtime/deadline';
import { ReplicaSummary } from '../../backfill/contract';
import { AuditSettings, CopySettings } from '../contract';

/** Athena runs at least five queries of an account at the same time by default. Other workloads need some of them. */
const CONCURRENT_QUERIES = 3;
const MAX_ATTEMPTS = 3;
/** The comparison fails with more, because each pass scans the inventories again. */
const MAX_PASSES = 1_024;

export interface AuditParts {
  readonly settings: AuditSettings;
  readonly store: StateStore;
  readonly inventories: Pick<InventoryReader, 'latest'>;
  readonly athena: Athena;
  readonly results: ResultReader;
  readonly findings: Findings;
  readonly reports: Reports;
  readonly lifecycleOf: (copy: CopySettings) => Promise<LifecycleFact[]>;
  readonly summaryOf: (replica: string) => Promise<ReplicaSummary | undefined>;
  readonly telemetry: Telemetry;
}

/**
 * Advances the audit from its stored state. It can be interrupted between any two calls: what was done is repeated with the
 * same result, until the state that says so is saved. Of two invocations at the same time, one saves and the other stops.
 */
export class Audit {
  constructor(private readonly parts: AuditParts) {}

  /** Advances as far as possible without waiting, or until the deadline. */
  async advance(deadline: Deadline): Promise<AuditState> {
    let stored = await this.parts.store.load();
    try {
      while (!deadline.isOver) {
        const next = await this.step(stored, deadline);
        if (!next) break;
        stored = next;
      }
    } catch (error) {
      if (!(error instanceof Throttled)) throw error;
      this.parts.telemetry.throttled(error);
    }
    return stored.state;
  }

  /** @returns undefined if there is nothing to do until a query ends or an inventory arrives */
  private async step(stored: StoredState, deadline: Deadline): Promise<StoredState | undefined> {
    const { state } = stored;
    if (!state.run) return state.request ? this.begin(stored) : undefined;
    const { run } = state;
    const tasks = openTasks(run, this.parts.settings);
    if (tasks.length === 0) return this.conclude(stored, run);
    for (const task of tasks.slice(0, CONCURRENT_QUERIES)) {
      const next = await this.attempt(stored, run, task, deadline);
      if (next) return next;
    }
    return undefined;
  }

  /** Chooses the inventories and the facts, which stay the same for the whole run. */
  private async begin(stored: StoredState): Promise<StoredState | undefined> {
    const { state } = stored;
    const { settings, inventories, store, telemetry } = this.parts;
    const startedAt = new Date().toISOString();
    const { requestedAt, prefix, since } = state.request!;
    const all = [settings.primary, ...settings.replicas];
    const copies: RunCopy[] = [];
    for (const copy of all) {
      try {
        const found = await inventories.latest(copy);
        if (!found) {
          const missing = `There is no complete inventory of the copy in ${copy.region} yet.`;
          return await this.wait(stored, `${missing} S3 writes the first one within 48 hours.`);
        }
        const lifecycle = await this.parts.lifecycleOf(copy);
        copies.push({ region: copy.region, database: settings.database, table: copy.table, ...found, lifecycle });
      } catch (error) {
        if (!(error instanceof InventoryProblem)) throw error;
        return this.wait(stored, error.message);
      }
    }
    const gaps = await Promise.all(
      settings.replicas.map(async ({ bucket }) => gapsOf(await this.parts.summaryOf(bucket), startedAt)),
    );
    const run: Run = {
      id: startedAt.replace(/[-:.]/g, ''),
      ...{ requestedAt, startedAt, prefix, since, copies },
      facts: hashOfFacts({ prefix, since }, settings, copies, gaps),
      comparisons: settings.replicas.map(({ region }, index) => ({
        ...{ region, gaps: gaps[index], done: [], groups: [], handedOver: 0 },
        inFlightAfter: inFlightBetween(copies[0], copies[index + 1]),
      })),
      ...{ queries: {}, attempts: {} },
    };
    telemetry.started(run);
    return store.save({ ...state, request: undefined, waiting: undefined, run }, stored);
  }

  /** @returns undefined if the reason is known already */
  private async wait(stored: StoredState, message: string): Promise<StoredState | undefined> {
    const { state } = stored;
    if (state.waiting?.message === message) return undefined;
    this.parts.telemetry.waiting(message);
    await this.parts.store.save({ ...state, waiting: problem(message) }, stored);
    return undefined;
  }

  private async attempt(
    stored: StoredState,
    run: Run,
    task: Task,
    deadline: Deadline,
  ): Promise<StoredState | undefined> {
    const { athena, settings, store } = this.parts;
    const started = run.queries[task.name];
    if (!started) {
      const attempt = (run.attempts[task.name] ?? 0) + 1;
      const executionId = await athena.start(task.sql, task.region, [
        settings.name,
        run.id,
        task.name,
        String(attempt),
      ]);
      const queries = { ...run.queries, [task.name]: { executionId, attempt } };
      return store.save({ ...stored.state, run: { ...run, queries } }, stored);
    }
    const result = await athena.resultOf(started.executionId, task.region);
    if (result.state === 'running') return undefined;
    const { [task.name]: _, ...queries } = run.queries;
    if (result.state === 'succeeded') {
      const read = await this.read(stored.state, run, task, result.location, deadline);
      if (typeof read === 'string') return this.fail(stored, read);
      return store.save({ ...stored.state, run: { ...read, queries } }, stored);
    }
    this.parts.telemetry.queryFailed(task.name, result.reason);
    if (result.verdict === 'memory' && task.kind === 'pass') return this.divide(stored, run, task.comparison);
    if (result.verdict === 'final' || started.attempt >= MAX_ATTEMPTS) {
      return this.fail(stored, `Athena failed at ${task.name}: ${result.reason}`);
    }
    const attempts = { ...run.attempts, [task.name]: started.attempt };
    return store.save({ ...stored.state, run: { ...run, queries, attempts } }, stored);
  }

  /** @returns the run with the result, or why the result cannot be used */
  private async read(
    { last }: AuditState,
    run: Run,
    task: Task,
    location: string,
    deadline: Deadline,
  ): Promise<Run | string> {
    const { results, findings } = this.parts;
    const records = results.records(location, task.region);
    if (task.kind === 'pass') return findings.read(run, task, records, deadline);
    const { copy } = task;
    const change = (more: Partial<RunCopy>) =>
      withMethods({ ...run, copies: run.copies.map((each) => (each === copy ? { ...each, ...more } : each)) }, last);
    if (task.kind === 'totals') {
      for await (const record of records) {
        const totals = parseTotals(record);
        const wrong = totalsProblem(totals, copy.files);
        return wrong === undefined
          ? change({ versions: totals.versions })
          : `The inventory of ${copy.region}: ${wrong}`;
      }
      return `The inventory of ${copy.region}: Athena returned no totals.`;
    }
    const digests = [];
    for await (const record of records) digests.push(parseDigestRow(record));
    return change({ fingerprint: fingerprint(digests) });
  }

  /** Repeats the comparison of a replica with twice as many passes. */
  private async divide(stored: StoredState, run: Run, { region, passes = 1 }: ReplicaComparison): Promise<StoredState> {
    if (passes * 2 > MAX_PASSES) return this.fail(stored, `Athena has too little memory for ${passes} passes.`);
    const comparisons = run.comparisons.map((each) =>
      each.region === region ? { ...each, passes: passes * 2, done: [], groups: [], handedOver: 0 } : each,
    );
    const queries = Object.fromEntries(
      Object.entries(run.queries).filter(([name]) => !name.startsWith(`pass-${region}-`)),
    );
    return this.parts.store.save({ ...stored.state, run: { ...run, comparisons, queries } }, stored);
  }

  private fail(stored: StoredState, message: string): Promise<StoredState> {
    this.parts.telemetry.runFailed(message);
    return this.parts.store.save({ ...stored.state, run: undefined, failure: problem(message) }, stored);
  }

  private async conclude(stored: StoredState, run: Run): Promise<StoredState> {
    const completed = await this.parts.reports.write(run);
    this.parts.telemetry.completed(completed);
    const result = isFull(run) ? { last: completed } : { lastScoped: completed };
    return this.parts.store.save({ ...stored.state, ...result, run: undefined, failure: undefined }, stored);
  }
}

/** Whether the run covers all versions, so that its result is that of the audit. */
const isFull = ({ prefix, since }: Run): boolean => prefix === undefined && since === undefined;

const problem = (message: string): Problem => ({ at: new Date().toISOString(), message });
