import { Chime, Meeting } from './chime';
import { Deadline } from './deadline';
import { ended, isCode, MeetingError, notAllowed, throttled, unavailable } from './errors';
import { garbageAt, keys } from './keys';
import { isHeld, newLease, Room, Rooms } from './rooms';
import { Table } from './table';

/** What happened that somebody should know of. */
export interface GenerationEvents {
  /** A session was made as a replica and is none: it was deleted. */
  notAReplica(meeting: string, mediaRegion: string): void;
}

/** Who wants the meeting to live: a host always may, a join only where the room's policy lets it. */
export type Starter = 'host' | 'join';

/** The session's item: counters of its seats, and the meeting as the service gave it. */
export interface SessionItem {
  readonly index: number;
  readonly mediaRegion: string;
  readonly meetingId: string;
  readonly meeting: Meeting;
  readonly used: number;
  readonly cap: number;
  readonly stageUsed: number;
  readonly stageCap: number;
}

/** Longer than a function runs, so that nobody acts under a lease that has run out. */
const LEASE_MS = 35_000;
const WORK_MS = 25_000;
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
    private readonly events: GenerationEvents,
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

  /** Asks the service, if nobody has for a while. */
  async isAlive(room: Room, deadline: Deadline): Promise<boolean> {
    const { verifiedAt = 0, primaryMeetingId } = room;
    if (Date.now() - verifiedAt < VERIFIED_FOR_MS) return true;
    if (!(await this.chime.meetingExists(primaryMeetingId!, deadline))) return false;
    await this.rooms.change(room, { set: { verifiedAt: Date.now() } });
    return true;
  }

  /** @returns nothing if another was faster */
  async start(seen: Room, deadline: Deadline): Promise<Room | undefined> {
    const lease = newLease(LEASE_MS);
    // Who takes over goes on with the same generation, and so finds what was created already.
    const goesOn = seen.state === 'starting';
    const generation = goesOn ? seen.generation : seen.generation + 1;
    const running = goesOn ? seen.running! : seen.config;
    const won = await this.rooms.change(seen, {
      set: { state: 'starting', generation, running, lease },
      remove: goesOn ? [] : ['primaryMeetingId', 'sessions', 'verifiedAt', 'endingAs'],
    });
    if (!won) return undefined;
    const room: Room = { ...seen, state: 'starting', generation, running, lease };
    const within = deadline.within(WORK_MS);
    try {
      const sessions = await this.createSessions(room, within);
      await this.writeSessions(room, sessions);
      const live = sessions.map(({ index, mediaRegion, meetingId }) => ({ index, mediaRegion, meetingId }));
      const change = { state: 'live', sessions: live, primaryMeetingId: live[0].meetingId, verifiedAt: Date.now() };
      const startedFor = seen.config.startsAt;
      if (await this.rooms.change(room, { set: { ...change, startedFor }, remove: ['lease'] })) {
        return { ...room, ...change, state: 'live', lease: undefined };
      }
      throw unavailable('The room was changed while the meeting started.');
    } catch (error) {
      await this.rollBack(room, within);
      throw error;
    }
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
    await this.rollBack({ ...seen, lease }, deadline.within(WORK_MS));
    return true;
  }

  /**
   * Undoes a start that can't go on. What a lost answer may have created is found by asking for it again, which is
   * idempotent: there is no other way to learn its id.
   */
  private async rollBack(room: Room, deadline: Deadline): Promise<void> {
    const { uid, generation, config, running } = room;
    const current = await this.rooms.find(config.meeting);
    const primary =
      current?.primaryMeetingId ??
      (await this.chime.createMeeting({ uid, generation, index: 0 }, running!, undefined, deadline)).MeetingId!;
    if (current?.primaryMeetingId) await this.deleteStrays(room, primary, deadline);
    await this.chime.deleteMeeting(primary, deadline);
    await this.clearSessions(room);
    await this.rooms.change(room, { set: { state: 'idle' }, remove: ['lease', 'primaryMeetingId', 'sessions'] });
  }

  /** @param as what the room is afterwards: `ended` can be started again by a host only */
  async end(seen: Room, as: 'idle' | 'ended', deadline: Deadline): Promise<boolean> {
    const lease = newLease(LEASE_MS);
    if (!(await this.rooms.change(seen, { set: { state: 'ending', endingAs: as, lease } }))) return false;
    const room: Room = { ...seen, state: 'ending', endingAs: as, lease };
    const within = deadline.within(WORK_MS);
    const primary = room.primaryMeetingId!;
    await this.chime.deleteMeeting(primary, within); // its replicas and attendees go with it
    if (await this.chime.meetingExists(primary, within)) {
      throw unavailable('The meeting was deleted, and still is there.');
    }
    await this.clearSessions(room);
    const garbage = [...(room.garbage ?? []), { generation: room.generation, sessions: sessionCount(room) }];
    return this.rooms.change(room, {
      set: { state: as, garbage },
      remove: ['lease', 'primaryMeetingId', 'sessions', 'verifiedAt', 'endingAs'],
    });
  }

  /** Creates the replicas that are missing, where the room started without them. */
  async repair(room: Room, deadline: Deadline): Promise<number> {
    const present = new Set(room.sessions!.map(({ index }) => index));
    const missing = replicaIndexes(room).filter((index) => !present.has(index));
    if (missing.length === 0) return 0;
    const results = await this.createReplicas(room, room.primaryMeetingId!, missing, deadline);
    const created = results.filter((result): result is SessionItem => !(result instanceof Error));
    if (created.length === 0) return 0;
    await this.writeSessions(room, created);
    const sessions = [
      ...room.sessions!,
      ...created.map(({ index, mediaRegion, meetingId }) => ({ index, mediaRegion, meetingId })),
    ].sort((a, b) => a.index - b.index);
    if (await this.rooms.change(room, { set: { sessions } })) return created.length;
    await this.clearSessions({ ...room, sessions: created });
    return 0;
  }

  private async createSessions(room: Room, deadline: Deadline): Promise<SessionItem[]> {
    const { uid, generation, config, running } = room;
    const primary = await this.chime.createMeeting({ uid, generation, index: 0 }, running!, undefined, deadline);
    if (primary.PrimaryMeetingId) {
      throw unavailable('The service answered with a replica where a primary was asked for.');
    }
    // From here on, whoever takes over knows the primary.
    if (!(await this.rooms.change(room, { set: { primaryMeetingId: primary.MeetingId } }))) {
      throw unavailable('The room was changed while the meeting started.');
    }
    const results = await this.createReplicas(room, primary.MeetingId!, replicaIndexes(room), deadline);
    const failure = results.find((result): result is Error => result instanceof Error);
    if (failure && !config.startWithFewerReplicas) throw asRefusal(failure);
    const replicas = results.filter((result): result is SessionItem => !(result instanceof Error));
    return [sessionItem(room, 0, primary), ...replicas];
  }

  private createReplicas(
    room: Room,
    primaryMeetingId: string,
    indexes: readonly number[],
    deadline: Deadline,
  ): Promise<(SessionItem | Error)[]> {
    return Promise.all(
      indexes.map((index) =>
        this.createReplica(room, primaryMeetingId, index, deadline).catch((error: Error) => error),
      ),
    );
  }

  /** A token that was used before, or a legacy client, silently gives an ordinary meeting: never trust, always look. */
  private async createReplica(
    room: Room,
    primaryMeetingId: string,
    index: number,
    deadline: Deadline,
  ): Promise<SessionItem> {
    const { uid, generation, running } = room;
    const meeting = await this.chime.createMeeting({ uid, generation, index }, running!, primaryMeetingId, deadline);
    if (meeting.MeetingId !== primaryMeetingId && meeting.PrimaryMeetingId === primaryMeetingId) {
      return sessionItem(room, index, meeting);
    }
    const mediaRegion = running!.replicas[index - 1];
    this.events.notAReplica(running!.meeting, mediaRegion);
    if (meeting.MeetingId !== primaryMeetingId) await this.chime.deleteMeeting(meeting.MeetingId!, deadline);
    throw unavailable(`The service answered with a meeting that is no replica, in ${mediaRegion}.`);
  }

  /** Replicas that are none do not go with the primary. */
  private async deleteStrays(room: Room, primaryMeetingId: string, deadline: Deadline): Promise<void> {
    if (!(await this.chime.meetingExists(primaryMeetingId, deadline))) return;
    // Each either is a replica, or is deleted by the check.
    await this.createReplicas(room, primaryMeetingId, replicaIndexes(room), deadline);
  }

  private async writeSessions(room: Room, sessions: readonly SessionItem[]): Promise<void> {
    const { uid, generation, config } = room;
    await Promise.all(
      sessions.flatMap((session) => {
        const { index, meetingId } = session;
        const address = { uid, generation, index };
        const pk = keys.session(address);
        const grp = keys.sessions(address);
        const ord = String(index).padStart(4, '0');
        const place = { room: config.meeting, uid, generation, index, grp, expiresAt: garbageAt() };
        return [
          // Who takes over must not reset the counters.
          this.table.transact([
            this.table.putIf({ ...session, ...place, pk, ord }, { if: 'attribute_not_exists(pk)' }),
          ]) as Promise<unknown>,
          this.table.put({ ...place, pk: keys.meeting(meetingId), ord: `${ord}#index` }),
        ];
      }),
    );
  }

  /** After this, nobody can take a seat. */
  private async clearSessions(room: Room): Promise<void> {
    const { uid, generation, sessions = [] } = room;
    await Promise.all([
      ...[0, ...replicaIndexes(room)].map((index) => this.table.delete(keys.session({ uid, generation, index }))),
      ...sessions.map(({ meetingId }) => this.table.delete(keys.meeting(meetingId))),
    ]);
  }

  private async wait(room: Room, deadline: Deadline): Promise<void> {
    if (deadline.left <= POLL_MS) {
      throw throttled(`The meeting ${room.config.meeting} is ${room.state}.`, (room.lease!.until - Date.now()) / 1000);
    }
    await deadline.pause(POLL_MS * (0.5 + Math.random()));
  }
}

function replicaIndexes({ running }: Room): number[] {
  return running!.replicas.map((_, position) => position + 1);
}

function sessionCount({ running }: Room): number {
  return 1 + running!.replicas.length;
}

function sessionItem({ running }: Room, index: number, meeting: Meeting): SessionItem {
  const { attendeesPerSession, stageSlots, replicas, mediaRegion } = running!;
  const stageCap = index === 0 && replicas.length > 0 ? stageSlots : 0;
  return {
    index,
    mediaRegion: index === 0 ? mediaRegion : replicas[index - 1],
    meetingId: meeting.MeetingId!,
    meeting,
    used: 0,
    cap: attendeesPerSession - stageCap,
    stageUsed: 0,
    stageCap,
  };
}

function expectStartable({ config, state }: Room, starter: Starter): void {
  if (starter === 'host') return;
  if (state === 'ended') throw ended(`A host ended ${config.meeting}, and starts it again.`);
  if (config.startsAt && Date.now() < Date.parse(config.startsAt)) {
    throw notAllowed(`${config.meeting} starts at ${config.startsAt}.`);
  }
  if (config.startPolicy === 'host') throw ended(`${config.meeting} does not live, and a host starts it.`);
}

function asRefusal(error: Error): MeetingError {
  if (isCode(error, 'Throttled', 'ServiceUnavailable')) return error;
  return unavailable(
    `A session could not be created (${error.name}). Quotas: concurrent meetings, replicas per primary.`,
  );
}
