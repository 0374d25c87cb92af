import { ChimeSDKMeetingsClient, DeleteMeetingCommand, GetMeetingCommand } from '@aws-sdk/client-chime-sdk-meetings';
import { type Call, type ChimeSimulator, Fault } from './chime';
import { clientOf, createMeeting, failureOf, startChime } from './support/chime';

const HUNG_UP = { message: expect.stringContaining('socket hang up'), $metadata: { attempts: 1 } };

describe('ChimeSimulator faults', () => {
  let chime: ChimeSimulator;
  let client: ChimeSDKMeetingsClient;

  const create = (request: Parameters<typeof createMeeting>[1] = {}) => createMeeting(client, request);

  beforeEach(async () => {
    chime = await startChime();
    client = clientOf(chime);
  });

  describe('of responses', () => {
    test.each([
      ['throttling', Fault.throttling(), 'ThrottlingException', 429],
      ['unavailable', Fault.unavailable(), 'ServiceUnavailableException', 503],
      ['failure', Fault.failure(), 'ServiceFailureException', 500],
      ['error', Fault.error('ForbiddenException', 'No'), 'ForbiddenException', 403],
    ])('%s is an error for a call that is not applied', async (_, fault, name, httpStatusCode) => {
      chime.faults.inject(fault);
      expect(await failureOf(create())).toMatchObject({ name, $metadata: { httpStatusCode } });
      expect(chime.meetings()).toEqual([]);
      expect(chime.calls).toMatchObject([{ status: httpStatusCode, answered: true }]);
    });

    test('failure can occur although the call took effect', async () => {
      chime.faults.inject(Fault.failure({ applied: true }));
      expect(await failureOf(create())).toMatchObject({ name: 'ServiceFailureException' });
      expect(chime.meetings()).toHaveLength(1);
    });

    test('failure of a call that would be refused returns the refusal', async () => {
      chime.faults.inject(Fault.failure({ applied: true }));
      expect(await failureOf(create({ MediaRegion: 'mars-north-1' }))).toMatchObject({ name: 'BadRequestException' });
    });

    test('are retried by the SDK if they are retryable', async () => {
      chime.faults.inject(Fault.failure());
      await createMeeting(clientOf(chime, { maxAttempts: 2 }));
      expect(chime.calls.map(({ status }) => status)).toEqual([500, 200]);
    });

    test('are rejected if the model does not list the error for an operation', () => {
      const fault = Fault.error('NotFoundException', 'Gone');
      expect(() => chime.faults.inject(fault)).toThrow('The model has no NotFoundException for CreateMeeting');
      chime.faults.inject(fault, { operation: ['GetMeeting', 'DeleteMeeting'] });
    });
  });

  describe('of connections', () => {
    test('reset closes the connection before the call takes effect', async () => {
      chime.faults.inject(Fault.reset());
      expect(await failureOf(create())).toMatchObject(HUNG_UP);
      expect(chime.meetings()).toEqual([]);
      expect(chime.calls).toMatchObject([{ status: 0, answered: false }]);
    });

    test('lostAnswer closes the connection after the call took effect', async () => {
      chime.faults.inject(Fault.lostAnswer());
      expect(await failureOf(create())).toMatchObject(HUNG_UP);
      expect(chime.meetings()).toHaveLength(1);
      expect(chime.calls).toMatchObject([{ status: 200, answered: false }]);
    });

    test('lostAnswer leads to a single meeting when the SDK retries with the same token', async () => {
      chime.faults.inject(Fault.lostAnswer());
      const { MeetingId } = await createMeeting(clientOf(chime, { maxAttempts: 2 }));
      expect(chime.calls).toHaveLength(2);
      expect(chime.meetings().map(({ meetingId }) => meetingId)).toEqual([MeetingId]);
    });

    test('lostAnswer makes a retried deletion fail', async () => {
      const meeting = await create();
      chime.faults.inject(Fault.lostAnswer());
      const deletion = clientOf(chime, { maxAttempts: 2 }).send(new DeleteMeetingCommand(meeting));
      expect(await failureOf(deletion)).toMatchObject({ name: 'NotFoundException', $metadata: { attempts: 2 } });
    });

    test('latency delays responses, and can be combined with other faults', async () => {
      chime.faults.inject(Fault.latency(40));
      chime.faults.inject(Fault.throttling());
      chime.faults.inject(Fault.latency(40));
      const before = performance.now();
      expect(await failureOf(create())).toMatchObject({ name: 'ThrottlingException' });
      // Timers can fire a millisecond early.
      expect(performance.now() - before).toBeGreaterThanOrEqual(78);
    });

    test('latency does not prevent a call whose client has disconnected from taking effect', async () => {
      chime.faults.inject(Fault.latency(40));
      const impatient = new AbortController();
      const applied = new Promise<Readonly<Call>>((resolve) => {
        chime.hooks = { before: () => impatient.abort(), after: resolve };
      });
      const call = client.send(new GetMeetingCommand({ MeetingId: '12345678-1234-1234-1234-123456789012' }), {
        abortSignal: impatient.signal,
      });
      expect(await failureOf(call)).toMatchObject({ name: 'AbortError' });
      const { status } = await applied;
      expect(status).toBe(404);
      await new Promise(setImmediate); // The response would have been sent by now.
      expect(chime.calls).toMatchObject([{ answered: false }]);
    });
  });

  test('apply to the calls that a condition selects by region and request', async () => {
    const fault = chime.faults.inject(Fault.unavailable(), {
      operation: 'CreateMeeting',
      when: ({ region, request }) => region === 'us-east-1' && request.ExternalMeetingId === 'bad',
    });
    await create({ ExternalMeetingId: 'good' });
    await createMeeting(clientOf(chime, { region: 'eu-central-1' }), { ExternalMeetingId: 'bad' });
    expect(fault.hits).toBe(0);
    expect(await failureOf(create({ ExternalMeetingId: 'bad' }))).toMatchObject({
      name: 'ServiceUnavailableException',
    });
  });
});
