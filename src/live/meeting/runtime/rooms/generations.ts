import { Chime } from '../chime/chime';
import { ended, MeetingError, notAllowed, throttled, unavailable } from '../errors';
import { isHeld, LiveSession, newLease, previousOf, Room, Rooms } from './rooms';
import { liveSession, replicaIndexes, SessionItem, Sessions } from './sessions';
import { Deadline } from '../../../../private/runtime/deadline';
import { Caller, RoomConfig } from '../../contract';
import * as events from '../events/meeting-events';

/** Longer than the work under a lease, so that no call acts under an expired one. */
const LEASE_MS = 35_000;
const WORK_MS = 25_000;
/** The rest of the working time is reserved for rolling back. */
const START_MS = 18_000;
const VERIFIED_FOR_MS = 30_000;
const POLL_MS = 200;
/** The attributes of a room that belong to its running generation. */
const OF_GENERATION = [
  'primaryMeetingId',
  'sessions',
  'lost',
  'grownAt',
  'verifiedAt',
  'endingAs',
  'unattendedSince',
  'warned',
  'previous',
];
/** How long an audience waits for a presenter before it asks again. */
const ASK_AGAIN_SECONDS = 10;

/**
 * Starts and ends the generations of rooms. A room has at most one running generation, even with concurrent calls: the
 * call that gets the room's lease does the work while the others wait. All work under a lease can be repeated by
 * another call after the lease has expired.
 */
export class Generations {
  constructor(
    private readonly rooms: Rooms,
    private readonly chime: Chime,
    private readonly sessions: Sessions,
  ) {}

  /**
   * Returns the room with a running generation, and starts one if that is allowed.
   *
   * @param presenter the user who asks to join as a presenter
   */
  async ensureLive(meeting: string, caller: Caller, deadline: Deadline, presenter?: string): Promise<Room> {
    for (;;) {
      if (deadline.isOver) throw throttled(`Meeting "${meeting}" is being started or ended by another call.`, 2);
      const room = await this.rooms.get(meeting);
      if (room.state === 'live') {
        if (await this.isAlive(room, deadline)) return room;
        await this.end(room, 'idle', deadline);
      } else if (room.state === 'ending' || isHeld(room)) {
        if (room.endingAs === 'ended' && caller === 'audience') throw ended(`A host ended meeting "${meeting}".`);
        await this.settle(room, deadline);
      } else {
        expectStartable(room, caller, presenter);
        const started = await this.start(room, deadline);
        if (started) return started;
      }
    }
  }

  /** Asks Amazon Chime SDK if the last answer is too old. Of many concurrent calls, only one asks. */
  async isAlive(room: Room, deadline: Deadline): Promise<boolean> {
    const { verifiedAt = 0 } = room;
    if (Date.now() - verifiedAt < VERIFIED_FOR_MS) return true;
    const claimed = await this.rooms.change(room, {
      set: { verifiedAt: Date.now() },
      if: '#verifiedAt = :seenVerifiedAt',
      values: { seenVerifiedAt: verifiedAt },
    });
    return !claimed || this.confirm(room, deadline);
  }

  /** Asks Amazon Chime SDK now. Only a 404 means that the meeting has ended. */
  confirm({ sessions }: Room, deadline: Deadline): Promise<boolean> {
    return this.sessions.exists(sessions![0], deadline);
  }

  /** Waits for a start or an end that is in progress, or completes it if its lease has expired. */
  async settle(room: Room, deadline: Deadline): Promise<void> {
    if (isHeld(room)) await this.wait(room, deadline);
    else await this.complete(room, deadline);
  }

  /** Completes a start or an end whose lease has expired. @returns whether there was one */
  async complete(room: Room, deadline: Deadline): Promise<boolean> {
    if (room.state === 'starting') return this.abandonStart(room, deadline);
    return room.state === 'ending' && this.end(room, room.endingAs ?? 'idle', deadline);
  }

  /** Rolls back a start whose lease has expired. */
  async abandonStart(seen: Room, deadline: Deadline): Promise<boolean> {
    const lease = newLease(LEASE_MS);
    if (!(await this.rooms.change(seen, { set: { lease } }))) return false;
    await this.rollBack({ ...seen, lease }, replicaIndexes(seen), deadline.within(WORK_MS));
    return true;
  }

  /** @param as the state of the room afterwards: `ended` can only be started again by a host */
  async end(seen: Room, as: 'idle' | 'ended', deadline: Deadline): Promise<boolean> {
    const lease = newLease(LEASE_MS);
    if (!(await this.rooms.change(seen, { set: { state: 'ending', endingAs: as, lease } }))) return false;
    const room: Room = { ...seen, state: 'ending', endingAs: as, lease };
    const within = deadline.within(WORK_MS);
    await this.sessions.delete(room.sessions![0], within);
    const remains = await this.chime.meetingExists(room.primaryMeetingId!, within);
    if (remains) throw unavailable('The meeting was deleted but still exists.');
    await this.sessions.clear(room, room.sessions!);
    const previous = previousOf(room);
    if (previous) {
      // If this generation ended by itself, its users are still there.
      if (as === 'ended') await this.sessions.delete(previous.sessions![0], within);
      await this.sessions.clear(previous, previous.sessions!);
    }
    const change = {
      set: { state: as, garbage: garbageOf(room), ...handledStart(room) },
      remove: ['lease', ...OF_GENERATION],
    };
    return this.rooms.change(room, change, [events.ended(as === 'ended' ? 'host' : 'itself')]);
  }

  /** Creates missing replicas, which the room started without or has lost. */
  async repair(room: Room, deadline: Deadline): Promise<number> {
    const present = new Set(room.sessions!.map(({ index }) => index));
    const missing = replicaIndexes(room).filter((index) => !present.has(index));
    if (missing.length === 0) return 0;
    const results = await this.sessions.createReplicas(room, room.primaryMeetingId!, missing, deadline);
    const created = results.filter((result): result is SessionItem => !(result instanceof Error));
    if (created.length === 0) return 0;
    await this.sessions.write(room, created);
    const sessions = [...room.sessions!, ...created.map(liveSession)].sort((a, b) => a.index - b.index);
    if (!(await this.changeSessions(room, { sessions }, [events.replicasAdded(created)]))) return 0;
    await this.sessions.fillPools(room);
    return created.length;
  }

  /** Adds replicas to a running generation. @returns false if another call changed it */
  async grow(room: Room, regions: readonly string[], deadline: Deadline): Promise<boolean> {
    const { replicas, spareReplicas, ...rest } = room.running!;
    const left = [...spareReplicas];
    for (const region of regions) left.splice(left.indexOf(region), 1);
    const running = { ...rest, replicas: [...replicas, ...regions], spareReplicas: left };
    if (!(await this.changeSessions(room, { running, grownAt: Date.now() }))) return false;
    await this.repair({ ...room, running }, deadline);
    return true;
  }

  /**
   * Removes a lost replica from a running generation. Its participants get another seat when they join again, and the
   * sweeper removes the old ones. Its replacement has a new index, and therefore its own token and seats.
   */
  async forgetReplica(room: Room, gone: LiveSession): Promise<boolean> {
    const { running, lost = [] } = room;
    const { index, mediaRegion } = gone;
    await this.sessions.clear(room, [gone]);
    return this.changeSessions(room, {
      sessions: room.sessions!.filter((session) => session.index !== index),
      lost: [...lost, index],
      running: { ...running!, replicas: [...running!.replicas, mediaRegion] },
    });
  }

  /**
   * Handles a session that cannot be found: the meeting ended, the replica was lost, or another call is removing it.
   */
  async recover(room: Room, session: LiveSession, deadline: Deadline): Promise<void> {
    if (!(await this.confirm(room, deadline))) {
      await this.end(room, 'idle', deadline);
    } else if (session.index > 0 && !(await this.sessions.exists(session, deadline))) {
      await this.forgetReplica(room, session);
    } else {
      await deadline.pause(POLL_MS);
    }
  }

  /** @returns undefined if another call got the lease */
  private async start(seen: Room, deadline: Deadline): Promise<Room | undefined> {
    const lease = newLease(LEASE_MS);
    // A call that takes over continues the same generation, and so finds the sessions that already exist.
    const isTakeover = seen.state === 'starting';
    const generation = isTakeover ? seen.generation : Math.max(seen.generation, seen.preparing?.generation ?? 0) + 1;
    const running = isTakeover ? seen.running! : seen.config;
    const won = await this.rooms.change(seen, {
      set: { state: 'starting', generation, running, lease },
      remove: isTakeover ? [] : OF_GENERATION,
    });
    if (!won) return undefined;
    const room: Room = { ...seen, state: 'starting', generation, running, lease };
    const within = deadline.within(WORK_MS);
    /** The indexes of replicas that may or may not have been created. */
    const unconfirmed = new Set(replicaIndexes(room));
    try {
      const created = await this.createSessions(room, unconfirmed, deadline.within(START_MS));
      await this.sessions.write(room, created);
      const sessions = created.map(liveSession);
      const live = {
        state: 'live',
        sessions,
        primaryMeetingId: sessions[0].meetingId,
        verifiedAt: Date.now(),
      } as const;
      const change = { set: { ...live, ...handledStart(room) }, remove: ['lease'] };
      if (await this.rooms.change(room, change, [events.started(sessions)])) {
        await this.sessions.fillPools(room);
        return { ...room, ...live, lease: undefined };
      }
      throw unavailable('The room was changed while the meeting was starting.');
    } catch (error) {
      // What cannot be rolled back now is rolled back by the next caller or the sweeper when the lease has expired.
      await this.rollBack(room, [...unconfirmed], within).catch(() => undefined);
      throw asRefusal(error as Error, running);
    }
  }

  private async createSessions(room: Room, unconfirmed: Set<number>, deadline: Deadline): Promise<SessionItem[]> {
    const primary = await this.sessions.createPrimary(room, deadline);
    const { meetingId } = primary;
    // From here on, a call that takes over knows the primary.
    if (!(await this.rooms.change(room, { set: { primaryMeetingId: meetingId } }))) {
      throw unavailable('The room was changed while the meeting was starting.');
    }
    const indexes = replicaIndexes(room);
    const results = await this.sessions.createReplicas(room, meetingId, indexes, deadline);
    results.forEach((result, position) => {
      // A response or a refusal is definite; a timeout is not.
      if (!(result instanceof MeetingError)) unconfirmed.delete(indexes[position]);
    });
    const failure = results.find((result): result is Error => result instanceof Error);
    if (failure && !room.config.startWithFewerReplicas) throw failure;
    return [primary, ...results.filter((result): result is SessionItem => !(result instanceof Error))];
  }

  /**
   * Rolls back a start. Sessions whose creation was not confirmed are created again, which is idempotent: there is no
   * other way to find their ids.
   */
  private async rollBack(room: Room, unconfirmed: readonly number[], deadline: Deadline): Promise<void> {
    const current = await this.rooms.find(room.config.meeting);
    // The lease expired and another call took over: the sessions belong to it now.
    if (current?.lease?.id !== room.lease!.id) return;
    const known = current.primaryMeetingId;
    const primary = known ?? (await this.findPrimary(room, deadline));
    // Deleting the primary deletes its replicas, but not an independent meeting that was returned instead of one.
    // Creating the replicas again finds and deletes such meetings.
    if (known && unconfirmed.length > 0 && (await this.sessions.exists({ meetingId: known }, deadline))) {
      await this.sessions.createReplicas(room, known, unconfirmed, deadline);
    }
    if (primary) await this.sessions.delete({ meetingId: primary }, deadline);
    await this.rooms.change(room, {
      set: { state: 'idle', garbage: garbageOf(room) },
      remove: ['lease', 'primaryMeetingId', 'sessions', 'lost', 'grownAt'],
    });
  }

  /** @returns undefined if the primary cannot be created, which means that it was not created before either */
  private async findPrimary(room: Room, deadline: Deadline): Promise<string | undefined> {
    try {
      return (await this.sessions.createPrimary(room, deadline)).meetingId;
    } catch (error) {
      if (error instanceof MeetingError) throw error;
      return undefined;
    }
  }

  /** Changes the sessions unless another call has changed them since they were read. */
  private changeSessions(room: Room, set: Partial<Room>, added: readonly events.MeetingEvent[] = []): Promise<boolean> {
    const change = { set, if: '#sessions = :seenSessions', values: { seenSessions: room.sessions } };
    return this.rooms.change(room, change, added);
  }

  private async wait(room: Room, deadline: Deadline): Promise<void> {
    if (deadline.left <= POLL_MS) {
      throw throttled(`Meeting "${room.config.meeting}" is ${room.state}.`, (room.lease!.until - Date.now()) / 1000);
    }
    await deadline.pause(POLL_MS * (0.5 + Math.random()));
  }
}

/** The items that are left when a generation has ended. */
function garbageOf({ garbage = [], generation, running, previous }: Room) {
  const before = previous ? [{ generation: previous.generation, sessions: previous.size }] : [];
  return [...garbage, ...before, { generation, sessions: 1 + running!.replicas.length }];
}

/** Marks a `startsAt` that has passed as handled, so that the sweeper does not start the meeting for it. */
export function handledStart({ config: { startsAt } }: Room): Pick<Room, 'startedFor'> {
  return startsAt && Date.parse(startsAt) <= Date.now() ? { startedFor: startsAt } : {};
}

/** A host can always start the meeting. */
function expectStartable({ config, state }: Room, caller: Caller, presenter?: string): void {
  if (caller === 'host') return;
  const name = `"${config.meeting}"`;
  if (state === 'ended') throw ended(`A host ended meeting ${name}. Only a host can start it again.`);
  if (config.startsAt && Date.now() < Date.parse(config.startsAt)) {
    throw notAllowed(`Meeting ${name} starts at ${config.startsAt}.`);
  }
  if (config.startPolicy === 'host') throw ended(`Meeting ${name} is not running. Only a host can start it.`);
  if (config.startPolicy === 'presenter' && !config.presenters.some((user) => user === presenter)) {
    const seconds = ASK_AGAIN_SECONDS * (1 + Math.random()); // so that a waiting audience does not ask all at once
    throw ended(`Meeting ${name} is not running. A presenter or a host starts it.`, seconds);
  }
}

function asRefusal(error: Error, { replicas }: RoomConfig): MeetingError {
  if (error instanceof MeetingError) return error;
  return unavailable(
    `Amazon Chime SDK did not create the sessions (${error.name}: ${error.message}). Check the quotas for concurrent ` +
      'meetings (L-9F286451) and replica meetings per primary meeting (L-154D84D0): ' +
      `this meeting has ${replicas.length} replicas.`,
  );
}
