import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { BackfillEvent } from './backfill-plan';
import { isReportsEvent, ReportsEvent } from './reports/reports-resource';
import { Service } from './service';
import { StatusError } from './status';
import { sendAnswer } from '../../../private/runtime/custom-resource';
import { Deadline } from '../../../private/runtime/deadline';
import { once } from '../../../private/runtime/once';
import { ValidationError } from '../../../private/validation-error';
import { WorkerEvent } from '../contract';

/** What Lambda tells of a call. */
interface CallContext {
  getRemainingTimeInMillis(): number;
}

/** What is kept to answer CloudFormation, whatever happens. */
const ANSWER_MS = 20_000;
/** What is kept to note how far it has come. */
const RESERVE_MS = 20_000;

const service = once(() => new Service());
const jobWorker = once(() => service().worker());
const failureEvents = once(() => service().failureEvents());
const answers = once(() => service().status());

/** Behind the custom resources. */
export async function backfill(event: BackfillEvent | ReportsEvent, context: CallContext): Promise<void> {
  const deadline = Deadline.in(context.getRemainingTimeInMillis() - ANSWER_MS);
  const answer = isReportsEvent(event)
    ? await service().reportsResource().handle(event, deadline)
    : await service()
        .backfillResource()
        .handle(event as BackfillEvent, deadline);
  await sendAnswer(event.ResponseURL, answer);
}

/** Called by the schedules. */
export async function worker(event: WorkerEvent, context: CallContext): Promise<void> {
  await jobWorker().work(event, Deadline.in(context.getRemainingTimeInMillis() - RESERVE_MS));
}

/** Called with S3's events of failed replication. */
export function events(event: SQSEvent): Promise<SQSBatchResponse> {
  return failureEvents().handle(event);
}

/** Called by people. */
export async function status(request: Record<string, unknown> | null): Promise<unknown> {
  const { telemetry } = service();
  const operation = request?.operation;
  try {
    const answer = await answers().call(request ?? {});
    telemetry.answered(operation);
    return answer;
  } catch (error) {
    if (error instanceof ValidationError || error instanceof StatusError) {
      telemetry.refused(operation, error.name);
      throw error;
    }
    telemetry.failed('status', error);
    throw new StatusError('ServiceUnavailable', 'The service failed; its log says why.');
  }
}
