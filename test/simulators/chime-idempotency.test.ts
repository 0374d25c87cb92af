import {
  BatchCreateAttendeeCommand,
  ChimeSDKMeetingsClient,
  CreateAttendeeCommand,
  type CreateMeetingWithAttendeesCommandInput,
  CreateMeetingWithAttendeesCommand,
  DeleteAttendeeCommand,
  DeleteMeetingCommand,
  GetMeetingCommand,
} from '@aws-sdk/client-chime-sdk-meetings';
import type { Behaviour, ChimeSimulator } from './chime';
import { clientOf, createAttendee, createMeeting, failureOf, startChime } from './support/chime';

const ClientRequestToken = 'generation-1';
const CONFLICT = { name: 'ConflictException', $metadata: { httpStatusCode: 409 } };
const WITH_ATTENDEES: CreateMeetingWithAttendeesCommandInput = {
  ClientRequestToken,
  MediaRegion: 'us-east-1',
  ExternalMeetingId: 'town-hall',
  Attendees: [{ ExternalUserId: 'alice' }],
};

describe('ChimeSimulator treats', () => {
  let chime: ChimeSimulator;
  let client: ChimeSDKMeetingsClient;

  const start = async (behaviour: Partial<Behaviour> = {}) => {
    chime = await startChime({ behaviour });
    client = clientOf(chime);
  };
  beforeEach(() => start());

  describe('a reused token', () => {
    test('as its meeting if the parameters are the same', async () => {
      const request = { ClientRequestToken, Tags: [{ Key: 'team', Value: 'media' }] };
      const meeting = await createMeeting(client, request);
      expect(await createMeeting(client, request)).toEqual(meeting);
      expect(chime.meetings()).toHaveLength(1);
    });

    test('as its meeting and attendees in their original state', async () => {
      const create = async () => {
        const { Meeting, Attendees } = await client.send(new CreateMeetingWithAttendeesCommand(WITH_ATTENDEES));
        return { MeetingId: Meeting!.MeetingId, AttendeeId: Attendees![0].AttendeeId };
      };
      const first = await create();
      expect(await create()).toEqual(first);
      await client.send(new DeleteAttendeeCommand(first));
      expect(await create()).toEqual(first);
      await client.send(new DeleteMeetingCommand(first));
      expect(await create()).toEqual(first);
    });

    test('as its meeting even if no other meeting could be created', async () => {
      const { MeetingId } = await createMeeting(client, { ClientRequestToken });
      chime.quotas.concurrentMeetings = 1;
      expect((await createMeeting(client, { ClientRequestToken })).MeetingId).toBe(MeetingId);
    });

    test('as new in another control region, and a new token as a new meeting', async () => {
      await createMeeting(client, { ClientRequestToken });
      await createMeeting(clientOf(chime, { region: 'us-west-2' }), { ClientRequestToken });
      await createMeeting(client, { ClientRequestToken: 'generation-2' });
      expect(chime.meetings()).toHaveLength(3);
    });

    test('as new if the first call failed', async () => {
      await failureOf(createMeeting(client, { ClientRequestToken, MediaRegion: 'mars-north-1' }));
      await createMeeting(client, { ClientRequestToken });
    });

    test('as a conflict if the parameters differ', async () => {
      const { MeetingId: PrimaryMeetingId } = await createMeeting(client, { ClientRequestToken });
      for (const other of [{ ExternalMeetingId: 'other' }, { MediaRegion: 'eu-west-1' }, { PrimaryMeetingId }]) {
        expect(await failureOf(createMeeting(client, { ClientRequestToken, ...other }))).toMatchObject(CONFLICT);
      }
      const withAttendees = client.send(new CreateMeetingWithAttendeesCommand(WITH_ATTENDEES));
      expect(await failureOf(withAttendees)).toMatchObject(CONFLICT);
      expect(chime.meetings()).toHaveLength(1);
    });

    test("as its first meeting regardless of the parameters if reusedToken is 'first-meeting'", async () => {
      await start({ reusedToken: 'first-meeting' });
      const primary = await createMeeting(client, { ClientRequestToken });
      const replica = await createMeeting(client, { ClientRequestToken, PrimaryMeetingId: primary.MeetingId });
      expect(replica).toEqual(primary);

      const { Meeting, Attendees } = await client.send(new CreateMeetingWithAttendeesCommand(WITH_ATTENDEES));
      expect(Meeting).toEqual(primary);
      expect(Attendees).toMatchObject([{ ExternalUserId: 'alice' }]);
      expect(chime.meetings()).toHaveLength(1);
    });

    test("as its first meeting even after its end, without attendees, if reusedToken is 'first-meeting'", async () => {
      await start({ reusedToken: 'first-meeting' });
      const meeting = await createMeeting(client, { ClientRequestToken });
      await client.send(new DeleteMeetingCommand(meeting));
      const answer = await client.send(new CreateMeetingWithAttendeesCommand(WITH_ATTENDEES));
      expect(answer).toMatchObject({
        Meeting: { MeetingId: meeting.MeetingId },
        Attendees: [],
        Errors: [{ ExternalUserId: 'alice', ErrorCode: 'NotFound' }],
      });
    });

    test('as its meeting even after the meeting has ended', async () => {
      const meeting = await createMeeting(client, { ClientRequestToken });
      await client.send(new DeleteMeetingCommand(meeting));
      expect(await createMeeting(client, { ClientRequestToken })).toEqual(meeting);
      expect((await failureOf(client.send(new GetMeetingCommand(meeting)))).name).toBe('NotFoundException');
    });

    test("as new after the end of its meeting if tokenOfEndedMeeting is 'new-meeting'", async () => {
      await start({ tokenOfEndedMeeting: 'new-meeting' });
      const first = await createMeeting(client, { ClientRequestToken });
      expect(await createMeeting(client, { ClientRequestToken })).toEqual(first);
      await client.send(new DeleteMeetingCommand(first));
      const second = await createMeeting(client, { ClientRequestToken });
      expect(second.MeetingId).not.toBe(first.MeetingId);
      expect(await createMeeting(client, { ClientRequestToken })).toEqual(second);
    });
  });

  describe('a reused ExternalUserId', () => {
    test('as the same attendee of the meeting, also in a batch and in a full meeting', async () => {
      const meeting = await createMeeting(client, { MeetingFeatures: { Attendee: { MaxCount: 1 } } });
      const alice = await createAttendee(client, meeting, 'alice');
      expect(await createAttendee(client, meeting, 'alice')).toEqual(alice);
      const { Attendees } = await client.send(
        new BatchCreateAttendeeCommand({ MeetingId: meeting.MeetingId, Attendees: [{ ExternalUserId: 'alice' }] }),
      );
      expect(Attendees).toEqual([alice]);
      const elsewhere = await createAttendee(client, await createMeeting(client), 'alice');
      expect(elsewhere.AttendeeId).not.toBe(alice.AttendeeId);
    });

    test('as the attendee with the original capabilities', async () => {
      const meeting = await createMeeting(client);
      const alice = await createAttendee(client, meeting, 'alice');
      const Capabilities = { Audio: 'None', Video: 'None', Content: 'None' } as const;
      const { Attendee } = await client.send(
        new CreateAttendeeCommand({ MeetingId: meeting.MeetingId, ExternalUserId: 'alice', Capabilities }),
      );
      expect(Attendee).toEqual(alice);
    });

    test("as another attendee with its own seat if sameExternalUserId is 'new-attendee'", async () => {
      await start({ sameExternalUserId: 'new-attendee' });
      const meeting = await createMeeting(client);
      const first = await createAttendee(client, meeting, 'alice');
      const second = await createAttendee(client, meeting, 'alice');
      expect(second.AttendeeId).not.toBe(first.AttendeeId);
      expect(chime.meetings()[0].attendees).toHaveLength(2);

      await client.send(new DeleteAttendeeCommand({ MeetingId: meeting.MeetingId, AttendeeId: first.AttendeeId }));
      chime.behaviour.sameExternalUserId = 'same-attendee';
      expect(await createAttendee(client, meeting, 'alice')).toEqual(second);
    });
  });

  describe('the deletion of a missing resource', () => {
    const deleteAll = async () => {
      const meeting = await createMeeting(client);
      const { MeetingId } = meeting;
      const { AttendeeId } = await createAttendee(client, meeting);
      const deleteAttendee = () => client.send(new DeleteAttendeeCommand({ MeetingId, AttendeeId }));
      const deleteMeeting = () => client.send(new DeleteMeetingCommand({ MeetingId }));
      await deleteAttendee();
      const attendee = await deleteAttendee().catch((error: Error) => error.name);
      await deleteMeeting();
      return [attendee, await deleteMeeting().catch((error: Error) => error.name)];
    };

    test('as an error 404', async () => {
      expect(await deleteAll()).toEqual(['NotFoundException', 'NotFoundException']);
    });

    test("as a success if deletingWhatIsGone is 'success'", async () => {
      await start({ deletingWhatIsGone: 'success' });
      const success = { $metadata: expect.objectContaining({ httpStatusCode: 204 }) };
      expect(await deleteAll()).toEqual([success, success]);
    });
  });

  test("features and capabilities of a replica as absent if overridesOnReplicas is 'ignored'", async () => {
    await start({ overridesOnReplicas: 'ignored' });
    const primary = await createMeeting(client, { MeetingFeatures: { Attendee: { MaxCount: 9 } } });
    const { MeetingId, MeetingFeatures } = await createMeeting(client, {
      PrimaryMeetingId: primary.MeetingId,
      MeetingFeatures: { Attendee: { MaxCount: 10 } },
    });
    expect(MeetingFeatures).toEqual({ Attendee: { MaxCount: 9 } });
    const Capabilities = { Audio: 'None', Video: 'None', Content: 'None' } as const;
    const { Attendee } = await client.send(
      new CreateAttendeeCommand({ MeetingId, ExternalUserId: 'alice', Capabilities }),
    );
    expect(Attendee!.Capabilities).toEqual({ Audio: 'SendReceive', Video: 'SendReceive', Content: 'SendReceive' });
  });
});
