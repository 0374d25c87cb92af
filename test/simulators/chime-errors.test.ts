import {
  ChimeSDKMeetingsClient,
  ConflictException,
  CreateAttendeeCommand,
  DeleteAttendeeCommand,
  DeleteMeetingCommand,
  GetAttendeeCommand,
  GetMeetingCommand,
  LimitExceededException,
  ListAttendeesCommand,
  ListTagsForResourceCommand,
  NotFoundException,
  ResourceNotFoundException,
  ServiceUnavailableException,
  TagResourceCommand,
} from '@aws-sdk/client-chime-sdk-meetings';
import { type ChimeSimulator, Fault } from './chime';
import { clientOf, createAttendee, createMeeting, failureOf, startChime } from './support/chime';

const NOBODY = '12345678-1234-1234-1234-123456789012';

describe('ChimeSimulator errors', () => {
  let chime: ChimeSimulator;
  let client: ChimeSDKMeetingsClient;

  beforeEach(async () => {
    chime = await startChime();
    client = clientOf(chime);
  });

  test('are exceptions of the SDK with the members of the model', async () => {
    const failure = await failureOf(client.send(new GetMeetingCommand({ MeetingId: NOBODY })));

    expect(failure).toBeInstanceOf(NotFoundException);
    expect(failure).toMatchObject({
      name: 'NotFoundException',
      $fault: 'client',
      $metadata: { httpStatusCode: 404, attempts: 1, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      Code: 'NotFound',
      message: `Meeting <${NOBODY}> not found`,
      RequestId: failure.$metadata.requestId,
    });
  });

  test('and successful responses have a unique request id', async () => {
    const meeting = await createMeeting(client);
    const first = await client.send(new GetMeetingCommand(meeting));
    const second = await client.send(new GetMeetingCommand(meeting));
    expect(first.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(second.$metadata.requestId).not.toBe(first.$metadata.requestId);
  });

  test('include the retry time in ServiceUnavailableException if it is known', async () => {
    chime.faults.inject(Fault.unavailable(7));
    const known = await failureOf(createMeeting(client));
    expect(known).toBeInstanceOf(ServiceUnavailableException);
    expect(known).toMatchObject({ RetryAfterSeconds: '7', $fault: 'server', $metadata: { httpStatusCode: 503 } });

    chime.faults.inject(Fault.unavailable());
    const unknown = (await failureOf(createMeeting(client))) as ServiceUnavailableException;
    expect(unknown.RetryAfterSeconds).toBeUndefined();
  });

  test.each([
    ['BadRequestException', 400, 'client'],
    ['ConflictException', 409, 'client'],
    ['ForbiddenException', 403, 'client'],
    ['LimitExceededException', 400, 'client'],
    ['ServiceFailureException', 500, 'server'],
    ['ThrottlingException', 429, 'client'],
    ['UnauthorizedException', 401, 'client'],
  ] as const)('have the status of the model: %s %i', async (name, httpStatusCode, $fault) => {
    chime.faults.inject(Fault.error(name, 'On purpose'), { operation: 'CreateMeeting' });
    const failure = await failureOf(createMeeting(client));
    expect(failure).toMatchObject({ name, $fault, message: 'On purpose', $metadata: { httpStatusCode } });
    expect(failure.constructor.name).toBe(name);
  });

  test('of creating attendees include UnprocessableEntityException 422', async () => {
    chime.faults.inject(Fault.error('UnprocessableEntityException', 'On purpose'), { operation: 'CreateAttendee' });
    const failure = await failureOf(createAttendee(client, { MeetingId: NOBODY }));
    expect(failure).toMatchObject({ name: 'UnprocessableEntityException', $metadata: { httpStatusCode: 422 } });
  });

  test("of conflicts and limits are instances of the SDK's classes", async () => {
    await createMeeting(client, { ClientRequestToken: 'token' });
    const reused = createMeeting(client, { ClientRequestToken: 'token', ExternalMeetingId: 'other' });
    expect(await failureOf(reused)).toBeInstanceOf(ConflictException);
    chime.quotas.concurrentMeetings = 1;
    expect(await failureOf(createMeeting(client))).toBeInstanceOf(LimitExceededException);
  });

  test('for missing attendees and tags are 404, the latter with the name of the resource', async () => {
    const { MeetingId, MeetingArn } = await createMeeting(client);
    for (const command of [GetAttendeeCommand, DeleteAttendeeCommand]) {
      const call = client.send(new command({ MeetingId, AttendeeId: NOBODY }) as GetAttendeeCommand);
      expect(await failureOf(call)).toMatchObject({ name: 'NotFoundException', $metadata: { httpStatusCode: 404 } });
    }
    const anotherAccount = MeetingArn.replace('111122223333', '444455556666');
    for (const ResourceARN of [MeetingArn.replace(MeetingId, NOBODY), anotherAccount]) {
      const failure = await failureOf(client.send(new ListTagsForResourceCommand({ ResourceARN })));
      expect(failure).toBeInstanceOf(ResourceNotFoundException);
      expect(failure).toMatchObject({ ResourceName: ResourceARN, $metadata: { httpStatusCode: 404 } });
    }
  });

  describe('in a control region', () => {
    test('are 404 for a meeting of another control region, which is not affected', async () => {
      const meeting = await createMeeting(client);
      const { MeetingId, MeetingArn } = meeting;
      const elsewhere = clientOf(chime, { region: 'eu-central-1' });

      for (const call of [
        elsewhere.send(new GetMeetingCommand({ MeetingId })),
        elsewhere.send(new DeleteMeetingCommand({ MeetingId })),
        elsewhere.send(new ListAttendeesCommand({ MeetingId })),
        elsewhere.send(new CreateAttendeeCommand({ MeetingId, ExternalUserId: 'alice' })),
      ]) {
        expect(await failureOf(call)).toMatchObject({ name: 'NotFoundException' });
      }
      const tag = new TagResourceCommand({ ResourceARN: MeetingArn, Tags: [{ Key: 'team', Value: 'media' }] });
      expect(await failureOf(elsewhere.send(tag))).toMatchObject({ name: 'ResourceNotFoundException' });
      expect((await client.send(new GetMeetingCommand({ MeetingId }))).Meeting).toEqual(meeting);
    });

    test('are 403 for regions without an endpoint', async () => {
      const failure = await failureOf(
        createMeeting(clientOf(chime, { region: 'eu-west-1' }), { MediaRegion: 'eu-west-1' }),
      );
      expect(failure).toMatchObject({ name: 'InvalidSignatureException', $metadata: { httpStatusCode: 403 } });
      expect(chime.calls).toEqual([]);
    });

    test('restrict af-south-1 to its own media region, which other control regions can use', async () => {
      const local = clientOf(chime, { region: 'af-south-1' });
      expect(await failureOf(createMeeting(local, { MediaRegion: 'eu-west-1' }))).toMatchObject({
        name: 'BadRequestException',
      });
      await createMeeting(local, { MediaRegion: 'af-south-1' });
      await createMeeting(client, { MediaRegion: 'af-south-1' });
      expect(chime.meetings().map(({ controlRegion }) => controlRegion)).toEqual(['af-south-1', 'us-east-1']);
    });

    test('restrict GovCloud to its partition, which its ARNs name', async () => {
      const gov = clientOf(chime, { region: 'us-gov-west-1' });
      expect(await failureOf(createMeeting(gov, { MediaRegion: 'us-east-1' }))).toMatchObject({
        name: 'BadRequestException',
      });
      const { MeetingArn } = await createMeeting(gov, { MediaRegion: 'us-gov-east-1' });
      expect(MeetingArn).toMatch(/^arn:aws-us-gov:chime:us-gov-west-1:/);
    });
  });

  describe('before the operation', () => {
    const AUTHORIZATION =
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20300101/us-east-1/chime/aws4_request, ' +
      `SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`;

    const post = async (path: string, authorization?: string, body = '{}') => {
      const headers = authorization ? { authorization } : undefined;
      const response = await fetch(chime.endpoint + path, { method: 'POST', body, headers });
      return [response.status, response.headers.get('x-amzn-errortype')];
    };

    test('are returned for calls that are unsigned or signed for another service', async () => {
      expect(await post('/meetings')).toEqual([403, 'MissingAuthenticationTokenException']);
      expect(await post('/meetings', 'Basic abc')).toEqual([403, 'IncompleteSignatureException']);
      const forS3 = AUTHORIZATION.replace('/chime/', '/s3/');
      expect(await post('/meetings', forS3)).toEqual([403, 'InvalidSignatureException']);
    });

    test('are returned for invalid paths and bodies', async () => {
      expect(await post('/rooms', AUTHORIZATION)).toEqual([404, 'UnknownOperationException']);
      expect(await post('/meetings?operation=dance', AUTHORIZATION)).toEqual([404, 'UnknownOperationException']);
      for (const body of ['{', '[]', '7']) {
        expect(await post('/meetings', AUTHORIZATION, body)).toEqual([400, 'SerializationException']);
      }
    });

    test('are returned for malformed path members', async () => {
      expect(await post('/meetings/%E0%A4%A/attendees', AUTHORIZATION)).toEqual([400, 'SerializationException']);
    });

    test('are returned for lists with nulls, which the model never allows', async () => {
      const { MeetingId } = await createMeeting(client);
      const path = `/meetings/${MeetingId}/attendees?operation=batch-create`;
      expect(await post(path, AUTHORIZATION, '{"Attendees":[null]}')).toEqual([400, 'SerializationException']);
    });

    test('are not returned for members that are null, which count as absent', async () => {
      const body = '{"ClientRequestToken":"token","MediaRegion":"us-east-1","ExternalMeetingId":"room","Tags":null}';
      expect(await post('/meetings', AUTHORIZATION, body)).toEqual([200, null]);
      expect(await post('/meetings', AUTHORIZATION, body.replace('"room"', 'null'))).toEqual([
        400,
        'BadRequestException',
      ]);
    });
  });
});
