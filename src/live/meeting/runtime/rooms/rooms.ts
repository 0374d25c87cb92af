import { randomBytes } from 'node:crypto';
import { Change, DynamoDbTable } from '../../../../private/runtime/dynamodb-table';
import { RoomConfig } from '../../contract';
import { ended, notFound } from '../errors';
import { MeetingEvent } from '../events/meeting-events';
import { Outbox } from '../events/outbox';
import { GenerationAddress, keys } from '../store/keys';

/**
 * `idle`: no generation is running, and the next join may start one. `ended`: a host ended the meeting, and only a host
 * can start it again. `starting` and `ending`: a call is working on it. When its lease expires, another call takes
 * over.
 */
export type RoomState = 'idle' | 'starting' | 'live' | 'ending' | 'ended';

export interface Lease {
  readonly id: string;
  /** The time of expiry, in milliseconds since the epoch. */
  readonly until: number;
}

/** A session of the running generation. */
export interface LiveSession {
  readonly index: number;
  readonly mediaRegion: string;
  readonly meetingId: string;
  /** When it was created, in milliseconds since the epoch. */
  readonly createdAt?: number;
}

export interface Garbage {
  readonly generation: number;
  /** The number of sessions that may have items. */
  readonly sessions: number;
}

/** A generation whose sessions are being created, with its configuration. */
export interface NextGeneration {
  readonly generation: number;
  readonly running: RoomConfig;
}

/** A generation that continues while its users move to the next one. */
export interface PreviousGeneration {
  readonly generation: number;
  readonly primaryMeetingId: string;
  readonly sessions: readonly LiveSession[];
  /** The number of sessions that may have items. */
  readonly size: number;
}

export interface Room extends GenerationAddress {
  /** The configuration of the latest deployment. */
  readonly config: RoomConfig;
  /** The configuration with which the generation was started. */
  readonly running?: RoomConfig;
  /** The stack and the resource that the room belongs to. */
  readonly owner: string;
  readonly state: RoomState;
  readonly lease?: Lease;
  readonly primaryMeetingId?: string;
  readonly sessions?: readonly LiveSession[];
  /** The indexes of replicas that were lost while the primary was running. */
  readonly lost?: readonly number[];
  /** When replicas were last added, in milliseconds since the epoch. */
  readonly grownAt?: number;
  /** The state that follows `ending`. */
  readonly endingAs?: 'idle' | 'ended';
  /** When Amazon Chime SDK last confirmed that the primary is running. */
  readonly verifiedAt?: number;
  /** Since when nobody is connected to the primary session, in milliseconds since the epoch. 0 while somebody is. */
  readonly unattendedSince?: number;
  /** The ends that users were warned of, by their reason, in milliseconds since the epoch. */
  readonly warned?: Readonly<Record<string, number>>;
  /** The generation whose sessions are being created before this one ends. */
  readonly preparing?: NextGeneration;
  /** The generation from which users move to this one. */
  readonly previous?: PreviousGeneration;
  /** Earlier generations that may still have items. */
  readonly garbage?: readonly Garbage[];
  /** The latest `startsAt` that has been handled. */
  readonly startedFor?: string;
  /** The id of the latest change. */
  readonly changeId?: string;
}

export class Rooms {
  constructor(
    private readonly table: DynamoDbTable,
    private readonly outbox: Outbox,
  ) {}

  find(meeting: string): Promise<Room | undefined> {
    return this.table.get<Room>(keys.room(meeting));
  }

  async get(meeting: string): Promise<Room> {
    const room = await this.find(meeting);
    if (!room) throw notFound(meeting);
    return room;
  }

  /** @throws MeetingEnded unless the meeting is running */
  async getLive(meeting: string): Promise<Room> {
    const room = await this.get(meeting);
    if (room.state !== 'live') throw ended(`Meeting "${meeting}" is not running.`);
    return room;
  }

  /** The names of all rooms. Eventually consistent. */
  async names(): Promise<string[]> {
    return (await this.table.list<{ readonly ord: string }>(keys.rooms)).map(({ ord }) => ord);
  }

  /**
   * Creates the room, or changes its configuration. A running generation keeps the old one.
   *
   * @returns false if another owner has a room with this name
   */
  async save(config: RoomConfig, owner: string): Promise<boolean> {
    const { meeting, startsAt } = config;
    // A time in the past does not start the meeting.
    const past = startsAt !== undefined && Date.parse(startsAt) <= Date.now() ? { startedFor: startsAt } : {};
    const existing = await this.find(meeting);
    if (existing) {
      return this.table.update(keys.room(meeting), {
        set: { config, ...(existing.config.startsAt !== startsAt && past) },
        if: '#owner = :owner',
        values: { owner },
      });
    }
    const item = {
      pk: keys.room(meeting),
      grp: keys.rooms,
      ord: meeting,
      config,
      owner,
      uid: randomBytes(8).toString('hex'),
      generation: 0,
      state: 'idle',
      ...past,
    };
    // A repeated call of the same deployment may have created it.
    return (await this.table.create(item)) || (await this.find(meeting))?.owner === owner;
  }

  /**
   * Changes the room unless another call has changed its state since it was read.
   *
   * The SDK repeats a write whose response was lost, and the condition of the repetition fails because the first attempt
   * was successful. The id of the change distinguishes that from a change by another call.
   *
   * @param events what the change means for others
   */
  async change(room: Room, change: Change, events: readonly MeetingEvent[] = []): Promise<boolean> {
    const changeId = randomBytes(8).toString('hex');
    const unchanged = [
      '#uid = :seenUid AND #state = :seenState AND #generation = :seenGeneration',
      room.lease ? '#lease = :seenLease' : 'attribute_not_exists(#lease)',
    ].join(' AND ');
    const guarded: Change = {
      ...change,
      set: { ...change.set, changeId },
      if: change.if ? `${unchanged} AND ${change.if}` : unchanged,
      values: {
        seenUid: room.uid,
        seenState: room.state,
        seenGeneration: room.generation,
        ...(room.lease && { seenLease: room.lease }),
        ...change.values,
      },
    };
    const entries = events.map((event) => this.outbox.entry(room, event));
    const changed = await this.table.update(keys.room(room.config.meeting), guarded, entries);
    return changed || (await this.find(room.config.meeting))?.changeId === changeId;
  }

  /** @returns whether the room was deleted, and not changed by another call before */
  async delete({ config: { meeting }, uid, lease }: Room): Promise<boolean> {
    return this.table.delete(keys.room(meeting), { if: '#uid = :uid AND #lease = :lease', values: { uid, lease } });
  }
}

export function newLease(milliseconds: number): Lease {
  return { id: randomBytes(8).toString('hex'), until: Date.now() + milliseconds };
}

export function isHeld({ lease }: { readonly lease?: Lease }): boolean {
  return lease !== undefined && lease.until > Date.now();
}

/** https://docs.aws.amazon.com/chime-sdk/latest/dg/meetings-sdk.html */
const LONGEST_MS = 24 * 3600_000;

/** When Amazon Chime SDK ends the running generation, in milliseconds since the epoch. */
export function endOf({ sessions }: Room): number {
  return (sessions![0].createdAt ?? Date.now()) + LONGEST_MS;
}

/** The room as the generation sees it from which users move to the running one. */
export function previousOf(room: Room): Room | undefined {
  return room.previous && { ...room, ...room.previous, previous: undefined, lost: [] };
}
