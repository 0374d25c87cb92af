import { meetingAnswer, newMeetingId } from './answers';
import { createAttendees } from './attendee-operations';
import { checkMeetingRequest } from './documented-rules';
import { badRequest, limitExceeded, notFound } from './errors';
import { MeetingRecord } from './records';
import { CallScope, Handlers, Requests } from './requests';
import { TokenLedger } from './token-ledger';
import { World } from './world';
import { partitionOf } from '../common/partition';

type MeetingRequest = Requests['CreateMeeting'] & Partial<Pick<Requests['CreateMeetingWithAttendees'], 'Attendees'>>;

type MeetingOperations = Pick<
  Handlers,
  | 'CreateMeeting'
  | 'CreateMeetingWithAttendees'
  | 'DeleteMeeting'
  | 'GetMeeting'
  | 'StartMeetingTranscription'
  | 'StopMeetingTranscription'
>;

export function meetingOperations(world: World): MeetingOperations {
  const { behaviour, clock, registry } = world;
  const ledger = new TokenLedger(behaviour);

  const create = (request: MeetingRequest, scope: CallScope) => {
    checkMeetingRequest(request, scope.region);
    const before = ledger.find(request, scope.region);
    if (before?.parameters === 'same') return before.answer;
    if (before) return firstMeetingAgain(world, before.meeting, request, scope);
    const meeting = createMeeting(world, request, scope.region);
    const answer = {
      Meeting: meetingAnswer(meeting),
      ...(request.Attendees && createAttendees(world, meeting, request.Attendees, scope)),
    };
    ledger.remember(request, meeting, answer);
    return answer;
  };

  return {
    CreateMeeting: create,
    CreateMeetingWithAttendees: create,

    GetMeeting: ({ MeetingId }, { region }) => ({ Meeting: meetingAnswer(registry.get(MeetingId, region)) }),

    DeleteMeeting: ({ MeetingId }, { region }) => {
      const meeting = registry.find(MeetingId, region);
      if (!meeting && behaviour.deletingWhatIsGone === 'success') return undefined;
      if (!meeting) throw notFound('Meeting', MeetingId);
      registry.end(meeting, 'deleted', clock.now());
      return undefined;
    },

    StartMeetingTranscription: ({ MeetingId, TranscriptionConfiguration: configuration }, { region }) => {
      registry.get(MeetingId, region);
      if (!configuration.EngineTranscribeSettings && !configuration.EngineTranscribeMedicalSettings) {
        throw badRequest(
          'TranscriptionConfiguration needs EngineTranscribeSettings or EngineTranscribeMedicalSettings',
        );
      }
      return undefined;
    },

    StopMeetingTranscription: ({ MeetingId }, { region }) => {
      registry.get(MeetingId, region);
      return undefined;
    },
  };
}

/** The response to a reused token: its first meeting, whether or not the request asks for a replica. */
function firstMeetingAgain(world: World, meeting: MeetingRecord, request: MeetingRequest, scope: CallScope): object {
  if (!request.Attendees) return { Meeting: meetingAnswer(meeting) };
  const ended = notFound('Meeting', meeting.meetingId).message;
  const attendees =
    meeting.endedAt === undefined
      ? createAttendees(world, meeting, request.Attendees, scope)
      : createAttendees(world, meeting, request.Attendees, {
          ...scope,
          refuseItem: () => ({ ErrorCode: 'NotFound', ErrorMessage: ended }),
        });
  return { Meeting: meetingAnswer(meeting), ...attendees };
}

function createMeeting(world: World, request: MeetingRequest, controlRegion: string): MeetingRecord {
  const { account, clock, ids, quotas, registry } = world;
  const primary = request.PrimaryMeetingId === undefined ? undefined : primaryFor(world, request, controlRegion);
  if (registry.countIn(controlRegion) >= quotas.concurrentMeetings) {
    throw limitExceeded(`The account has reached its limit of ${quotas.concurrentMeetings} concurrent meetings`);
  }
  const meetingId = newMeetingId(controlRegion, ids);
  const now = clock.now();
  const meeting: MeetingRecord = {
    meetingId,
    meetingArn: `arn:${partitionOf(controlRegion)}:chime:${controlRegion}:${account}:meeting/${meetingId}`,
    controlRegion,
    mediaRegion: request.MediaRegion,
    externalMeetingId: request.ExternalMeetingId,
    meetingHostId: request.MeetingHostId,
    features: primary ? primary.features : request.MeetingFeatures,
    tenantIds: request.TenantIds ?? [],
    tags: new Map(request.Tags?.map(({ Key, Value }) => [Key, Value])),
    createdAt: now,
    primary,
    replicas: new Set(),
    attendees: new Map(),
    attendeesByUser: new Map(),
    connections: new Map(),
    attendeesCreated: 0,
    audible: true,
    emptySince: now,
  };
  registry.add(meeting);
  return meeting;
}

/** CreateMeeting has no NotFoundException, so a missing primary is a bad request. */
function primaryFor(
  { behaviour, quotas, registry }: World,
  { PrimaryMeetingId, MeetingFeatures }: MeetingRequest,
  controlRegion: string,
): MeetingRecord {
  const primary = registry.find(PrimaryMeetingId!, controlRegion);
  if (!primary) throw badRequest(`Primary meeting <${PrimaryMeetingId}> not found`);
  if (primary.primary) throw badRequest(`Meeting <${PrimaryMeetingId}> is a replica and cannot be replicated`);
  if (MeetingFeatures && behaviour.overridesOnReplicas === 'refused') {
    throw badRequest('MeetingFeatures cannot be set for a replica meeting');
  }
  if (primary.replicas.size >= quotas.replicasPerPrimary) {
    throw limitExceeded(`The primary meeting has reached its limit of ${quotas.replicasPerPrimary} replicas`);
  }
  return primary;
}
