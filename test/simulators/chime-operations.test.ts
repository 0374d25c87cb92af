import {
  type AttendeeCapabilities,
  BatchCreateAttendeeCommand,
  BatchUpdateAttendeeCapabilitiesExceptCommand,
  ChimeSDKMeetingsClient,
  CreateAttendeeCommand,
  CreateMeetingWithAttendeesCommand,
  DeleteAttendeeCommand,
  DeleteMeetingCommand,
  GetAttendeeCommand,
  GetMeetingCommand,
  ListAttendeesCommand,
  ListTagsForResourceCommand,
  StartMeetingTranscriptionCommand,
  StopMeetingTranscriptionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAttendeeCapabilitiesCommand,
} from '@aws-sdk/client-chime-sdk-meetings';
import type { ChimeSimulator } from './chime';
import { clientOf, createAttendee, createMeeting, failureOf, startChime } from './support/chime';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const LISTEN: AttendeeCapabilities = { Audio: 'Receive', Video: 'Receive', Content: 'Receive' };
const EVERYTHING: AttendeeCapabilities = { Audio: 'SendReceive', Video: 'SendReceive', Content: 'SendReceive' };

describe('ChimeSimulator implements', () => {
  let chime: ChimeSimulator;
  let client: ChimeSDKMeetingsClient;

  beforeEach(async () => {
    chime = await startChime();
    client = clientOf(chime);
  });

  test('CreateMeeting, which returns the requested meeting', async () => {
    const meeting = await createMeeting(client, {
      MediaRegion: 'eu-west-1',
      ExternalMeetingId: 'All hands, 2030',
      MeetingHostId: 'host',
      TenantIds: ['tenant-1'],
      MeetingFeatures: { Audio: { EchoReduction: 'AVAILABLE' }, Attendee: { MaxCount: 40 } },
      Tags: [{ Key: 'team', Value: 'media' }],
    });

    expect(meeting).toMatchObject({
      MeetingId: expect.stringMatching(UUID),
      MeetingArn: `arn:aws:chime:us-east-1:111122223333:meeting/${meeting.MeetingId}`,
      ExternalMeetingId: 'All hands, 2030',
      MediaRegion: 'eu-west-1',
      MeetingHostId: 'host',
      TenantIds: ['tenant-1'],
      MeetingFeatures: { Audio: { EchoReduction: 'AVAILABLE' }, Attendee: { MaxCount: 40 } },
    });
    expect(meeting.PrimaryMeetingId).toBeUndefined();
    const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceARN: meeting.MeetingArn }));
    expect(Tags).toEqual([{ Key: 'team', Value: 'media' }]);
  });

  test("CreateMeeting, with the hosts of the media region and the control region's turn server", async () => {
    const { MeetingId, MediaPlacement } = await createMeeting(client, { MediaRegion: 'ap-south-1' });

    expect(MediaPlacement).toMatchObject({
      AudioHostUrl: expect.stringMatching(/^[0-9a-f]{32}\.k\.m[123]\.ao1\.app\.chime\.aws:3478$/),
      SignalingUrl: expect.stringMatching(
        new RegExp(`^wss://signal\\.m[123]\\.ao1\\.app\\.chime\\.aws/control/${MeetingId}$`),
      ),
      TurnControlUrl: expect.stringContaining('.cell.us-east-1.meetings.chime.aws/'),
      EventIngestionUrl: 'https://data.svc.ue1.ingest.chime.aws/v1/client-events',
    });
  });

  test('CreateMeeting for replicas, which name their primary and have its features', async () => {
    const MeetingFeatures = { Attendee: { MaxCount: 3 } };
    const primary = await createMeeting(client, { MeetingFeatures });
    const replica = await createMeeting(client, { PrimaryMeetingId: primary.MeetingId, MediaRegion: 'eu-west-1' });

    expect(replica.MeetingId).not.toBe(primary.MeetingId);
    expect(replica).toMatchObject({ PrimaryMeetingId: primary.MeetingId, MediaRegion: 'eu-west-1', MeetingFeatures });
    expect(chime.meetings().map(({ primaryMeetingId }) => primaryMeetingId)).toEqual([undefined, primary.MeetingId]);
  });

  test('CreateMeetingWithAttendees, which returns the meeting and its attendees', async () => {
    const { Meeting, Attendees, Errors } = await client.send(
      new CreateMeetingWithAttendeesCommand({
        ClientRequestToken: 'token',
        MediaRegion: 'us-east-1',
        ExternalMeetingId: 'town-hall',
        Attendees: [{ ExternalUserId: 'alice' }, { ExternalUserId: 'bob', Capabilities: LISTEN }],
      }),
    );

    expect(Attendees).toMatchObject([
      { ExternalUserId: 'alice', Capabilities: EVERYTHING },
      { ExternalUserId: 'bob', Capabilities: LISTEN },
    ]);
    expect(Errors).toEqual([]);
    const { Attendees: listed } = await client.send(new ListAttendeesCommand({ MeetingId: Meeting!.MeetingId }));
    expect(listed).toEqual(Attendees);
  });

  test('GetMeeting, which returns the same as CreateMeeting', async () => {
    const meeting = await createMeeting(client);
    const { Meeting } = await client.send(new GetMeetingCommand(meeting));
    expect(Meeting).toEqual(meeting);
  });

  test('DeleteMeeting, which returns 204 and deletes everything of the meeting', async () => {
    const meeting = await createMeeting(client);
    const { AttendeeId } = await createAttendee(client, meeting);

    const { $metadata } = await client.send(new DeleteMeetingCommand(meeting));
    expect($metadata.httpStatusCode).toBe(204);
    expect(chime.meetings()).toEqual([]);
    expect(chime.meetings({ ended: true })).toMatchObject([{ meetingId: meeting.MeetingId, endReason: 'deleted' }]);
    for (const call of [
      client.send(new GetMeetingCommand(meeting)),
      client.send(new GetAttendeeCommand({ MeetingId: meeting.MeetingId, AttendeeId })),
      client.send(new CreateAttendeeCommand({ MeetingId: meeting.MeetingId, ExternalUserId: 'bob' })),
    ]) {
      expect((await failureOf(call)).name).toBe('NotFoundException');
    }
  });

  test('CreateAttendee, which returns unique credentials', async () => {
    const meeting = await createMeeting(client);
    const alice = await createAttendee(client, meeting, 'alice');
    const bob = await createAttendee(client, meeting, 'bob');

    expect(alice).toEqual({
      ExternalUserId: 'alice',
      AttendeeId: expect.stringMatching(UUID),
      JoinToken: expect.stringMatching(/^[A-Za-z0-9+/]{60,}$/),
      Capabilities: EVERYTHING,
    });
    expect(bob.AttendeeId).not.toBe(alice.AttendeeId);
    expect(bob.JoinToken).not.toBe(alice.JoinToken);
  });

  test('BatchCreateAttendee, GetAttendee and ListAttendees, which return the same attendees', async () => {
    const { MeetingId } = await createMeeting(client);
    const created = await client.send(
      new BatchCreateAttendeeCommand({
        MeetingId,
        Attendees: [{ ExternalUserId: 'alice' }, { ExternalUserId: 'bob', Capabilities: LISTEN }],
      }),
    );

    expect(created.Errors).toEqual([]);
    expect(created.Attendees).toMatchObject([{ ExternalUserId: 'alice' }, { ExternalUserId: 'bob' }]);
    const bob = created.Attendees![1];
    const { Attendee } = await client.send(new GetAttendeeCommand({ MeetingId, AttendeeId: bob.AttendeeId }));
    expect(Attendee).toEqual(bob);
    const { Attendees } = await client.send(new ListAttendeesCommand({ MeetingId }));
    expect(Attendees).toEqual(created.Attendees);
  });

  test('DeleteAttendee, which returns 204, after which the user can get new credentials', async () => {
    const meeting = await createMeeting(client);
    const before = await createAttendee(client, meeting);
    const id = { MeetingId: meeting.MeetingId, AttendeeId: before.AttendeeId };

    const { $metadata } = await client.send(new DeleteAttendeeCommand(id));
    expect($metadata.httpStatusCode).toBe(204);
    expect((await failureOf(client.send(new GetAttendeeCommand(id)))).name).toBe('NotFoundException');
    const after = await createAttendee(client, meeting);
    expect(after.AttendeeId).not.toBe(before.AttendeeId);
  });

  test('UpdateAttendeeCapabilities for one attendee', async () => {
    const meeting = await createMeeting(client);
    const { MeetingId } = meeting;
    const { AttendeeId } = await createAttendee(client, meeting, 'alice');
    const other = await createAttendee(client, meeting, 'bob');

    const { Attendee } = await client.send(
      new UpdateAttendeeCapabilitiesCommand({ MeetingId, AttendeeId, Capabilities: LISTEN }),
    );
    expect(Attendee).toMatchObject({ AttendeeId, Capabilities: LISTEN });
    const { Attendees } = await client.send(new ListAttendeesCommand({ MeetingId }));
    expect(Attendees).toEqual([Attendee, other]);
  });

  test('BatchUpdateAttendeeCapabilitiesExcept for all but the excluded attendees', async () => {
    const meeting = await createMeeting(client);
    const { MeetingId } = meeting;
    for (const user of ['alice', 'bob']) await createAttendee(client, meeting, user);
    const { AttendeeId } = await createAttendee(client, meeting, 'carol');

    await client.send(
      new BatchUpdateAttendeeCapabilitiesExceptCommand({
        MeetingId,
        ExcludedAttendeeIds: [{ AttendeeId }],
        Capabilities: LISTEN,
      }),
    );
    const { Attendees } = await client.send(new ListAttendeesCommand({ MeetingId }));
    expect(Attendees!.map(({ Capabilities }) => Capabilities)).toEqual([LISTEN, LISTEN, EVERYTHING]);
  });

  test('StartMeetingTranscription and StopMeetingTranscription, which return nothing', async () => {
    const { MeetingId } = await createMeeting(client);
    const TranscriptionConfiguration = { EngineTranscribeSettings: { LanguageCode: 'en-US' as const } };
    const started = await client.send(new StartMeetingTranscriptionCommand({ MeetingId, TranscriptionConfiguration }));
    const stopped = await client.send(new StopMeetingTranscriptionCommand({ MeetingId }));
    for (const { $metadata } of [started, stopped]) expect($metadata.httpStatusCode).toBe(200);
  });

  test('TagResource, UntagResource and ListTagsForResource', async () => {
    const { MeetingArn: ResourceARN } = await createMeeting(client, { Tags: [{ Key: 'team', Value: 'media' }] });
    const tags = async () => (await client.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags;

    const Tags = [
      { Key: 'team', Value: 'stage' },
      { Key: 'room', Value: 'town hall' },
    ];
    const { $metadata } = await client.send(new TagResourceCommand({ ResourceARN, Tags }));
    expect($metadata.httpStatusCode).toBe(204);
    expect(await tags()).toEqual(Tags);
    // Removing a missing tag succeeds too.
    await client.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['team', 'gone'] }));
    expect(await tags()).toEqual([{ Key: 'room', Value: 'town hall' }]);
  });

  test('a log of calls with operation, region, request and status', async () => {
    const meeting = await createMeeting(client, { ClientRequestToken: 'token' });
    await client.send(new ListAttendeesCommand({ MeetingId: meeting.MeetingId, MaxResults: 7 }));

    expect(chime.calls).toEqual([
      expect.objectContaining({
        index: 0,
        operation: 'CreateMeeting',
        region: 'us-east-1',
        status: 200,
        answered: true,
      }),
      {
        index: 1,
        operation: 'ListAttendees',
        region: 'us-east-1',
        request: { MeetingId: meeting.MeetingId, MaxResults: 7 },
        at: Date.UTC(2030, 0, 1),
        status: 200,
        answered: true,
      },
    ]);
    expect(chime.calls[0].request).toMatchObject({ ClientRequestToken: 'token', ExternalMeetingId: 'town-hall' });
  });
});
