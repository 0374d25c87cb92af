import { StageEvents } from './stage';

/**
 * The connection of the user to the meeting.
 *
 * ```text
 * idle ──▶ joining ──▶ connecting ──▶ connected ◀──▶ reconnecting
 *          ▲  ▲ └▶ waiting ─┐             │               │
 *          │  └─────────────┘             │               │
 *          └──── the session ended ───────┴───────────────┴──▶ ended
 * ```
 */
export type MeetingState =
  | { readonly name: 'idle' | 'joining' | 'connecting' | 'connected' | 'reconnecting' }
  /** The service asked the client to wait, for example because all seats are taken. */
  | { readonly name: 'waiting'; readonly code: string; readonly seconds: number; readonly position?: number }
  | { readonly name: 'ended'; readonly reason: EndReason; readonly error?: unknown };

/**
 * Why the user is no longer in the meeting: they left, a host ended the meeting or removed them, they lost the seat
 * while the client was disconnected, they joined in another client, or the service refused the join.
 */
export type EndReason = 'left' | 'meeting-ended' | 'removed' | 'seat-lost' | 'another-client' | 'refused';

/** A video to show: bind its tile to an element. */
export interface MeetingVideo {
  readonly tileId: number;
  readonly attendeeId: string;
  readonly externalUserId: string;
  readonly isLocal: boolean;
  readonly isContent: boolean;
}

export interface MeetingEvents extends StageEvents {
  state: MeetingState;
  video: MeetingVideo;
  videoRemoved: { readonly tileId: number };
  /** Whether the content of this user is shared. */
  content: { readonly shared: boolean };
}
