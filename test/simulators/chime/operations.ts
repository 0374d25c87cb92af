import { ErrorName } from './errors';
import { Operation as CommonOperation, ServiceModel } from '../common/model';

interface Operation extends CommonOperation<ErrorName> {
  /** The status of successful responses. */
  readonly status: number;
}

/** The errors of every operation. */
const COMMON_ERRORS: readonly ErrorName[] = [
  'BadRequestException',
  'ForbiddenException',
  'ServiceFailureException',
  'ServiceUnavailableException',
  'ThrottlingException',
  'UnauthorizedException',
];

const ATTENDEES = '/meetings/{MeetingId}/attendees';
const ATTENDEE = `${ATTENDEES}/{AttendeeId}`;
const TRANSCRIPTION = '/meetings/{MeetingId}/transcription';

export const OPERATIONS = {
  CreateMeeting: {
    http: 'POST /meetings',
    status: 200,
    errors: ['ConflictException', 'LimitExceededException'],
  },
  CreateMeetingWithAttendees: {
    http: 'POST /meetings?operation=create-attendees',
    status: 200,
    errors: ['ConflictException', 'LimitExceededException'],
  },
  GetMeeting: { http: 'GET /meetings/{MeetingId}', status: 200, errors: ['NotFoundException'] },
  DeleteMeeting: { http: 'DELETE /meetings/{MeetingId}', status: 204, errors: ['NotFoundException'] },
  CreateAttendee: {
    http: `POST ${ATTENDEES}`,
    status: 200,
    errors: ['LimitExceededException', 'NotFoundException', 'UnprocessableEntityException'],
  },
  BatchCreateAttendee: {
    http: `POST ${ATTENDEES}?operation=batch-create`,
    status: 200,
    errors: ['LimitExceededException', 'NotFoundException', 'UnprocessableEntityException'],
  },
  GetAttendee: { http: `GET ${ATTENDEE}`, status: 200, errors: ['NotFoundException'] },
  ListAttendees: {
    http: `GET ${ATTENDEES}`,
    status: 200,
    errors: ['NotFoundException'],
    query: { 'max-results': 'MaxResults', 'next-token': 'NextToken' },
  },
  DeleteAttendee: { http: `DELETE ${ATTENDEE}`, status: 204, errors: ['NotFoundException'] },
  UpdateAttendeeCapabilities: {
    http: `PUT ${ATTENDEE}/capabilities`,
    status: 200,
    errors: ['ConflictException', 'NotFoundException'],
  },
  BatchUpdateAttendeeCapabilitiesExcept: {
    http: `PUT ${ATTENDEES}/capabilities?operation=batch-update-except`,
    status: 200,
    errors: ['ConflictException', 'NotFoundException'],
  },
  StartMeetingTranscription: {
    http: `POST ${TRANSCRIPTION}?operation=start`,
    status: 200,
    errors: ['LimitExceededException', 'NotFoundException', 'UnprocessableEntityException'],
  },
  StopMeetingTranscription: {
    http: `POST ${TRANSCRIPTION}?operation=stop`,
    status: 200,
    errors: ['NotFoundException', 'UnprocessableEntityException'],
  },
  TagResource: {
    http: 'POST /tags?operation=tag-resource',
    status: 204,
    errors: ['LimitExceededException', 'ResourceNotFoundException', 'TooManyTagsException'],
  },
  UntagResource: {
    http: 'POST /tags?operation=untag-resource',
    status: 204,
    errors: ['LimitExceededException', 'ResourceNotFoundException'],
  },
  ListTagsForResource: {
    http: 'GET /tags',
    status: 200,
    errors: ['LimitExceededException', 'ResourceNotFoundException'],
    query: { arn: 'ResourceARN' },
  },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;

export const MODEL = new ServiceModel<OperationName>(OPERATIONS, COMMON_ERRORS);
