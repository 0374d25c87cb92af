import type { Context } from 'aws-lambda';
import { BackfillEvent } from './backfill-plan';
import { Service } from './service';
import { StatusError } from './status';
import { respond } from '../../../private/runtime/custom-resource';
import { Deadline } from '../../../private/runtime/deadline';
import { once } from '../../../private/runtime/once';
import { ValidationError } from '../../../private/validation-error';
import { WorkerEvent } from '../contract';

/** The part of Lambda's context object that is used. */
type CallContext = Pick<Context, 'getRemainingTimeInMillis'>;

/** The time that is reserved for the response to CloudFormation. */
const RESPONSE_MS = 20_000;
/** The time that is reserved for saving the progress. */
const RESERVE_MS = 20_000;

const service = once(() => new Service());
const jobWorker = once(() => service().worker());
const statusService = once(() => service().status());

/** Invoked by CloudFormation and by the schedules. */
export function jobs(event: BackfillEvent | WorkerEvent, context: CallContext): Promise<void> {
  return 'RequestType' in event ? backfill(event, context) : worker(event, context);
}

/** Handles the custom resource. */
async function backfill(event: BackfillEvent, context: CallContext): Promise<void> {
  const deadline = Deadline.in(context.getRemainingTimeInMillis() - RESPONSE_MS);
  const id = event.PhysicalResourceId ?? event.LogicalResourceId;
  const work = async () => {
    await service().backfillResource().handle(event, deadline);
    // The template ensures that jobs can no longer write reports.
    if (event.RequestType === 'Delete') await service().emptyReports(deadline);
    return id;
  };
  await respond(event, work, id);
}

async function worker(event: WorkerEvent, context: CallContext): Promise<void> {
  await jobWorker().work(event, Deadline.in(context.getRemainingTimeInMillis() - RESERVE_MS));
}

/** Invoked by operators. */
export async function status(request: Record<string, unknown> | null): Promise<unknown> {
  const { telemetry } = service();
  const operation = request?.operation;
  try {
    const answer = await statusService().call(request ?? {});
    telemetry.succeeded(operation);
    return answer;
  } catch (error) {
    if (error instanceof ValidationError || error instanceof StatusError) {
      telemetry.rejected(operation, error.name);
      throw error;
    }
    telemetry.failed('status', error);
    throw new StatusError('ServiceUnavailable', 'Internal error. See the log of the function.');
  }
}
