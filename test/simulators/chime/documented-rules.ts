import type {
  CreateMeetingRequest,
  CreateMeetingWithAttendeesRequest,
  MeetingFeaturesConfiguration,
} from '@aws-sdk/client-chime-sdk-meetings';
import { badRequest } from './errors';
import { HIGH_RESOLUTION_ATTENDEES, isHighResolution } from './records';
import { canHost } from './regions';

/** The pattern of ExternalMeetingId and ExternalUserId, which is only in the documentation of the model. */
const EXTERNAL_ID = /^[-_&@+=,(){}[\]/«».:|'"#a-zA-Z0-9À-ÿ\s]*$/;

/** The observed limit of the service. The model says 20: https://github.com/aws/aws-sdk-js/pull/4344 */
const ATTENDEES_WITH_MEETING = 10;

/** Throws if an external id violates the documented rules. */
export function checkExternalId(member: string, value: string): void {
  if (value.toLowerCase().startsWith('aws:')) {
    throw badRequest(`${member} must not begin with the reserved prefix aws:`);
  }
  if (!EXTERNAL_ID.test(value)) {
    throw badRequest(
      `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${EXTERNAL_ID.source}`,
    );
  }
}

/** Throws if a request for a meeting violates a rule that is not in the model. */
export function checkMeetingRequest(
  request: CreateMeetingRequest & Partial<Pick<CreateMeetingWithAttendeesRequest, 'Attendees'>>,
  controlRegion: string,
): void {
  checkExternalId('externalMeetingId', request.ExternalMeetingId!);
  if (!canHost(controlRegion, request.MediaRegion!)) {
    throw badRequest(`MediaRegion ${request.MediaRegion} is not available from ${controlRegion}`);
  }
  if ((request.Attendees?.length ?? 0) > ATTENDEES_WITH_MEETING) {
    throw badRequest(
      `1 validation error detected: Value at 'attendees' failed to satisfy constraint: Member must have length less than or equal to ${ATTENDEES_WITH_MEETING}`,
    );
  }
  for (const { ExternalUserId } of request.Attendees ?? []) checkExternalId('externalUserId', ExternalUserId!);
  for (const { Key } of request.Tags ?? []) checkTagKey(Key!);
  checkFeatures(request.MeetingFeatures);
}

/** Tags with this prefix belong to AWS, in every service. */
export function checkTagKey(key: string): void {
  if (key.toLowerCase().startsWith('aws:')) throw badRequest('Tag keys must not begin with the reserved prefix aws:');
}

function checkFeatures(features: MeetingFeaturesConfiguration | undefined): void {
  if (!isHighResolution(features)) return;
  const maxCount = features?.Attendee?.MaxCount;
  if (maxCount === undefined) {
    throw badRequest('MeetingFeatures.Attendee.MaxCount is required for FHD video and for UHD content');
  }
  if (maxCount > HIGH_RESOLUTION_ATTENDEES) {
    throw badRequest(
      `MeetingFeatures.Attendee.MaxCount must be at most ${HIGH_RESOLUTION_ATTENDEES} for FHD video and for UHD content`,
    );
  }
}
