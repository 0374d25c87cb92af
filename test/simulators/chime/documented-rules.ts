import type {
  CreateMeetingRequest,
  CreateMeetingWithAttendeesRequest,
  MeetingFeaturesConfiguration,
} from '@aws-sdk/client-chime-sdk-meetings';
import { badRequest } from './errors';
import { HIGH_RESOLUTION_ATTENDEES, isHighResolution } from './records';
import { canHost } from './regions';

/** Of ExternalMeetingId and ExternalUserId. It stands in the prose of the model only. */
const EXTERNAL_ID = /^[-_&@+=,(){}[\]/«».:|'"#a-zA-Z0-9À-ÿ\s]*$/;

/** What the service was seen to take, while the model says 20: https://github.com/aws/aws-sdk-js/pull/4344 */
const ATTENDEES_WITH_MEETING = 10;

/** Fails if a caller's own id breaks the rules that the model has in prose. */
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

/** Fails if a request for a meeting breaks a rule that the model has in prose, or not at all. */
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
      `MeetingFeatures.Attendee.MaxCount must not be over ${HIGH_RESOLUTION_ATTENDEES} for FHD video and for UHD content`,
    );
  }
}
