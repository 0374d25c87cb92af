import type {
  BatchCreateAttendeeRequest,
  BatchUpdateAttendeeCapabilitiesExceptRequest,
  CreateAttendeeRequest,
  CreateMeetingRequest,
  CreateMeetingWithAttendeesRequest,
  DeleteAttendeeRequest,
  DeleteMeetingRequest,
  GetAttendeeRequest,
  GetMeetingRequest,
  ListAttendeesRequest,
  ListTagsForResourceRequest,
  StartMeetingTranscriptionRequest,
  StopMeetingTranscriptionRequest,
  TagResourceRequest,
  UntagResourceRequest,
  UpdateAttendeeCapabilitiesRequest,
} from '@aws-sdk/client-chime-sdk-meetings';
import { OperationName } from './operations';
import { Valid } from '../common/requests';

export interface Requests {
  BatchCreateAttendee: Valid<BatchCreateAttendeeRequest>;
  BatchUpdateAttendeeCapabilitiesExcept: Valid<BatchUpdateAttendeeCapabilitiesExceptRequest>;
  CreateAttendee: Valid<CreateAttendeeRequest>;
  CreateMeeting: Valid<CreateMeetingRequest>;
  CreateMeetingWithAttendees: Valid<CreateMeetingWithAttendeesRequest>;
  DeleteAttendee: Valid<DeleteAttendeeRequest>;
  DeleteMeeting: Valid<DeleteMeetingRequest>;
  GetAttendee: Valid<GetAttendeeRequest>;
  GetMeeting: Valid<GetMeetingRequest>;
  ListAttendees: Valid<ListAttendeesRequest>;
  ListTagsForResource: Valid<ListTagsForResourceRequest>;
  StartMeetingTranscription: Valid<StartMeetingTranscriptionRequest>;
  StopMeetingTranscription: Valid<StopMeetingTranscriptionRequest>;
  TagResource: Valid<TagResourceRequest>;
  UntagResource: Valid<UntagResourceRequest>;
  UpdateAttendeeCapabilities: Valid<UpdateAttendeeCapabilitiesRequest>;
}

/** The implementation of an operation. The body is empty if it returns nothing. */
export type Handlers = {
  [Name in OperationName]: (request: Requests[Name], scope: CallScope) => object | undefined;
};

/** An attendee of a batch that was not created. */
export interface ItemError {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

export interface CallScope {
  /** The control region. */
  readonly region: string;
  /** A fault for single attendees of a batch. */
  refuseItem?(externalUserId: string): ItemError | undefined;
}
