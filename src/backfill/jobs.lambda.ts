import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { WorkerEvent } from './contract';
import { BackfillEvent } from './runtime/backfill-resource';
import { isReportsEvent, ReportsEvent } from './runtime/reports-resource';
import { Service } from './runtime/service';
import { StatusError } from './runtime/status';
import { sendAnswer } from '../private/runtime/custom-resource';
import { Deadline } from '../private/runtime/deadline';
import { ValidationError } from '../private/runtime/validation-error';

/** What Lambda tells of a call. */
interface CallContext {
  getRemainingTimeInMillis(): number;
}

/** What is kept to answer CloudFormation, whatever happens. */
const ANSWER_MS = 20_000;
/** What is kept to note how far it has come. */
const RESERVE_MS = 20_000;

const service = new Service();
const backfillResource = service.backfillResource();
const reportsResource = service.reportsResource();
const jobWorker = service.worker();
const failureEvents = service.failureEvents();
const answers = service.status();

/** Behind the custom resources. */
export async function backfill(event: BackfillEvent | ReportsEvent, context: CallContext): Promise<void> {
  const deadline = Deadline.in(context.getRemainingTimeInMillis() - ANSWER_MS);
  const answer = isReportsEvent(event)
    ? await reportsResource.handle(event, deadline)
    : await backfillResource.handle(event as BackfillEvent, deadline);
  await sendAnswer(event.ResponseURL, answer);
}

/** Called by the schedules. */
export async function worker(event: WorkerEvent, context: CallContext): Promise<void> {
  await jobWorker.work(event, Deadline.in(context.getRemainingTimeInMillis() - RESERVE_MS));
}

/** Called with S3's events of failed replication. */
export function events(event: SQSEvent): Promise<SQSBatchResponse> {
  return failureEvents.handle(event);
}

/** Called by people. */
export async function status(request: Record<string, unknown> | null): Promise<unknown> {
  const { telemetry } = service;
  const operation = request?.operation;
  try {
    const answer = await answers.call(request ?? {});
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
