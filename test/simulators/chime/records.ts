import type { AttendeeCapabilities, MeetingFeaturesConfiguration } from '@aws-sdk/client-chime-sdk-meetings';
import { Quotas } from './settings';

/** Why a meeting ended. */
export type EndReason = 'deleted' | 'primary-ended' | 'nobody-connected' | 'no-audio' | 'too-old';

export interface AttendeeRecord {
  readonly attendeeId: string;
  readonly externalUserId: string;
  readonly joinToken: string;
  /** The position in the order of creation, by which lists are paginated. */
  readonly ordinal: number;
  capabilities: AttendeeCapabilities;
}

/**
 * Why a connection ended: the client left or lost its network, its attendee was deleted, the meeting ended, or another
 * client connected with the same attendee.
 */
export type Loss = 'left' | 'dropped' | 'removed' | 'ended' | 'replaced';

/** The media connection of an attendee. */
export interface Connection {
  readonly attendee: AttendeeRecord;
  /** Notifies the client that the connection has ended, possibly later than it did. */
  lost(at: number, why: Loss): void;
}

export interface MeetingRecord {
  readonly meetingId: string;
  readonly meetingArn: string;
  readonly controlRegion: string;
  readonly mediaRegion: string;
  readonly externalMeetingId: string;
  readonly meetingHostId?: string;
  readonly features?: MeetingFeaturesConfiguration;
  readonly tenantIds: readonly string[];
  readonly tags: Map<string, string>;
  readonly createdAt: number;
  /** The primary meeting of this replica. */
  readonly primary?: MeetingRecord;
  readonly replicas: Set<MeetingRecord>;
  readonly attendees: Map<string, AttendeeRecord>;
  readonly attendeesByUser: Map<string, AttendeeRecord>;
  readonly connections: Map<string, Connection>;
  attendeesCreated: number;
  audible: boolean;
  /** The time since which nobody has been connected. */
  emptySince?: number;
  /** The time since which two or more attendees have been connected without audio. */
  quietSince?: number;
  endedAt?: number;
  endReason?: EndReason;
}

/** The maximum number of attendees with FHD video or UHD content, as documented for AttendeeFeatures. */
export const HIGH_RESOLUTION_ATTENDEES = 25;

export function isHighResolution(features: MeetingFeaturesConfiguration | undefined): boolean {
  return features?.Video?.MaxResolution === 'FHD' || features?.Content?.MaxResolution === 'UHD';
}

/** The maximum number of attendees of a meeting. A replica has the features of its primary. */
export function attendeeLimit(meeting: MeetingRecord, quotas: Quotas): number {
  return Math.min(quotas.attendeesPerMeeting, meeting.features?.Attendee?.MaxCount ?? Infinity);
}
