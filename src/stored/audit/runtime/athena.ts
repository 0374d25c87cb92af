import { createHash } from 'node:crypto';
import {
  AthenaClient,
  GetQueryExecutionCommand,
  QueryExecution,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';

/** What became of a query. */
export type QueryResult =
  | { readonly state: 'running' }
  | { readonly state: 'succeeded'; readonly location: string }
  | {
      readonly state: 'failed';
      readonly reason: string;
      /** `memory`: smaller passes can succeed. `retry`: another attempt can. `final`: someone must fix the cause. */
      readonly verdict: 'memory' | 'retry' | 'final';
    };

/** Athena refuses calls above its rates, and queries above its quota of active ones. The next invocation continues. */
export class Throttled extends Error {
  readonly name = 'Throttled';
}

/** https://docs.aws.amazon.com/athena/latest/ug/error-reference.html: what the engine says if memory is exhausted. */
const EXHAUSTED = /EXCEEDED_(LOCAL|GLOBAL)?_?MEMORY_LIMIT|exhausted resources|GENERIC_INTERNAL_ERROR: .*memory/i;
const CUTOFF = /bytes scanned limit/i;

/** Starts queries in the workgroup of a region, and reads their states. */
export class Athena {
  constructor(
    private readonly clientFor: (region: string) => AthenaClient,
    private readonly workGroup: string,
    private readonly database: string,
  ) {}

  /**
   * Starts a query. With the same token, Athena returns the query that was started before.
   *
   * @returns the ID of the query
   */
  async start(sql: string, region: string, token: readonly string[]): Promise<string> {
    try {
      const { QueryExecutionId } = await this.clientFor(region).send(
        new StartQueryExecutionCommand({
          QueryString: sql,
          WorkGroup: this.workGroup,
          QueryExecutionContext: { Database: this.database },
          ClientRequestToken: createHash('sha256').update(token.join('\n')).digest('hex'),
        }),
      );
      return QueryExecutionId!;
    } catch (error) {
      throw throttledOr(error);
    }
  }

  async resultOf(QueryExecutionId: string, region: string): Promise<QueryResult> {
    try {
      const { QueryExecution: query } = await this.clientFor(region).send(
        new GetQueryExecutionCommand({ QueryExecutionId }),
      );
      return resultOf(query!);
    } catch (error) {
      throw throttledOr(error);
    }
  }
}

function resultOf({ Status = {}, ResultConfiguration }: QueryExecution): QueryResult {
  const { State, StateChangeReason: reason = State ?? 'unknown', AthenaError } = Status;
  if (State === 'SUCCEEDED') return { state: 'succeeded', location: ResultConfiguration!.OutputLocation! };
  if (State !== 'FAILED' && State !== 'CANCELLED') return { state: 'running' };
  if (CUTOFF.test(reason)) return { state: 'failed', reason, verdict: 'final' };
  if (EXHAUSTED.test(reason)) return { state: 'failed', reason, verdict: 'memory' };
  // Errors of the user, category 2, do not go away. https://docs.aws.amazon.com/athena/latest/APIReference/API_AthenaError.html
  const isFinal = AthenaError?.ErrorCategory === 2 && !AthenaError.Retryable;
  return { state: 'failed', reason, verdict: isFinal ? 'final' : 'retry' };
}

function throttledOr(error: unknown): unknown {
  const { name, message } = error as Error;
  const isThrottled = name === 'TooManyRequestsException' || name === 'ThrottlingException';
  return isThrottled ? new Throttled(message, { cause: error }) : error;
}
