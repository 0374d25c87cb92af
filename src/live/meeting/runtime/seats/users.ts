import { Condition } from '../../../../private/runtime/dynamodb-table';
import { Attendee } from '../chime/chime';
import { Lease } from '../rooms/rooms';
import { PlaceKind, SessionAddress } from '../store/keys';

/**
 * `reserved`: the call that holds the lease creates the attendee. `taken`: the attendee is known. `leaving`: the
 * attendee is being deleted.
 */
export type PlaceState = 'reserved' | 'taken' | 'leaving';

/** A place, without the credentials, so that the index can list it. */
export interface StoredPlace {
  readonly number: number;
  readonly state: PlaceState;
  /** When the place was reserved, in milliseconds since the epoch. */
  readonly since: number;
  readonly lease?: Lease;
  readonly attendeeId?: string;
  /** Whether the attendee was created ahead, so that its `ExternalUserId` is the id of the seat. */
  readonly pooled?: boolean;
  /** When the user accepted the promotion, in milliseconds since the epoch. */
  readonly acceptedAt?: number;
  /** When the connection was lost. Undefined while the user is connected. */
  readonly leftAt?: number;
  /** The time of the latest connection event. Older events are ignored. */
  readonly lastEventAt?: number;
}

/** The item of a user: the seat, the promotion and the ban. The address is that of the seat. */
export interface UserItem extends SessionAddress {
  readonly user: string;
  readonly role: 'participant' | 'presenter';
  readonly seat?: StoredPlace;
  /** Includes the join token, which is a secret. */
  readonly attendee?: Attendee;
  readonly stage?: StoredPlace;
  /** Includes the join token, which is a secret. */
  readonly stageAttendee?: Attendee;
  readonly banned?: boolean;
}

export interface JoinRequest {
  readonly externalUserId: string;
  readonly role: 'participant' | 'presenter';
  readonly mediaRegion?: string;
}

/** A place that a user has. */
export interface Place extends SessionAddress, StoredPlace {
  readonly kind: PlaceKind;
  readonly user: string;
  readonly role: UserItem['role'];
  /** Undefined in lists, because the index does not contain credentials. */
  readonly attendee?: Attendee;
  /** The attribute that was read. A write has the condition that it is unchanged. */
  readonly seen: StoredPlace;
}

/** The attribute with the credentials of a place. */
export const CREDENTIALS = { seat: 'attendee', stage: 'stageAttendee' } as const;

export function placeOf(kind: PlaceKind, item: UserItem | undefined): Place | undefined {
  const seen = item?.[kind];
  if (!seen) return undefined;
  const { uid, generation, index, user, role } = item;
  const attendee = item[CREDENTIALS[kind]];
  return { uid, generation, index: kind === 'seat' ? index : 0, user, role, attendee, ...seen, kind, seen };
}

/** How long a promotion can remain unused, and then an accepted one. */
const UNUSED_MS = 120_000;

/**
 * When a promotion expires unless its user connects, in milliseconds since the epoch.
 *
 * @returns undefined if the user has connected
 */
export function unusedUntil({ since, acceptedAt = since, lastEventAt }: StoredPlace): number | undefined {
  return lastEventAt === undefined ? acceptedAt + UNUSED_MS : undefined;
}

/** The condition that a user has a seat in the generation, and is not leaving. */
export function seatedIn(generation: number): Condition {
  return { if: '#generation = :generation AND #seat.#state <> :leaving', values: { generation, leaving: 'leaving' } };
}
