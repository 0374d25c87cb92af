import { INTERNAL_ERROR, MeetingError, notAllowed } from './errors';
import { banOf, batchOf, Fields, joinRequestOf, meetingOf, userOf } from './requests';
import { AUDIENCE_OPERATIONS, Caller, HOST_OPERATIONS, Operation } from '../contract';
import { Generations, handledStart } from './rooms/generations';
import { Room, Rooms } from './rooms/rooms';
import { Sessions } from './rooms/sessions';
import { BatchJoining } from './seats/batch-joining';
import { Joined, Joining, JoinRequest } from './seats/joining';
import { Hands } from './stage/hands';
import { Stage } from './stage/stage';
import { Telemetry } from './telemetry';
import { Deadline } from '../../../private/runtime/deadline';
import { ValidationError } from '../../../private/validation-error';

/** Dispatches requests of the form `{ "operation": …, "meeting": … }`. */
export class Operations {
  constructor(
    private readonly caller: Caller,
    private readonly rooms: Rooms,
    private readonly generations: Generations,
    private readonly sessions: Sessions,
    private readonly joining: Joining,
    private readonly batchJoining: BatchJoining,
    private readonly stage: Stage,
    private readonly hands: Hands,
    private readonly telemetry: Telemetry,
  ) {}

  async call(request: Fields, deadline: Deadline): Promise<unknown> {
    const known: readonly string[] = this.caller === 'host' ? HOST_OPERATIONS : AUDIENCE_OPERATIONS;
    const { operation } = request;
    if (!known.includes(operation as string)) {
      if (HOST_OPERATIONS.includes(operation as Operation)) throw notAllowed(`${operation} is for hosts only.`);
      throw new ValidationError('operation', operation, `one of ${known.join(', ')}`);
    }
    return this.dispatch(operation as Operation, request, deadline);
  }

  private async dispatch(operation: Operation, request: Fields, deadline: Deadline): Promise<unknown> {
    const meeting = meetingOf(request);
    switch (operation) {
      case 'JoinMeeting':
        return this.join(meeting, joinRequestOf(request), deadline);
      case 'JoinMeetingBatch':
        return this.joinBatch(meeting, batchOf(request), deadline);
      case 'LeaveMeeting':
        return done(this.stage.leave(meeting, userOf(request), deadline));
      case 'RaiseHand':
        return done(this.hands.raise(await this.rooms.getLive(meeting), userOf(request)));
      case 'LowerHand':
        return done(this.hands.lower(await this.rooms.getLive(meeting), userOf(request)));
      case 'GetStage':
        return this.stage.get(meeting, userOf(request));
      case 'AcceptPromotion':
        return this.stage.accept(meeting, userOf(request), deadline);
      case 'DeclinePromotion':
        return done(this.stage.decline(meeting, userOf(request), deadline));
      case 'ListHands':
        return { hands: await this.hands.list(await this.rooms.getLive(meeting)) };
      case 'PromoteAttendee': {
        const promotion = await this.stage.promote(meeting, userOf(request), deadline);
        this.telemetry.promoted();
        return promotion;
      }
      case 'DemoteAttendee':
        return done(this.stage.demote(meeting, userOf(request), deadline));
      case 'RemoveAttendee':
        return done(this.stage.remove(meeting, userOf(request), banOf(request), deadline));
      case 'StartMeeting':
        return this.describe(await this.generations.ensureLive(meeting, 'host', deadline));
      case 'EndMeeting':
        return this.end(meeting, deadline);
      case 'DescribeMeeting':
        return this.describe(await this.rooms.get(meeting));
    }
  }

  private async join(meeting: string, request: JoinRequest, deadline: Deadline): Promise<Joined> {
    try {
      const joined = await this.joining.join(meeting, request, this.caller, deadline);
      this.telemetry.joined(1);
      return joined;
    } catch (error) {
      this.telemetry.joinRefused(1);
      throw error;
    }
  }

  private async joinBatch(meeting: string, requests: JoinRequest[], deadline: Deadline): Promise<unknown> {
    const results = await this.batchJoining.join(meeting, requests, this.caller, deadline);
    const joined: unknown[] = [];
    const failed: unknown[] = [];
    for (const [externalUserId, result] of results) {
      if (result instanceof Error) {
        if (!(result instanceof MeetingError)) this.telemetry.failed('JoinMeetingBatch', result);
        failed.push({ externalUserId, ...refusalOf(result) });
      } else {
        joined.push(result);
      }
    }
    this.telemetry.joined(joined.length);
    this.telemetry.joinRefused(failed.length);
    return { joined, failed };
  }

  /** Ends the meeting. Afterwards, only a host can start it again. */
  private async end(meeting: string, deadline: Deadline): Promise<unknown> {
    for (;;) {
      const room = await this.rooms.get(meeting);
      if (room.state === 'ended') return {};
      if (room.state === 'idle') {
        if (await this.rooms.change(room, { set: { state: 'ended', ...handledStart(room) } })) return {};
      } else if (room.state === 'live') {
        if (await this.generations.end(room, 'ended', deadline)) return {};
      } else {
        // Another call is starting or ending the meeting: wait for it first.
        await this.generations.settle(room, deadline);
      }
    }
  }

  /** Only hosts learn how many seats are taken. */
  private async describe(room: Room): Promise<unknown> {
    const { generation, config, state } = room;
    const about = { meeting: config.meeting, state, generation };
    const kindOf = (index: number) => (index === 0 ? 'primary' : 'replica');
    if (this.caller === 'audience') {
      const sessions = (state === 'live' && room.sessions) || [];
      return {
        ...about,
        sessions: sessions.map(({ index, mediaRegion }) => ({ kind: kindOf(index), mediaRegion, index })),
      };
    }
    const items = state === 'live' ? await this.sessions.readFill(room) : [];
    const primary = items.find(({ index }) => index === 0);
    return {
      ...about,
      sessions: items.map(({ index, mediaRegion, used, cap }) => ({
        kind: kindOf(index),
        mediaRegion,
        index,
        seatsUsed: used,
        seats: cap,
      })),
      stage: primary && { placesUsed: primary.stageUsed, places: primary.stageCap },
    };
  }
}

function refusalOf(error: Error): { readonly code: string; readonly message: string } {
  if (error instanceof MeetingError) return { code: error.code, message: error.message };
  return { code: 'ServiceUnavailable', message: INTERNAL_ERROR };
}

/** The response of operations that return nothing. */
async function done(work: Promise<void>): Promise<object> {
  await work;
  return {};
}
