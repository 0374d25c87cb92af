import type { Context } from 'aws-lambda';
import { AuditRunning } from './requests';
import { Service } from './service';
import { AuditState } from './state';
import { StateConflict } from './state-store';
import { CustomResourceEvent, respond } from '../../../private/runtime/custom-resource';
import { Deadline } from '../../../private/runtime/deadline';
import { once } from '../../../private/runtime/once';
import { ValidationError } from '../../../private/validation-error';
import { ScheduleEvent, START_SECONDS } from '../contract';

/** The part of Lambda's context object that is used. */
type CallContext = Pick<Context, 'getRemainingTimeInMillis'>;

type AuditEvent =
  | ScheduleEvent
  | CustomResourceEvent<unknown>
  /** A state change of a query, of which only the fact matters. */
  | { readonly 'detail-type': string }
  | { readonly operation: unknown };

/** The time that is reserved for saving the state. */
const RESERVE_MS = 20_000;
/** A request of a caller only starts the run. */
const REQUEST_MS = 10_000;

const service = once(() => new Service());

/** Invoked by schedules, by events of Athena, by operators, and by CloudFormation. */
export async function audit(event: AuditEvent | null, context: CallContext): Promise<unknown> {
  if (event && 'RequestType' in event) return start(event);
  if (event && 'operation' in event) return operate(event);
  const { requests, telemetry } = service();
  const schedule = event && 'schedule' in event ? event.schedule : undefined;
  try {
    // A run that is requested or in progress takes the place of the scheduled one.
    if (schedule === 'audit') await requests.request({}).catch(unlessRunning);
    await advance(Deadline.in(context.getRemainingTimeInMillis() - RESERVE_MS));
  } finally {
    if (schedule === 'tick') telemetry.result(await requests.call({ operation: 'DescribeAudit' }), Date.now());
  }
  return undefined;
}

async function operate(request: Readonly<Record<string, unknown>>): Promise<unknown> {
  const { requests, telemetry } = service();
  try {
    const state = await requests.call(request);
    if (request.operation === 'DescribeAudit') return requests.view(state);
    return requests.view((await advance(Deadline.in(REQUEST_MS))) ?? state);
  } catch (error) {
    if (error instanceof ValidationError || error instanceof AuditRunning) throw error;
    telemetry.failed('request', error);
    throw Object.assign(new Error('Internal error. See the log of the function.'), { name: 'ServiceUnavailable' });
  }
}

/** @returns undefined if another invocation continues the run */
async function advance(deadline: Deadline): Promise<AuditState | undefined> {
  try {
    return await service().audit.advance(deadline);
  } catch (error) {
    if (!(error instanceof StateConflict)) throw error;
    service().telemetry.conflict();
    return undefined;
  }
}

/** Emits the first data points, and responds when alarms can read them. */
async function start(event: CustomResourceEvent<unknown>): Promise<void> {
  const id = event.PhysicalResourceId ?? event.LogicalResourceId;
  const work = async () => {
    if (event.RequestType !== 'Delete') {
      const { requests, telemetry } = service();
      telemetry.result(await requests.call({ operation: 'DescribeAudit' }), Date.now());
      await new Promise((done) => setTimeout(done, START_SECONDS * 1000));
    }
    return id;
  };
  await respond(event, work, id);
}

function unlessRunning(error: unknown): void {
  if (!(error instanceof AuditRunning)) throw error;
}
