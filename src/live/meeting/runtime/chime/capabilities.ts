import type { AttendeeCapabilities } from '@aws-sdk/client-chime-sdk-meetings';
import { RoomConfig } from '../../contract';

/** What decides whether an attendee can send. */
export interface AttendeeRole {
  /** The index of the session. 0 is the primary. */
  readonly index: number;
  /** `stage`: a promoted participant. */
  readonly kind: 'seat' | 'stage';
  readonly role: 'participant' | 'presenter';
}

/**
 * The capabilities with which an attendee is created. Undefined for the default: in a replica, nobody can send, and in
 * a meeting with content but without video, explicit capabilities would exclude content.
 *
 * @see https://docs.aws.amazon.com/chime-sdk/latest/APIReference/API_meeting-chime_AttendeeCapabilities.html
 */
export function capabilitiesOf(
  { features, participantsCanSend }: RoomConfig,
  { index, kind, role }: AttendeeRole,
): AttendeeCapabilities | undefined {
  const hasVideo = features?.videoMaxResolution !== 'None';
  const hasContent = features?.contentMaxResolution !== 'None';
  if (index > 0 || (hasContent && !hasVideo)) return undefined;
  const direction = kind === 'stage' || role === 'presenter' || participantsCanSend ? 'SendReceive' : 'Receive';
  return { Audio: direction, Video: hasVideo ? direction : 'None', Content: hasContent ? direction : 'None' };
}

/** Whether an existing attendee was created with other capabilities, which a repeated creation does not change. */
export function differs(actual: AttendeeCapabilities | undefined, expected: AttendeeCapabilities | undefined): boolean {
  if (!actual || !expected) return false;
  return (['Audio', 'Video', 'Content'] as const).some((media) => actual[media] !== expected[media]);
}
