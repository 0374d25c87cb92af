import {
  type AttendeeCapabilities,
  BatchCreateAttendeeCommand,
  BatchUpdateAttendeeCapabilitiesExceptCommand,
  ChimeSDKMeetingsClient,
  CreateAttendeeCommand,
  type CreateMeetingRequest,
  CreateMeetingWithAttendeesCommand,
  GetMeetingCommand,
  ListAttendeesCommand,
  ListTagsForResourceCommand,
  StartMeetingTranscriptionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAttendeeCapabilitiesCommand,
} from '@aws-sdk/client-chime-sdk-meetings';
import type { ChimeSimulator } from './chime';
import { clientOf, createAttendee, createMeeting, failureOf, startChime } from './support/chime';

const BAD_REQUEST = { name: 'BadRequestException', $metadata: { httpStatusCode: 400 } };
const SOME_ID = '12345678-1234-1234-1234-123456789012';
const LISTEN: AttendeeCapabilities = { Audio: 'Receive', Video: 'Receive', Content: 'Receive' };
const tags = (count: number, prefix = 'k') =>
  Array.from({ length: count }, (_, index) => ({ Key: `${prefix}${index}`, Value: 'v' }));
const users = (count: number) => Array.from({ length: count }, (_, index) => ({ ExternalUserId: `user-${index}` }));

/** A value that the SDK's types do not allow. */
const wrong = (value: unknown) => value as never;

describe('ChimeSimulator rejects', () => {
  let chime: ChimeSimulator;
  let client: ChimeSDKMeetingsClient;

  beforeEach(async () => {
    chime = await startChime();
    client = clientOf(chime);
  });

  test.each<[string, Partial<CreateMeetingRequest>, string]>([
    ['without an ExternalMeetingId', { ExternalMeetingId: undefined }, "Value null at 'externalMeetingId'"],
    ['without a MediaRegion', { MediaRegion: undefined }, "Value null at 'mediaRegion'"],
    ['with an ExternalMeetingId too short', { ExternalMeetingId: 'a' }, 'greater than or equal to 2'],
    ['with an ExternalMeetingId too long', { ExternalMeetingId: 'a'.repeat(65) }, 'less than or equal to 64'],
    ['with a character out of the pattern', { ExternalMeetingId: 'town;hall' }, 'regular expression'],
    ['with the reserved prefix', { ExternalMeetingId: 'aws:room' }, 'reserved prefix aws:'],
    ['with the reserved prefix in capitals', { ExternalMeetingId: 'AWS:room' }, 'reserved prefix aws:'],
    ['with a token too long', { ClientRequestToken: 'a'.repeat(65) }, 'less than or equal to 64'],
    ['with a token of one character', { ClientRequestToken: 'a' }, 'greater than or equal to 2'],
    ['with a token out of its pattern', { ClientRequestToken: 'no spaces' }, '[-_a-zA-Z0-9]*'],
    ['with more than 50 tags', { Tags: tags(51) }, "'tags' failed to satisfy constraint: Member must have length"],
    ['with a tag of AWS', { Tags: [{ Key: 'Aws:team', Value: 'v' }] }, 'reserved prefix aws:'],
    ['with a tag key out of its pattern', { Tags: [{ Key: 'a b', Value: 'v' }] }, "'tags.1.member.key'"],
    ['with a MaxCount of 0', { MeetingFeatures: { Attendee: { MaxCount: 0 } } }, 'greater than or equal to 1'],
    ['with a MaxCount over 250', { MeetingFeatures: { Attendee: { MaxCount: 251 } } }, 'less than or equal to 250'],
    ['with an unknown resolution', { MeetingFeatures: { Video: { MaxResolution: wrong('8K') } } }, 'enum value set'],
    ['with FHD without MaxCount', { MeetingFeatures: { Video: { MaxResolution: 'FHD' } } }, 'MaxCount is required'],
    ['with UHD without MaxCount', { MeetingFeatures: { Content: { MaxResolution: 'UHD' } } }, 'MaxCount is required'],
    [
      'with FHD for more than 25',
      { MeetingFeatures: { Video: { MaxResolution: 'FHD' }, Attendee: { MaxCount: 26 } } },
      'must be at most 25',
    ],
    ['with six tenants', { TenantIds: ['ta', 'tb', 'tc', 'td', 'te', 'tf'] }, 'less than or equal to 5'],
    ['in a region that is none', { MediaRegion: 'mars-north-1' }, 'not available from us-east-1'],
    ['in a region of another partition', { MediaRegion: 'us-gov-east-1' }, 'not available from us-east-1'],
    ['of a primary that is not there', { PrimaryMeetingId: SOME_ID }, 'not found'],
  ])('CreateMeeting %s', async (_, request, message) => {
    const failure = await failureOf(createMeeting(client, request));
    expect(failure).toMatchObject({ ...BAD_REQUEST, message: expect.stringContaining(message) });
    expect(chime.meetings()).toEqual([]);
  });

  test('a replica of a replica', async () => {
    const { MeetingId: PrimaryMeetingId } = await createMeeting(client);
    const replica = await createMeeting(client, { PrimaryMeetingId });
    const failure = await failureOf(createMeeting(client, { PrimaryMeetingId: replica.MeetingId }));
    expect(failure).toMatchObject({ ...BAD_REQUEST, message: expect.stringContaining('is a replica') });
  });

  test('features and capabilities for replicas', async () => {
    const { MeetingId: PrimaryMeetingId } = await createMeeting(client);
    const MeetingFeatures = { Attendee: { MaxCount: 10 } };
    expect(await failureOf(createMeeting(client, { PrimaryMeetingId, MeetingFeatures }))).toMatchObject(BAD_REQUEST);

    const replica = await createMeeting(client, { PrimaryMeetingId });
    const { MeetingId } = replica;
    const request = { MeetingId, ExternalUserId: 'alice', Capabilities: LISTEN };
    expect(await failureOf(client.send(new CreateAttendeeCommand(request)))).toMatchObject(BAD_REQUEST);
    const { AttendeeId } = await createAttendee(client, replica);
    const update = new UpdateAttendeeCapabilitiesCommand({ MeetingId, AttendeeId, Capabilities: LISTEN });
    expect(await failureOf(client.send(update))).toMatchObject(BAD_REQUEST);
  });

  test('a primary of another control region', async () => {
    const { MeetingId: PrimaryMeetingId } = await createMeeting(client);
    const elsewhere = clientOf(chime, { region: 'eu-central-1' });
    expect(await failureOf(createMeeting(elsewhere, { PrimaryMeetingId }))).toMatchObject(BAD_REQUEST);
  });

  test('no attendees and more than ten attendees with a meeting', async () => {
    const request = { MediaRegion: 'us-east-1', ExternalMeetingId: 'town-hall', ClientRequestToken: 'token' };
    const create = (count: number) =>
      client.send(new CreateMeetingWithAttendeesCommand({ ...request, Attendees: users(count) }));
    for (const count of [0, 11, 21]) expect(await failureOf(create(count))).toMatchObject(BAD_REQUEST);
    const reserved = { ...request, Attendees: [{ ExternalUserId: 'aws:alice' }] };
    expect(await failureOf(client.send(new CreateMeetingWithAttendeesCommand(reserved)))).toMatchObject(BAD_REQUEST);
    expect((await create(10)).Attendees).toHaveLength(10);
  });

  test.each<[string, string | undefined, string]>([
    ['missing', undefined, "Value null at 'externalUserId'"],
    ['too short', 'a', 'greater than or equal to 2'],
    ['too long', 'a'.repeat(65), 'less than or equal to 64'],
    ['out of its pattern', 'alice*', 'regular expression'],
    ['reserved', 'aWs:alice', 'reserved prefix aws:'],
  ])('an attendee whose ExternalUserId is %s, alone and in a batch', async (_, ExternalUserId, message) => {
    const { MeetingId } = await createMeeting(client);
    const alone = client.send(new CreateAttendeeCommand({ MeetingId, ExternalUserId }));
    expect((await failureOf(alone)).message).toContain(message);
    const Attendees = [{ ExternalUserId: 'bob' }, { ExternalUserId }];
    const batch = await failureOf(client.send(new BatchCreateAttendeeCommand({ MeetingId, Attendees })));
    expect(batch).toMatchObject(BAD_REQUEST);
    expect(chime.meetings()[0].attendees).toEqual([]);
  });

  test('empty batches and batches of more than a hundred', async () => {
    const { MeetingId } = await createMeeting(client);
    const batch = (count: number) =>
      client.send(new BatchCreateAttendeeCommand({ MeetingId, Attendees: users(count) }));
    for (const count of [0, 101]) expect(await failureOf(batch(count))).toMatchObject(BAD_REQUEST);
    expect((await batch(100)).Attendees).toHaveLength(100);
  });

  test('capability updates with no exceptions or more than 250', async () => {
    const { MeetingId } = await createMeeting(client);
    const update = (count: number) =>
      client.send(
        new BatchUpdateAttendeeCapabilitiesExceptCommand({
          MeetingId,
          ExcludedAttendeeIds: Array.from({ length: count }, () => ({ AttendeeId: SOME_ID })),
          Capabilities: LISTEN,
        }),
      );
    for (const count of [0, 251]) expect(await failureOf(update(count))).toMatchObject(BAD_REQUEST);
    await update(250);
  });

  test('incomplete and contradictory capabilities', async () => {
    const noVideo = await createMeeting(client, { MeetingFeatures: { Video: { MaxResolution: 'None' } } });
    const noContent = await createMeeting(client, { MeetingFeatures: { Content: { MaxResolution: 'None' } } });
    const plain = await createMeeting(client);
    const refused: [typeof plain, AttendeeCapabilities][] = [
      [plain, { Audio: 'SendReceive', Video: 'None', Content: undefined }],
      [plain, { Audio: 'SendReceive', Video: 'Send', Content: 'Receive' }],
      [noVideo, { Audio: 'SendReceive', Video: 'Receive', Content: 'Receive' }],
      [noContent, { Audio: 'SendReceive', Video: 'Receive', Content: 'Send' }],
    ];
    for (const [{ MeetingId }, Capabilities] of refused) {
      const request = { MeetingId, ExternalUserId: 'alice', Capabilities };
      expect(await failureOf(client.send(new CreateAttendeeCommand(request)))).toMatchObject(BAD_REQUEST);
    }
    expect((await createAttendee(client, noVideo)).Capabilities).toEqual({
      Audio: 'SendReceive',
      Video: 'Receive',
      Content: 'SendReceive',
    });
    expect((await createAttendee(client, noContent)).Capabilities).toMatchObject({ Content: 'None' });
  });

  test('reserved tags, and more than 50 tags on a meeting in one or several calls', async () => {
    const { MeetingArn: ResourceARN } = await createMeeting(client, { Tags: tags(49) });
    const tag = (Tags: ReturnType<typeof tags>) => client.send(new TagResourceCommand({ ResourceARN, Tags }));

    expect(await failureOf(tag(tags(51)))).toMatchObject(BAD_REQUEST);
    expect(await failureOf(tag(tags(1, 'aws:')))).toMatchObject(BAD_REQUEST);
    expect(await failureOf(tag(tags(2, 'more')))).toMatchObject({
      name: 'TooManyTagsException',
      ResourceName: ResourceARN,
      $metadata: { httpStatusCode: 400 },
    });
    // Existing tags do not count twice.
    await tag([...tags(49), ...tags(1, 'more')]);
    const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceARN }));
    expect(Tags).toHaveLength(50);
    expect(await failureOf(client.send(new UntagResourceCommand({ ResourceARN, TagKeys: [''] })))).toMatchObject(
      BAD_REQUEST,
    );
  });

  test('ids, page tokens and types that the model does not allow', async () => {
    const { MeetingId } = await createMeeting(client);
    expect(await failureOf(client.send(new GetMeetingCommand({ MeetingId: 'nonsense' })))).toMatchObject(BAD_REQUEST);
    for (const MaxResults of [0, 101]) {
      const list = client.send(new ListAttendeesCommand({ MeetingId, MaxResults }));
      expect(await failureOf(list)).toMatchObject(BAD_REQUEST);
    }
    const list = client.send(new ListAttendeesCommand({ MeetingId, NextToken: 'made-up' }));
    expect(await failureOf(list)).toMatchObject(BAD_REQUEST);
    const MeetingFeatures = { Attendee: { MaxCount: wrong('many') } };
    expect(await failureOf(createMeeting(client, { MeetingFeatures }))).toMatchObject({
      name: 'SerializationException',
      $metadata: { httpStatusCode: 400 },
    });
  });

  test('transcriptions without an engine', async () => {
    const { MeetingId } = await createMeeting(client);
    const start = new StartMeetingTranscriptionCommand({ MeetingId, TranscriptionConfiguration: {} });
    expect(await failureOf(client.send(start))).toMatchObject(BAD_REQUEST);
  });
});
