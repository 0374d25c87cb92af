import { Chime } from '../chime/chime';
import { ended, MeetingError, notAllowed, throttled, unavailable } from '../errors';
import { isHeld, LiveSession, newLease, Room, Rooms } from './rooms';
import { liveSession, replicaIndexes, SessionItem, Sessions } from './sessions';
import { Deadline } from '../../../../private/runtime/deadline';
import { RoomConfig } from '../../contract';
import { keys } from '../store/keys';
import { Table } from '../store/table';

/** Who wants the meeting to live: a host always may, a join only where the room's policy lets it. */
export type Starter = 'host' | 'join';

/** Longer than a function works, so that nobody acts under a lease that has run out. */
const LEASE_MS = 35_000;
const WORK_MS = 25_000;
/** What is left after that undoes what can't be finished. */
const START_MS = 18_000;
const VERIFIED_FOR_MS = 30_000;
const POLL_MS = 200;

/**
 * The live generations of rooms: at most one of each, whoever calls at once. Whoever wins the room's lease starts or
 * ends; the others wait. All that is done under a lease can be done again by another, when the lease has run out.
 */
export class Generations {
  constructor(
    private readonly table: Table,
    private readonly rooms: Rooms,
    private readonly chime: Chime,
    private readonly sessions: Sessions,
  ) {}

  /** The room with a generation that lives; starts one where that is allowed. */
  async ensureLive(meeting: string, starter: Starter, deadline: Deadline): Promise<Room> {
    for (;;) {
      if (deadline.isOver) throw throttled(`The meeting ${meeting} is being started or ended by others.`, 2);
      const room = await this.rooms.get(meeting);
      if (room.state === 'live') {
        if (await this.isAlive(room, deadline)) return room;
        await this.end(room, 'idle', deadline);
      } else if (room.state === 'ending' || isHeld(room)) {
        if (room.endingAs === 'ended' && starter === 'join') throw ended(`A host ended ${meeting}.`);
        await this.settle(room, deadline);
      } else {
        expectStartable(room, starter);
        const started = await this.start(room, deadline);
        if (started) return started;
      }
    }
  }

  /** Asks the service, if nobody has for a while. Of many that call at once, one asks. */
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

  /** Asks the service now: only its 404 is final. */
  confirm({ primaryMeetingId }: Room, deadline: Deadline): Promise<boolean> {
    return this.chime.meetingExists(primaryMeetingId!, deadline);
  }

  /** Waits until a start or an end is done; finishes it, if whoever began it is gone. */
  async settle(room: Room, deadline: Deadline): Promise<void> {
    if (isHeld(room)) {
      await this.wait(room, deadline);
    } else if (room.state === 'starting') {
      await this.abandonStart(room, deadline);
    } else if (room.state === 'ending') {
      await this.end(room, room.endingAs ?? 'idle', deadline);
    }
  }

  /** Undoes a start whose starter is gone. */
  async abandonStart(seen: Room, deadline: Deadline): Promise<boolean> {
    const lease = newLease(LEASE_MS);
    if (!(await this.rooms.change(seen, { set: { lease } }))) return false;
    await this.rollBack({ ...seen, lease }, replicaIndexes(seen), deadline.within(WORK_MS));
    return true;
  }

  /** @param as what the room is afterwards: `ended` can be started again by a host only */
  async end(seen: Room, as: 'idle' | 'ended', deadline: Deadline): Promise<boolean> {
    const lease = newLease(LEASE_MS);
    if (!(await this.rooms.change(seen, { set: { state: 'ending', endingAs: as, lease } }))) return false;
    const room: Room = { ...seen, state: 'ending', endingAs: as, lease };
    const within = deadline.within(WORK_MS);
    await this.chime.deleteMeeting(room.primaryMeetingId!, within); // its replicas and attendees go with it
    if (await this.confirm(room, within)) throw unavailable('The meeting was deleted, and still is there.');
    await this.sessions.clear(room, room.sessions!);
    return this.rooms.change(room, {
      set: { state: as, garbage: garbageOf(room), ...keptStart(room) },
      remove: ['lease', 'primaryMeetingId', 'sessions', 'lost', 'verifiedAt', 'endingAs'],
    });
  }

  /** Creates the replicas that are missing, where the room started without them, or lost them. */
  async repair(room: Room, deadline: Deadline): Promise<number> {
    const present = new Set(room.sessions!.map(({ index }) => index));
    const missing = replicaIndexes(room).filter((index) => !present.has(index));
    if (missing.length === 0) return 0;
    const results = await this.sessions.createReplicas(room, room.primaryMeetingId!, missing, deadline);
    const created = results.filter((result): result is SessionItem => !(result instanceof Error));
    if (created.length === 0) return 0;
    await this.sessions.write(room, created);
    const sessions = [...room.sessions!, ...created.map(liveSession)].sort((a, b) => a.index - b.index);
    return (await this.changeSessions(room, { sessions })) ? created.length : 0;
  }

  /**
   * Forgets a replica that is gone although its primary lives. Who sat there finds another seat. The one that takes its
   * place has an index of its own, and so a token, seats and counters of its own.
   */
  async forgetReplica(room: Room, gone: LiveSession): Promise<boolean> {
    const { uid, generation, running, lost = [] } = room;
    const { index, mediaRegion } = gone;
    await this.sessions.clear(room, [gone]);
    await this.table.deleteAll(keys.seats({ uid, generation, index }));
    return this.changeSessions(room, {
      sessions: room.sessions!.filter((session) => session.index !== index),
      lost: [...lost, index],
      running: { ...running!, replicas: [...running!.replicas, mediaRegion] },
    });
  }

  /** What to do when a session can't be found: its meeting has ended, or it alone is lost, or somebody clears it away. */
  async recover(room: Room, session: LiveSession, deadline: Deadline): Promise<void> {
    if (!(await this.confirm(room, deadline))) {
      await this.end(room, 'idle', deadline);
    } else if (session.index > 0 && !(await this.chime.meetingExists(session.meetingId, deadline))) {
      await this.forgetReplica(room, session);
    } else {
      await deadline.pause(POLL_MS);
    }
  }

  /** @returns nothing if another was faster */
  private async start(seen: Room, deadline: Deadline): Promise<Room | undefined> {
    const lease = newLease(LEASE_MS);
    // Who takes over goes on with the same generation, and so finds what was created already.
    const goesOn = seen.state === 'starting';
    const generation = goesOn ? seen.generation : seen.generation + 1;
    const running = goesOn ? seen.running! : seen.config;
    const won = await this.rooms.change(seen, {
      set: { state: 'starting', generation, running, lease },
      remove: goesOn ? [] : ['primaryMeetingId', 'sessions', 'lost', 'verifiedAt', 'endingAs'],
    });
    if (!won) return undefined;
    const room: Room = { ...seen, state: 'starting', generation, running, lease };
    const within = deadline.within(WORK_MS);
    /** Replicas of which nobody knows whether they were created. */
    const doubtful = new Set(replicaIndexes(room));
    try {
      const created = await this.createSessions(room, doubtful, deadline.within(START_MS));
      await this.sessions.write(room, created);
      const sessions = created.map(liveSession);
      const live = {
        state: 'live',
        sessions,
        primaryMeetingId: sessions[0].meetingId,
        verifiedAt: Date.now(),
      } as const;
      if (await this.rooms.change(room, { set: { ...live, ...keptStart(room) }, remove: ['lease'] })) {
        return { ...room, ...live, lease: undefined };
      }
      throw unavailable('The room was changed while the meeting started.');
    } catch (error) {
      // What can't be undone now, the next caller or the sweeper undoes when the lease has run out.
      await this.rollBack(room, [...doubtful], within).catch(() => undefined);
      throw asRefusal(error as Error, running);
    }
  }

  private async createSessions(room: Room, doubtful: Set<number>, deadline: Deadline): Promise<SessionItem[]> {
    const primary = await this.sessions.createPrimary(room, deadline);
    const { meetingId } = primary;
    // From here on, whoever takes over knows the primary.
    if (!(await this.rooms.change(room, { set: { primaryMeetingId: meetingId } }))) {
      throw unavailable('The room was changed while the meeting started.');
    }
    const indexes = replicaIndexes(room);
    const results = await this.sessions.createReplicas(room, meetingId, indexes, deadline);
    results.forEach((result, position) => {
      // What the service refused or gave is certain; a time-out is not.
      if (!(result instanceof MeetingError)) doubtful.delete(indexes[position]);
    });
    const failure = results.find((result): result is Error => result instanceof Error);
    if (failure && !room.config.startWithFewerReplicas) throw failure;
    return [primary, ...results.filter((result): result is SessionItem => !(result instanceof Error))];
  }

  /**
   * Undoes a start that can't go on. What a lost answer may have created is found by asking for it again, which is
   * idempotent: there is no other way to learn its id.
   */
  private async rollBack(room: Room, doubtful: readonly number[], deadline: Deadline): Promise<void> {
    const current = await this.rooms.find(room.config.meeting);
    // Another took over, because we were too slow: what lives now is theirs.
    if (current?.lease?.id !== room.lease!.id) return;
    const known = current.primaryMeetingId;
    const primary = known ?? (await this.findPrimary(room, deadline));
    // Replicas go with the primary, but a "replica" that is none does not: asked for again, it is found and deleted.
    if (known && doubtful.length > 0 && (await this.chime.meetingExists(known, deadline))) {
      await this.sessions.createReplicas(room, known, doubtful, deadline);
    }
    if (primary) await this.chime.deleteMeeting(primary, deadline);
    await this.rooms.change(room, {
      set: { state: 'idle', garbage: garbageOf(room) },
      remove: ['lease', 'primaryMeetingId', 'sessions', 'lost'],
    });
  }

  /** @returns nothing if the service refuses to create it: then it was not created before either */
  private async findPrimary(room: Room, deadline: Deadline): Promise<string | undefined> {
    try {
      return (await this.sessions.createPrimary(room, deadline)).meetingId;
    } catch (error) {
      if (error instanceof MeetingError) throw error;
      return undefined;
    }
  }

  /** Changes the sessions, if nobody else has. */
  private changeSessions(room: Room, set: Partial<Room>): Promise<boolean> {
    return this.rooms.change(room, {
      set: { ...set },
      if: '#sessions = :seenSessions',
      values: { seenSessions: room.sessions },
    });
  }

  private async wait(room: Room, deadline: Deadline): Promise<void> {
    if (deadline.left <= POLL_MS) {
      throw throttled(`The meeting ${room.config.meeting} is ${room.state}.`, (room.lease!.until - Date.now()) / 1000);
    }
    await deadline.pause(POLL_MS * (0.5 + Math.random()));
  }
}

/** Rows that are left when a generation is over. */
function garbageOf({ garbage = [], generation, running }: Room) {
  return [...garbage, { generation, sessions: 1 + running!.replicas.length }];
}

/** That the room's time has come: the sweeper then starts it no more. */
export function keptStart({ config: { startsAt } }: Room): Pick<Room, 'startedFor'> {
  return startsAt && Date.parse(startsAt) <= Date.now() ? { startedFor: startsAt } : {};
}

function expectStartable({ config, state }: Room, starter: Starter): void {
  if (starter === 'host') return;
  if (state === 'ended') throw ended(`A host ended ${config.meeting}, and starts it again.`);
  if (config.startsAt && Date.now() < Date.parse(config.startsAt)) {
    throw notAllowed(`${config.meeting} starts at ${config.startsAt}.`);
  }
  if (config.startPolicy === 'host') throw ended(`${config.meeting} does not live, and a host starts it.`);
}

function asRefusal(error: Error, { replicas }: RoomConfig): MeetingError {
  if (error instanceof MeetingError) return error;
  return unavailable(
    `The service did not create the sessions (${error.name}: ${error.message}). Quotas that may be exhausted: concurrent ` +
      `meetings (L-9F286451), replica meetings per primary meeting (L-154D84D0); this meeting has ${replicas.length} replicas.`,
  );
}
