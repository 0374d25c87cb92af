import { endOf, NextGeneration, previousOf, Room, Rooms } from './rooms';
import { liveSession, replicaIndexes, SessionItem, Sessions } from './sessions';
import { Deadline } from '../../../../private/runtime/deadline';
import { Change } from '../../../../private/runtime/dynamodb-table';
import { generationChanged } from '../events/meeting-events';

/** How long before its end a generation is followed by the next one. */
const AHEAD_MS = 10 * 60_000;

/**
 * Prepares the next generation before Amazon Chime SDK ends a meeting after 24 hours. Called under the lease of the work
 * in the background. A call after an interrupted one continues with the same sessions.
 */
export class RollOver {
  constructor(
    private readonly rooms: Rooms,
    private readonly sessions: Sessions,
  ) {}

  /** @throws why the sessions could not be created. The next call tries again */
  async rollOver(seen: Room, deadline: Deadline): Promise<void> {
    const preparing = seen.preparing ?? { generation: seen.generation + 1, running: seen.config };
    // From here on, the sweeper deletes the sessions if this meeting ends before.
    if (!seen.preparing && !(await this.rooms.change(seen, { set: { preparing } }))) return;
    const next = nextOf(seen, preparing);
    const created = await this.create(next, deadline).catch(async (error) => {
      // Amazon Chime SDK would return the deleted sessions for the same number.
      const again = { generation: preparing.generation + 1, running: seen.config };
      await this.forget(seen, preparing, { set: { preparing: again } });
      throw error;
    });
    await this.sessions.write(next, created);
    const room = await this.rooms.find(seen.config.meeting);
    const isWanted = room?.generation === seen.generation && room.preparing?.generation === preparing.generation;
    if (room?.state === 'live' && isWanted && (await this.moveTo(next, created, room))) {
      await this.sessions.fillPools(next);
    }
  }

  /** Deletes a generation that was prepared for a meeting that has ended. */
  async abandon(room: Room, deadline: Deadline): Promise<void> {
    const { preparing, generation, state } = room;
    if (!preparing || (state === 'live' && preparing.generation > generation)) return;
    await this.deleteSessions(nextOf(room, preparing), deadline);
    await this.forget(room, preparing, { remove: ['preparing'] });
  }

  /** Forgets the generation from which users have moved when its time is over. */
  async forgetPrevious(room: Room, deadline: Deadline): Promise<void> {
    const previous = previousOf(room);
    if (!previous || (await this.sessions.exists(previous.sessions![0], deadline))) return;
    await this.sessions.clear(previous, previous.sessions!);
    const { garbage = [] } = room;
    const { generation, size: sessions } = room.previous!;
    await this.rooms.change(room, { set: { garbage: [...garbage, { generation, sessions }] }, remove: ['previous'] });
  }

  /** Creates the sessions, or leaves none behind. */
  private async create(next: Room, deadline: Deadline): Promise<SessionItem[]> {
    let primary: SessionItem | undefined;
    try {
      primary = await this.sessions.createPrimary(next, deadline);
      const replicas = await this.sessions.createReplicas(next, primary.meetingId, replicaIndexes(next), deadline);
      const failure = replicas.find((replica): replica is Error => replica instanceof Error);
      if (failure && !next.running!.startWithFewerReplicas) throw failure;
      return [primary, ...replicas.filter((replica): replica is SessionItem => !(replica instanceof Error))];
    } catch (error) {
      if (primary) await this.sessions.delete(primary, deadline);
      else await this.deleteSessions(next, deadline);
      throw error;
    }
  }

  private moveTo(next: Room, created: readonly SessionItem[], room: Room): Promise<boolean> {
    const { generation, primaryMeetingId, sessions, running } = room;
    const current = created.map(liveSession);
    const change = {
      set: {
        generation: next.generation,
        running: next.running,
        primaryMeetingId: current[0].meetingId,
        sessions: current,
        verifiedAt: Date.now(),
        previous: { generation, primaryMeetingId, sessions, size: 1 + running!.replicas.length },
      },
      remove: ['preparing', 'lost', 'grownAt', 'unattendedSince', 'warned'],
    };
    return this.rooms.change(room, change, [generationChanged(generation, next.generation, endOf(room))]);
  }

  private async deleteSessions(next: Room, deadline: Deadline): Promise<void> {
    // Creating the primary again is the way to find its id.
    const primary = await this.sessions.createPrimary(next, deadline).catch(() => undefined);
    if (primary) await this.sessions.delete(primary, deadline);
  }

  private async forget({ config }: Room, { generation, running }: NextGeneration, change: Change): Promise<void> {
    const now = await this.rooms.find(config.meeting);
    if (now?.preparing?.generation !== generation) return;
    const { garbage = [] } = now;
    const left = { generation, sessions: 1 + running.replicas.length };
    await this.rooms.change(now, { ...change, set: { ...change.set, garbage: [...garbage, left] } });
  }
}

function nextOf(room: Room, next: NextGeneration): Room {
  return { ...room, ...next, lost: [] };
}

/** Nobody moves from a meeting that nobody presents in: it ends earlier anyway. */
export function isDue(room: Room): boolean {
  return !room.unattendedSince && !room.previous && Date.now() >= endOf(room) - AHEAD_MS;
}
