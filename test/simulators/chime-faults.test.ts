import {
  ChimeSDKMeetingsClient,
  type ChimeSDKMeetingsServiceException,
  DeleteMeetingCommand,
  GetMeetingCommand,
} from '@aws-sdk/client-chime-sdk-meetings';
import { type Call, type ChimeSimulator, Fault, type Target } from './chime';
import { clientOf, createAttendee, createMeeting, failureOf, startChime, stopChime } from './support';

const HUNG_UP = { message: expect.stringContaining('socket hang up'), $metadata: { attempts: 1 } };

describe('ChimeSimulator faults', () => {
  let chime: ChimeSimulator;
  let client: ChimeSDKMeetingsClient;

  const create = (request: Parameters<typeof createMeeting>[1] = {}) => createMeeting(client, request);
  const statusOf = (call: Promise<unknown>) =>
    call.then(
      () => 200,
      (error: ChimeSDKMeetingsServiceException) => error.$metadata.httpStatusCode,
    );
  const statusesOf = async (count: number) => {
    const statuses: (number | undefined)[] = [];
    for (let index = 0; index < count; index++) statuses.push(await statusOf(create()));
    return statuses;
  };

  beforeEach(async () => {
    chime = await startChime();
    client = clientOf(chime);
  });
  afterEach(stopChime);

  describe('of an answer', () => {
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

    test('failure can come though the call was applied', async () => {
      chime.faults.inject(Fault.failure({ applied: true }));
      expect(await failureOf(create())).toMatchObject({ name: 'ServiceFailureException' });
      expect(chime.meetings()).toHaveLength(1);
    });

    test('failure of a call that would have been refused is the refusal', async () => {
      chime.faults.inject(Fault.failure({ applied: true }));
      expect(await failureOf(create({ MediaRegion: 'mars-north-1' }))).toMatchObject({ name: 'BadRequestException' });
    });

    test('are repeated by the SDK where that helps', async () => {
      chime.faults.inject(Fault.failure());
      await createMeeting(clientOf(chime, 'us-east-1', 2));
      expect(chime.calls.map(({ status }) => status)).toEqual([500, 200]);
    });

    test('fail when the model does not have the error for an operation that they could hit', () => {
      const fault = Fault.error('NotFoundException', 'Gone');
      expect(() => chime.faults.inject(fault)).toThrow('The model has no NotFoundException for CreateMeeting');
      chime.faults.inject(fault, { operation: ['GetMeeting', 'DeleteMeeting'] });
    });
  });

  describe('of the connection', () => {
    test('reset cuts it before the call is applied', async () => {
      chime.faults.inject(Fault.reset());
      expect(await failureOf(create())).toMatchObject(HUNG_UP);
      expect(chime.meetings()).toEqual([]);
      expect(chime.calls).toMatchObject([{ status: 0, answered: false }]);
    });

    test('lostAnswer cuts it after the call was applied', async () => {
      chime.faults.inject(Fault.lostAnswer());
      expect(await failureOf(create())).toMatchObject(HUNG_UP);
      expect(chime.meetings()).toHaveLength(1);
      expect(chime.calls).toMatchObject([{ status: 200, answered: false }]);
    });

    test('lostAnswer leaves one meeting to an SDK that repeats its call with the same token', async () => {
      chime.faults.inject(Fault.lostAnswer());
      const { MeetingId } = await createMeeting(clientOf(chime, 'us-east-1', 2));
      expect(chime.calls).toHaveLength(2);
      expect(chime.meetings().map(({ meetingId }) => meetingId)).toEqual([MeetingId]);
    });

    test('lostAnswer makes an SDK that repeats a deletion believe that it failed', async () => {
      const meeting = await create();
      chime.faults.inject(Fault.lostAnswer());
      const deletion = clientOf(chime, 'us-east-1', 2).send(new DeleteMeetingCommand(meeting));
      expect(await failureOf(deletion)).toMatchObject({ name: 'NotFoundException', $metadata: { attempts: 2 } });
    });

    test('latency delays an answer, and adds to other faults', async () => {
      chime.faults.inject(Fault.latency(40));
      chime.faults.inject(Fault.throttling());
      chime.faults.inject(Fault.latency(40));
      const before = performance.now();
      expect(await failureOf(create())).toMatchObject({ name: 'ThrottlingException' });
      // Timers may fire a millisecond early.
      expect(performance.now() - before).toBeGreaterThanOrEqual(78);
    });

    test('latency lets a caller go who does not wait, while the call is applied all the same', async () => {
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
      expect(chime.calls).toMatchObject([{ answered: false }]);
    });
  });

  describe('hit', () => {
    const inject = (target: Target) => chime.faults.inject(Fault.unavailable(), target);

    test('one call if nothing else is said', async () => {
      const fault = inject({});
      expect(await statusesOf(3)).toEqual([503, 200, 200]);
      expect(fault.hits).toBe(1);
    });

    test('as many as asked for, after those that are spared', async () => {
      const fault = inject({ skip: 1, times: 2 });
      expect(await statusesOf(5)).toEqual([200, 503, 503, 200, 200]);
      expect(fault.hits).toBe(2);
    });

    test('the operations that are named, and count only these', async () => {
      inject({ operation: ['GetMeeting', 'DeleteMeeting'], skip: 1 });
      const meeting = await create();
      const get = () => client.send(new GetMeetingCommand(meeting));
      expect(await statusOf(get())).toBe(200);
      await createAttendee(client, meeting);
      expect(await statusOf(client.send(new DeleteMeetingCommand(meeting)))).toBe(503);
      expect(await statusOf(get())).toBe(200);
    });

    test('the calls that a condition picks, and count only these', async () => {
      inject({ when: ({ region, request }) => region === 'us-east-1' && request.ExternalMeetingId === 'bad', skip: 1 });
      const rooms = ['bad', 'good', 'bad', 'bad'];
      const statuses = [];
      for (const ExternalMeetingId of rooms) statuses.push(await statusOf(create({ ExternalMeetingId })));
      expect(statuses).toEqual([200, 200, 503, 200]);
    });

    test('at a rate, without limit unless one is given', async () => {
      const half = inject({ rate: 0.5 });
      await statusesOf(60);
      expect(half.hits).toBeGreaterThan(15);
      expect(half.hits).toBeLessThan(45);
      half.remove();

      const never = inject({ rate: 0 });
      expect(await statusesOf(3)).toEqual([200, 200, 200]);
      never.remove();
      inject({ rate: 1, times: 2 });
      expect(await statusesOf(3)).toEqual([503, 503, 200]);
    });

    test('until they are removed', async () => {
      const fault = inject({ times: Infinity });
      const other = chime.faults.inject(Fault.throttling(), { times: Infinity });
      expect(await statusesOf(1)).toEqual([503]);
      fault.remove();
      expect(await statusesOf(2)).toEqual([429, 429]);
      chime.faults.clear();
      expect(await statusesOf(1)).toEqual([200]);
      expect([fault.hits, other.hits]).toEqual([1, 2]);
    });

    test('one at a time, in the order in which they were injected', async () => {
      inject({});
      chime.faults.inject(Fault.throttling());
      expect(await statusesOf(3)).toEqual([503, 429, 200]);
    });
  });
});
