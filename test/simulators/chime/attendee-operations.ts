import { attendeeAnswer, newJoinToken } from './answers';
import { resolveCapabilities } from './capabilities';
import { disconnect } from './connections';
import { checkExternalId } from './documented-rules';
import { badRequest, limitExceeded, notFound, ServiceError } from './errors';
import { attendeeLimit, AttendeeRecord, MeetingRecord } from './records';
import { CallScope, Handlers, Requests } from './requests';
import { World } from './world';
import { lastOrdinal, pageOf } from '../common/paging';

type Item = Requests['BatchCreateAttendee']['Attendees'][number];

/** The page size of requests without MaxResults. */
const DEFAULT_PAGE = 100;

type AttendeeOperations = Pick<
  Handlers,
  | 'BatchCreateAttendee'
  | 'BatchUpdateAttendeeCapabilitiesExcept'
  | 'CreateAttendee'
  | 'DeleteAttendee'
  | 'GetAttendee'
  | 'ListAttendees'
  | 'UpdateAttendeeCapabilities'
>;

export function attendeeOperations(world: World): AttendeeOperations {
  const { behaviour, clock, events, registry } = world;

  const update = (meeting: MeetingRecord, attendee: AttendeeRecord, asked: AttendeeRecord['capabilities']) => {
    attendee.capabilities = resolveCapabilities(meeting, asked, behaviour);
    events.produce('chime:AttendeeCapabilitiesUpdated', meeting, clock.now(), attendee);
  };

  return {
    CreateAttendee: ({ MeetingId, ...item }, { region }) => {
      checkExternalId('externalUserId', item.ExternalUserId);
      return { Attendee: attendeeAnswer(createAttendee(world, registry.get(MeetingId, region), item)) };
    },

    BatchCreateAttendee: ({ MeetingId, Attendees }, scope) => {
      for (const { ExternalUserId } of Attendees) checkExternalId('externalUserId', ExternalUserId);
      return createAttendees(world, registry.get(MeetingId, scope.region), Attendees, scope);
    },

    GetAttendee: ({ MeetingId, AttendeeId }, { region }) => ({
      Attendee: attendeeAnswer(attendeeOf(registry.get(MeetingId, region), AttendeeId)),
    }),

    ListAttendees: ({ MeetingId, MaxResults = DEFAULT_PAGE, NextToken }, { region }) => {
      const after = NextToken === undefined ? 0 : lastOrdinal(NextToken);
      if (after === undefined) throw badRequest('NextToken was not returned by ListAttendees');
      const rest = [...registry.get(MeetingId, region).attendees.values()].filter(({ ordinal }) => ordinal > after);
      const { page, nextToken = null } = pageOf(rest, MaxResults);
      return { Attendees: page.map(attendeeAnswer), NextToken: nextToken };
    },

    DeleteAttendee: ({ MeetingId, AttendeeId }, { region }) => {
      const meeting = registry.get(MeetingId, region);
      const attendee = meeting.attendees.get(AttendeeId);
      if (!attendee && behaviour.deletingWhatIsGone === 'success') return undefined;
      if (!attendee) throw notFound('Attendee', AttendeeId);
      meeting.attendees.delete(AttendeeId);
      if (meeting.attendeesByUser.get(attendee.externalUserId) === attendee) {
        meeting.attendeesByUser.delete(attendee.externalUserId);
      }
      events.produce('chime:AttendeeDeleted', meeting, clock.now(), attendee);
      disconnect(events, meeting, attendee, 'removed', clock.now());
      return undefined;
    },

    UpdateAttendeeCapabilities: ({ MeetingId, AttendeeId, Capabilities }, { region }) => {
      const meeting = registry.get(MeetingId, region);
      const attendee = attendeeOf(meeting, AttendeeId);
      update(meeting, attendee, Capabilities);
      return { Attendee: attendeeAnswer(attendee) };
    },

    BatchUpdateAttendeeCapabilitiesExcept: ({ MeetingId, ExcludedAttendeeIds, Capabilities }, { region }) => {
      const meeting = registry.get(MeetingId, region);
      const excluded = new Set(ExcludedAttendeeIds.map(({ AttendeeId }) => AttendeeId));
      for (const attendee of meeting.attendees.values()) {
        if (!excluded.has(attendee.attendeeId)) update(meeting, attendee, Capabilities);
      }
      return undefined;
    },
  };
}

/** Creates as many attendees as fit. The response is a success and reports the others. */
export function createAttendees(
  world: World,
  meeting: MeetingRecord,
  items: readonly Item[],
  scope: CallScope,
): object {
  const created: AttendeeRecord[] = [];
  const errors: object[] = [];
  for (const item of items) {
    const refusal = scope.refuseItem?.(item.ExternalUserId);
    if (refusal) {
      errors.push({ ExternalUserId: item.ExternalUserId, ...refusal });
      continue;
    }
    try {
      created.push(createAttendee(world, meeting, item));
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      errors.push({ ExternalUserId: item.ExternalUserId, ErrorCode: error.code, ErrorMessage: error.message });
    }
  }
  return { Attendees: created.map(attendeeAnswer), Errors: errors };
}

function createAttendee(
  { behaviour, clock, events, ids, quotas }: World,
  meeting: MeetingRecord,
  { ExternalUserId, Capabilities }: Item,
): AttendeeRecord {
  const same = meeting.attendeesByUser.get(ExternalUserId);
  if (same && behaviour.sameExternalUserId === 'same-attendee') return same;
  const capabilities = resolveCapabilities(meeting, Capabilities, behaviour);
  const limit = attendeeLimit(meeting, quotas);
  if (meeting.attendees.size >= limit) throw limitExceeded(`The meeting has reached its limit of ${limit} attendees`);
  const attendeeId = ids.uuid();
  const attendee: AttendeeRecord = {
    attendeeId,
    externalUserId: ExternalUserId,
    joinToken: newJoinToken(attendeeId, ids),
    ordinal: ++meeting.attendeesCreated,
    capabilities,
  };
  meeting.attendees.set(attendeeId, attendee);
  meeting.attendeesByUser.set(ExternalUserId, attendee);
  events.produce('chime:AttendeeAdded', meeting, clock.now(), attendee);
  return attendee;
}

function attendeeOf(meeting: MeetingRecord, attendeeId: string): AttendeeRecord {
  const attendee = meeting.attendees.get(attendeeId);
  if (!attendee) throw notFound('Attendee', attendeeId);
  return attendee;
}
