import type { AttendeeCapabilities } from '@aws-sdk/client-chime-sdk-meetings';
import { badRequest } from './errors';
import { MeetingRecord } from './records';
import { Behaviour } from './settings';

const receives = (capability: string | undefined) => capability === 'SendReceive' || capability === 'Receive';

/** Returns the capabilities of an attendee, or throws: implements the rules that the model documents for AttendeeCapabilities. */
export function resolveCapabilities(
  meeting: MeetingRecord,
  asked: AttendeeCapabilities | undefined,
  behaviour: Behaviour,
): AttendeeCapabilities {
  const noVideo = meeting.features?.Video?.MaxResolution === 'None';
  const noContent = meeting.features?.Content?.MaxResolution === 'None';
  if (asked && meeting.primary && behaviour.overridesOnReplicas === 'refused') {
    throw badRequest('Capabilities cannot be set in a replica meeting');
  }
  if (!asked || meeting.primary) {
    return {
      Audio: 'SendReceive',
      // Receiving content requires receiving video, even if the meeting has no video.
      Video: noVideo ? (noContent ? 'None' : 'Receive') : 'SendReceive',
      Content: noContent ? 'None' : 'SendReceive',
    };
  }
  if (noVideo && asked.Video !== 'None') throw badRequest('The meeting has no video: Capabilities.Video must be None');
  if (noContent && asked.Content !== 'None') {
    throw badRequest('The meeting has no content: Capabilities.Content must be None');
  }
  if (receives(asked.Content) && !receives(asked.Video)) {
    throw badRequest('Capabilities.Content can only include Receive if Capabilities.Video does');
  }
  return { Audio: asked.Audio, Video: asked.Video, Content: asked.Content };
}
