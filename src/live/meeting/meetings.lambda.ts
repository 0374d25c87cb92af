import { isStreamEvent, StreamEvent } from './runtime/background/background-work';
import { CallContext, createHandler } from './runtime/handler';
import { RoomEvent } from './runtime/rooms/room-resource';
import { Service } from './runtime/service';
import { isQueueEvent, QueueEvent } from './runtime/sweeper/chime-events';
import { Deadline } from '../../private/runtime/deadline';

/** Reserved for the response to CloudFormation. */
const RESPONSE_MS = 15_000;
const RESERVE_MS = 2_000;

const service = new Service();
const roomResource = service.roomResource();
const events = service.chimeEvents();
const sweeper = service.sweeper();
const backgroundWork = service.backgroundWork();

/** The handler of the audience's function. */
export const audience = createHandler(service, 'audience');

/** The handler of the hosts' function. */
export const host = createHandler(service, 'host');

/** The handler of the rooms' custom resource. */
export async function room(event: RoomEvent, context: CallContext): Promise<void> {
  const reason = await roomResource.handle(event, Deadline.in(context.getRemainingTimeInMillis() - RESPONSE_MS));
  if (reason !== undefined) service.telemetry.roomFailed(event.RequestType, reason);
}

/** Handles the events of Amazon Chime SDK, does the work of rooms that the stream of the table names, and sweeps. */
export async function reconciler(
  event: QueueEvent | StreamEvent | { readonly thorough?: boolean },
  context: CallContext,
): Promise<void> {
  const deadline = Deadline.in(context.getRemainingTimeInMillis() - RESERVE_MS);
  if (isStreamEvent(event)) {
    await backgroundWork.handle(event, deadline);
  } else if (isQueueEvent(event)) {
    await events.handle(event, deadline);
  } else {
    service.telemetry.swept(await sweeper.sweep(event.thorough === true, deadline));
  }
}
