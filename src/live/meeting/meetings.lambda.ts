import { isChimeEvent } from './runtime/chime/chime-events';
import { CallContext, createHandler } from './runtime/handler';
import { RoomEvent } from './runtime/rooms/room-resource';
import { Service } from './runtime/service';
import { sendAnswer } from '../../private/runtime/custom-resource';
import { Deadline } from '../../private/runtime/deadline';

/** What is kept to answer CloudFormation, whatever happens. */
const ANSWER_MS = 15_000;
const RESERVE_MS = 2_000;

const service = new Service();
const roomResource = service.roomResource();
const events = service.chimeEvents();
const sweeper = service.sweeper();

/** The audience's function. */
export const audience = createHandler(service, 'audience');

/** The hosts' function. */
export const host = createHandler(service, 'host');

/** Behind the custom resource of a room. */
export async function room(event: RoomEvent, context: CallContext): Promise<void> {
  const answer = await roomResource.handle(event, Deadline.in(context.getRemainingTimeInMillis() - ANSWER_MS));
  if (answer.Status === 'FAILED') service.telemetry.roomFailed(event.RequestType, answer.Reason!);
  await sendAnswer(event.ResponseURL, answer);
}

/** Called by the service's events and by the schedules. */
export async function reconciler(event: { readonly thorough?: boolean }, context: CallContext): Promise<void> {
  const deadline = Deadline.in(context.getRemainingTimeInMillis() - RESERVE_MS);
  if (isChimeEvent(event)) {
    await events.handle(event, deadline);
  } else {
    service.telemetry.swept(await sweeper.sweep(event.thorough === true, deadline));
  }
}
