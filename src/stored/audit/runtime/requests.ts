import { asOfOf, countOf } from './report/report';
import { AuditState, CompletedRun, RunScope } from './state';
import { StateConflict, StateStore } from './state-store';
import { progressOf } from './tasks';
import { ValidationError } from '../../../private/validation-error';
import { Operation, OPERATIONS } from '../contract';

type Fields = Readonly<Record<string, unknown>>;

/** Another run must end first. Its name is the code that callers get. */
export class AuditRunning extends Error {
  readonly name = 'AuditRunning';
}

const MAX_PREFIX_BYTES = 1_024;
const SAVE_ATTEMPTS = 5;

/** The requests of operators: `{ "operation": … }`. */
export class Requests {
  constructor(
    private readonly store: StateStore,
    private readonly reportsBucket: string,
  ) {}

  async call(request: Fields): Promise<AuditState> {
    const { operation } = request;
    switch (operation as Operation) {
      case 'AuditReplicas':
        return this.request(scopeIn(request));
      case 'DescribeAudit':
        return (await this.store.load()).state;
      default:
        throw new ValidationError('operation', operation, `one of ${OPERATIONS.join(', ')}`);
    }
  }

  /**
   * Requests a run, unless the same run is requested or in progress.
   *
   * @throws AuditRunning if a run with another scope is
   */
  async request(scope: RunScope): Promise<AuditState> {
    for (let attempt = 1; ; attempt++) {
      const stored = await this.store.load();
      const { state } = stored;
      const current = state.request ?? state.run;
      if (current) {
        if (current.prefix === scope.prefix && current.since === scope.since) return state;
        throw new AuditRunning('Another audit is requested or running. Try again when it has ended.');
      }
      try {
        const request = { requestedAt: new Date().toISOString(), ...scope };
        return (await this.store.save({ ...state, request }, stored)).state;
      } catch (error) {
        if (!(error instanceof StateConflict) || attempt === SAVE_ATTEMPTS) throw error;
      }
    }
  }

  /** What callers get. */
  view(state: AuditState): object {
    const { request, waiting, run, last, lastScoped, failure } = state;
    return {
      state: run ? 'running' : request ? 'waiting' : 'idle',
      waiting: request && waiting,
      run: run && {
        ...{ id: run.id, startedAt: run.startedAt, prefix: run.prefix, since: run.since },
        ...progressOf(run),
      },
      last: last && this.viewOf(last),
      lastScoped: lastScoped && this.viewOf(lastScoped),
      failure,
    };
  }

  private viewOf(run: CompletedRun): object {
    const { id, startedAt, completedAt, prefix, since, comparisons, copies, report } = run;
    return {
      ...{ id, asOf: asOfOf(run), startedAt, completedAt, prefix, since },
      missing: countOf(run, 'missing'),
      different: countOf(run, 'different'),
      extra: countOf(run, 'extra'),
      copies: copies.map(({ region, asOf, versions }) => ({ region, asOf, versions })),
      replicas: comparisons.map(({ region, method, groups, handedOver }) => ({
        ...{ region, method, handedOver },
        reasons: groups.map(({ reason, side, versions, bytes }) => ({ reason, side, versions, bytes })),
      })),
      report: {
        html: `s3://${this.reportsBucket}/${report.html}`,
        json: `s3://${this.reportsBucket}/${report.json}`,
      },
    };
  }
}

function scopeIn({ prefix, since }: Fields): RunScope {
  if (prefix !== undefined && prefix !== null) {
    const isValid = typeof prefix === 'string' && prefix !== '' && Buffer.byteLength(prefix) <= MAX_PREFIX_BYTES;
    if (!isValid) throw new ValidationError('prefix', prefix, `a string of 1 to ${MAX_PREFIX_BYTES} bytes`);
  }
  return { prefix: (prefix ?? undefined) as string | undefined, since: timeIn(since) };
}

function timeIn(since: unknown): string | undefined {
  if (since === undefined || since === null) return undefined;
  const isText = typeof since === 'string' && /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(since);
  const time = isText ? Date.parse(since) : NaN;
  if (Number.isNaN(time)) throw new ValidationError('since', since, 'a time such as 2026-03-01T00:00:00Z, or a date');
  return new Date(time).toISOString();
}
