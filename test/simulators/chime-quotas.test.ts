import {
  BatchCreateAttendeeCommand,
  ChimeSDKMeetingsClient,
  DeleteAttendeeCommand,
  DeleteMeetingCommand,
  GetMeetingCommand,
} from '@aws-sdk/client-chime-sdk-meetings';
import type { ChimeSimulator } from './chime';
import { clientOf, createAttendee, createMeeting, failureOf, startChime } from './support/chime';

const THROTTLED = { name: 'ThrottlingException', $metadata: { httpStatusCode: 429 } };
const LIMIT_EXCEEDED = { name: 'LimitExceededException', $metadata: { httpStatusCode: 400 } };
const users = (count: number, prefix = 'user') =>
  Array.from({ length: count }, (_, index) => ({ ExternalUserId: `${prefix}-${index}` }));

describe('ChimeSimulator quotas', () => {
  let chime: ChimeSimulator;
  let client: ChimeSDKMeetingsClient;

  beforeEach(async () => {
    chime = await startChime();
    client = clientOf(chime);
  });

  describe('of requests', () => {
    let meeting: { MeetingId: string };
    const get = (from = client) => from.send(new GetMeetingCommand(meeting));
    const succeedingOf = async (count: number, call: () => Promise<unknown> = get) => {
      let succeeded = 0;
      for (let index = 0; index < count; index++) {
        if (
          await call().then(
            () => true,
            () => false,
          )
        ) {
          succeeded++;
        }
      }
      return succeeded;
    };

    beforeEach(async () => {
      meeting = await createMeeting(client);
      chime.quotas.rateLimited = true;
    });

    test('allow a burst of 20 and throttle the rest', async () => {
      expect(await succeedingOf(25)).toBe(20);
      expect(await failureOf(get())).toMatchObject(THROTTLED);
    });

    test('allow 10 per second of simulated time after the burst', async () => {
      await succeedingOf(20);
      chime.clock.advance(99);
      expect(await succeedingOf(1)).toBe(0);
      chime.clock.advance(1);
      expect(await succeedingOf(2)).toBe(1);
      chime.clock.advance(1000);
      expect(await succeedingOf(15)).toBe(10);
    });

    test('are not consumed by throttled calls', async () => {
      await succeedingOf(20);
      const waiting = async () => {
        chime.clock.advance(10);
        return get();
      };
      expect(await succeedingOf(9, waiting)).toBe(0);
      expect(await succeedingOf(1, waiting)).toBe(1);
    });

    test('never accumulate more than the burst', async () => {
      await succeedingOf(20);
      chime.clock.advance(4 * 60_000);
      expect(await succeedingOf(25)).toBe(20);
    });

    test('apply to each operation and control region separately', async () => {
      await succeedingOf(21);
      await createAttendee(client, meeting);
      const elsewhere = await failureOf(get(clientOf(chime, { region: 'us-west-2' })));
      expect(elsewhere.name).toBe('NotFoundException');
    });

    test('are consumed by failed calls too', async () => {
      const missing = () => client.send(new GetMeetingCommand({ MeetingId: 'nonsense' }));
      await succeedingOf(20, missing);
      expect(await failureOf(get())).toMatchObject(THROTTLED);
    });

    test('can be raised and disabled', async () => {
      Object.assign(chime.quotas, { burst: 30, requestsPerSecond: 1 });
      expect(await succeedingOf(35)).toBe(30);
      chime.clock.advance(1000);
      expect(await succeedingOf(5)).toBe(1);
      chime.quotas.rateLimited = false;
      expect(await succeedingOf(50)).toBe(50);
    });

    test('are overcome by the retries of the SDK as time passes', async () => {
      await succeedingOf(20);
      chime.hooks = { before: () => chime.clock.advance(60) };
      const { $metadata } = await get(clientOf(chime, { maxAttempts: 3 }));
      expect($metadata.attempts).toBe(2);
    });
  });

  describe('of attendees', () => {
    test('are 250 per meeting, counted from creation to deletion', async () => {
      const meeting = await createMeeting(client);
      const { MeetingId } = meeting;
      for (const prefix of ['a', 'b']) {
        await client.send(new BatchCreateAttendeeCommand({ MeetingId, Attendees: users(100, prefix) }));
      }
      await client.send(new BatchCreateAttendeeCommand({ MeetingId, Attendees: users(49, 'c') }));
      const { AttendeeId } = await createAttendee(client, meeting, 'the 250th');
      expect(await failureOf(createAttendee(client, meeting, 'the 251st'))).toMatchObject(LIMIT_EXCEEDED);

      chime.connect(MeetingId, AttendeeId).leave();
      expect(await failureOf(createAttendee(client, meeting, 'the 251st'))).toMatchObject(LIMIT_EXCEEDED);
      await client.send(new DeleteAttendeeCommand({ MeetingId, AttendeeId }));
      await createAttendee(client, meeting, 'the 251st');
    });

    test('are lowered by MaxCount, also for each replica', async () => {
      const primary = await createMeeting(client, { MeetingFeatures: { Attendee: { MaxCount: 1 } } });
      const replica = await createMeeting(client, { PrimaryMeetingId: primary.MeetingId });
      for (const meeting of [primary, replica]) {
        await createAttendee(client, meeting, 'alice');
        expect(await failureOf(createAttendee(client, meeting, 'bob'))).toMatchObject(LIMIT_EXCEEDED);
      }
    });

    test('are not raised by MaxCount', async () => {
      chime.quotas.attendeesPerMeeting = 1;
      const meeting = await createMeeting(client, { MeetingFeatures: { Attendee: { MaxCount: 2 } } });
      await createAttendee(client, meeting, 'alice');
      expect(await failureOf(createAttendee(client, meeting, 'bob'))).toMatchObject(LIMIT_EXCEEDED);
    });
  });

  describe('of meetings', () => {
    test('are 4 replicas per primary, not counting deleted ones', async () => {
      const { MeetingId: PrimaryMeetingId } = await createMeeting(client);
      const replicate = () => createMeeting(client, { PrimaryMeetingId });
      const replicas = [await replicate(), await replicate(), await replicate(), await replicate()];
      expect(await failureOf(replicate())).toMatchObject(LIMIT_EXCEEDED);

      await client.send(new DeleteMeetingCommand(replicas[2]));
      await replicate();
      expect(await failureOf(replicate())).toMatchObject(LIMIT_EXCEEDED);
      // Another primary has its own replicas.
      const other = await createMeeting(client);
      await createMeeting(client, { PrimaryMeetingId: other.MeetingId });
    });

    test('are the concurrent meetings of a control region, including replicas', async () => {
      chime.quotas.concurrentMeetings = 2;
      const primary = await createMeeting(client);
      await createMeeting(client, { PrimaryMeetingId: primary.MeetingId });
      expect(await failureOf(createMeeting(client))).toMatchObject(LIMIT_EXCEEDED);

      await createMeeting(clientOf(chime, { region: 'us-west-2' }));
      await client.send(new DeleteMeetingCommand(primary));
      await createMeeting(client);
    });

    test('are 250 concurrent meetings by default', async () => {
      for (let count = 0; count < 250; count++) await createMeeting(client);
      expect(await failureOf(createMeeting(client))).toMatchObject(LIMIT_EXCEEDED);
      chime.clock.advance(5 * 60_000);
      await createMeeting(client);
    });
  });

  test('that are exhausted are treated as throttling by the SDK, which retries in vain', async () => {
    chime.quotas.concurrentMeetings = 0;
    const failure = await failureOf(createMeeting(clientOf(chime, { maxAttempts: 3 })));
    expect(failure).toMatchObject({ ...LIMIT_EXCEEDED, $metadata: { httpStatusCode: 400, attempts: 3 } });
    expect(chime.calls.map(({ operation, status }) => [operation, status])).toEqual(
      Array.from({ length: 3 }, () => ['CreateMeeting', 400]),
    );
  });

  test('do not concern bad requests, which the SDK does not retry', async () => {
    await failureOf(createMeeting(clientOf(chime, { maxAttempts: 3 }), { MediaRegion: 'mars-north-1' }));
    expect(chime.calls).toHaveLength(1);
  });
});
