import { randomBytes } from 'node:crypto';
import { RoomConfig } from '../../contract';
import { notFound } from '../errors';
import { GenerationAddress, keys } from '../store/keys';
import { Change, Table } from '../store/table';

/**
 * `idle`: none lives, and the next join may start one. `ended`: a host ended it, and only a host starts it again.
 * `starting` and `ending`: somebody is at it, until the lease runs out; then anybody may take over.
 */
export type RoomState = 'idle' | 'starting' | 'live' | 'ending' | 'ended';

export interface Lease {
  readonly id: string;
  /** In milliseconds. */
  readonly until: number;
}

/** A session of the generation that lives. */
export interface LiveSession {
  readonly index: number;
  readonly mediaRegion: string;
  readonly meetingId: string;
}

export interface Garbage {
  readonly generation: number;
  /** How many sessions there may be rows of. */
  readonly sessions: number;
}

export interface Room extends GenerationAddress {
  /** As it was deployed last. */
  readonly config: RoomConfig;
  /** As it was when the generation was started. */
  readonly running?: RoomConfig;
  /** The stack and the resource in it that made the room. */
  readonly owner: string;
  readonly state: RoomState;
  readonly lease?: Lease;
  readonly primaryMeetingId?: string;
  readonly sessions?: readonly LiveSession[];
  /** Replicas that were gone while the primary lived, by index. */
  readonly lost?: readonly number[];
  /** Into which state `ending` leads. */
  readonly endingAs?: 'idle' | 'ended';
  /** When the service last said that the primary lives. */
  readonly verifiedAt?: number;
  /** Generations whose rows are not all gone. */
  readonly garbage?: readonly Garbage[];
  /** The `startsAt` that was kept. */
  readonly startedFor?: string;
}

export class Rooms {
  constructor(private readonly table: Table) {}

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

  /** Creates the room, or changes it if it is the same owner's: what lives goes on as it is. */
  async save(config: RoomConfig, owner: string): Promise<boolean> {
    const { meeting, startsAt } = config;
    // A time that is past is no reason to start now.
    const past = startsAt !== undefined && Date.parse(startsAt) <= Date.now() ? { startedFor: startsAt } : {};
    const existing = await this.find(meeting);
    if (existing) {
      return this.table.update(keys.room(meeting), {
        set: { config, ...(existing.config.startsAt !== startsAt && past) },
        if: '#owner = :owner',
        names: ['owner'],
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
    const failed = await this.table.transact([this.table.putIf(item, { if: 'attribute_not_exists(pk)' })]);
    // Another call of the same deployment may have been faster.
    return failed.size === 0 || (await this.find(meeting))?.owner === owner;
  }

  /** Changes the room if it is still as it was seen. */
  async change(room: Room, change: Change): Promise<boolean> {
    const unchanged = [
      '#uid = :seenUid AND #state = :seenState AND #generation = :seenGeneration',
      room.lease ? '#lease = :seenLease' : 'attribute_not_exists(#lease)',
    ].join(' AND ');
    return this.table.update(keys.room(room.config.meeting), {
      ...change,
      if: change.if ? `${unchanged} AND ${change.if}` : unchanged,
      names: ['uid', 'state', 'generation', 'lease', ...(change.names ?? [])],
      values: {
        seenUid: room.uid,
        seenState: room.state,
        seenGeneration: room.generation,
        ...(room.lease && { seenLease: room.lease }),
        ...change.values,
      },
    });
  }

  /** @returns whether the room still was as it was seen */
  async delete({ config: { meeting }, uid, lease }: Room): Promise<boolean> {
    const failed = await this.table.transact([
      this.table.deleteIf(keys.room(meeting), {
        if: '#uid = :uid AND #lease = :lease',
        names: ['uid', 'lease'],
        values: { uid, lease },
      }),
    ]);
    return failed.size === 0;
  }
}

export function newLease(milliseconds: number): Lease {
  return { id: randomBytes(8).toString('hex'), until: Date.now() + milliseconds };
}

export function isHeld({ lease }: { readonly lease?: Lease }): boolean {
  return lease !== undefined && lease.until > Date.now();
}
