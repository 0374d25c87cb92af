import { randomBytes } from 'node:crypto';
import { Change, DynamoDbTable } from '../../../../private/runtime/dynamodb-table';
import { RoomConfig } from '../../contract';
import { notFound } from '../errors';
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
}

export interface Garbage {
  readonly generation: number;
  /** The number of sessions that may have items. */
  readonly sessions: number;
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
  /** The state that follows `ending`. */
  readonly endingAs?: 'idle' | 'ended';
  /** When Amazon Chime SDK last confirmed that the primary is running. */
  readonly verifiedAt?: number;
  /** Earlier generations that may still have items. */
  readonly garbage?: readonly Garbage[];
  /** The latest `startsAt` that has been handled. */
  readonly startedFor?: string;
}

export class Rooms {
  constructor(private readonly table: DynamoDbTable) {}

  find(meeting: string): Promise<Room | undefined> {
    return this.table.get<Room>(keys.room(meeting));
  }

  async get(meeting: string): Promise<Room> {
    const room = await this.find(meeting);
    if (!room) throw notFound(meeting);
    return room;
  }

  list(): Promise<Room[]> {
    return this.table.list<Room>(keys.rooms);
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

  /** Changes the room unless another call has changed its state since it was read. */
  async change(room: Room, change: Change): Promise<boolean> {
    const unchanged = [
      '#uid = :seenUid AND #state = :seenState AND #generation = :seenGeneration',
      room.lease ? '#lease = :seenLease' : 'attribute_not_exists(#lease)',
    ].join(' AND ');
    return this.table.update(keys.room(room.config.meeting), {
      ...change,
      if: change.if ? `${unchanged} AND ${change.if}` : unchanged,
      values: {
        seenUid: room.uid,
        seenState: room.state,
        seenGeneration: room.generation,
        ...(room.lease && { seenLease: room.lease }),
        ...change.values,
      },
    });
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
