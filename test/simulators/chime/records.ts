import type { AttendeeCapabilities, MeetingFeaturesConfiguration } from '@aws-sdk/client-chime-sdk-meetings';
import { Quotas } from './settings';

/** Why a meeting ended. */
export type EndReason = 'deleted' | 'primary-ended' | 'nobody-connected' | 'no-audio' | 'too-old';

export interface AttendeeRecord {
  readonly attendeeId: string;
  readonly externalUserId: string;
  readonly joinToken: string;
  /** The place in the order of creation, by which pages of a list go on. */
  readonly ordinal: number;
  capabilities: AttendeeCapabilities;
}

/** A media connection of an attendee. */
export interface Connection {
  readonly attendee: AttendeeRecord;
  /** Tells the client that the connection has ended, which may be noticed later than it was. */
  lost(at: number): void;
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
  /** The meeting that this one replicates. */
  readonly primary?: MeetingRecord;
  readonly replicas: Set<MeetingRecord>;
  readonly attendees: Map<string, AttendeeRecord>;
  readonly attendeesByUser: Map<string, AttendeeRecord>;
  readonly connections: Map<string, Connection>;
  attendeesCreated: number;
  audible: boolean;
  /** Since when nobody is connected. */
  emptySince?: number;
  /** Since when two or more are connected without any audio. */
  quietSince?: number;
  endedAt?: number;
  endReason?: EndReason;
}

/** The most attendees of a meeting with FHD video or UHD content, as the model's prose of AttendeeFeatures says. */
export const HIGH_RESOLUTION_ATTENDEES = 25;

export function isHighResolution(features: MeetingFeaturesConfiguration | undefined): boolean {
  return features?.Video?.MaxResolution === 'FHD' || features?.Content?.MaxResolution === 'UHD';
}

/** How many attendees can be created in a meeting. A replica follows the features of its primary. */
export function attendeeLimit(meeting: MeetingRecord, quotas: Quotas): number {
  return Math.min(quotas.attendeesPerMeeting, meeting.features?.Attendee?.MaxCount ?? Infinity);
}
