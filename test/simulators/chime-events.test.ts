import {
  ChimeSDKMeetingsClient,
  DeleteAttendeeCommand,
  DeleteMeetingCommand,
  GetMeetingCommand,
  UpdateAttendeeCapabilitiesCommand,
} from '@aws-sdk/client-chime-sdk-meetings';
import type { ChimeSimulator, MeetingEvent } from './chime';
import { clientOf, createAttendee, createMeeting, startChime } from './support/chime';

const START = Date.UTC(2030, 0, 1);
const typesOf = (events: readonly MeetingEvent[]) => events.map(({ detail }) => detail.eventType.replace('chime:', ''));
const idsOf = (events: readonly MeetingEvent[]) => events.map(({ id }) => id);

describe('ChimeSimulator events', () => {
  let chime: ChimeSimulator;
  let client: ChimeSDKMeetingsClient;

  const takeTypes = () => typesOf(chime.events.take());
  const createMeetings = async (count: number) => {
    for (let index = 0; index < count; index++) await createMeeting(client);
  };

  beforeEach(async () => {
    chime = await startChime();
    client = clientOf(chime, { region: 'eu-central-1' });
  });

  test('have the format of EventBridge, name the control region and omit the primary', async () => {
    const { MeetingId: PrimaryMeetingId } = await createMeeting(client);
    chime.clock.advance(1500);
    const { MeetingId } = await createMeeting(client, { PrimaryMeetingId, MediaRegion: 'eu-west-1' });

    const [, started] = chime.events.take();
    expect(started).toEqual({
      version: '0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      source: 'aws.chime',
      account: '111122223333',
      region: 'eu-central-1',
      'detail-type': 'Chime Meeting State Change',
      time: '2030-01-01T00:00:01Z',
      resources: [],
      detail: {
        version: '0',
        eventType: 'chime:MeetingStarted',
        timestamp: START + 1500,
        meetingId: MeetingId,
        externalMeetingId: 'town-hall',
        mediaRegion: 'eu-west-1',
      },
    });
  });

  test('report the life cycle of attendees', async () => {
    const meeting = await createMeeting(client);
    const { MeetingId } = meeting;
    const { AttendeeId, JoinToken } = await createAttendee(client, meeting, 'alice');
    const alice = chime.connect(MeetingId, { AttendeeId, JoinToken });
    const Capabilities = { Audio: 'Receive', Video: 'None', Content: 'None' } as const;
    await client.send(new UpdateAttendeeCapabilitiesCommand({ MeetingId, AttendeeId, Capabilities }));
    alice.drop();
    alice.reconnect();
    await client.send(new DeleteAttendeeCommand({ MeetingId, AttendeeId }));

    const [started, ...events] = chime.events.take();
    expect(typesOf([started, ...events])).toEqual([
      'MeetingStarted',
      'AttendeeAdded',
      'AttendeeJoined',
      'AttendeeCapabilitiesUpdated',
      'AttendeeDropped',
      'AttendeeJoined',
      'AttendeeDeleted',
      'AttendeeLeft',
    ]);
    for (const { detail } of events) expect(detail).toMatchObject({ attendeeId: AttendeeId, externalUserId: 'alice' });
    expect(events[1].detail.networkType).toBe('Voip');
    expect(events[2].detail.attendeeCapabilities).toEqual({ audio: 'Receive', video: 'None', content: 'None' });
    expect(JSON.stringify(events)).not.toContain(JoinToken);
  });

  test('report the automatic end of a meeting with the time at which it ended', async () => {
    const meeting = await createMeeting(client);
    chime.connect(meeting.MeetingId, await createAttendee(client, meeting)).leave();
    chime.events.take();
    chime.clock.advance(3_600_000);
    const events = chime.events.take();
    expect(typesOf(events)).toEqual(['MeetingEnded']);
    expect(events[0].detail.timestamp).toBe(START + 5 * 60_000);
  });

  test('report the replicas that end with their primary, each with its own id', async () => {
    const primary = await createMeeting(client);
    const replica = await createMeeting(client, { PrimaryMeetingId: primary.MeetingId });
    chime.events.take();
    await client.send(new DeleteMeetingCommand(primary));
    const events = chime.events.take();
    expect(typesOf(events)).toEqual(['MeetingEnded', 'MeetingEnded']);
    expect(events.map(({ detail }) => detail.meetingId).sort()).toEqual([primary.MeetingId, replica.MeetingId].sort());
  });

  describe('are delivered', () => {
    test('once and in order by default, and remain available to tests', async () => {
      await createMeetings(2);
      expect(takeTypes()).toEqual(['MeetingStarted', 'MeetingStarted']);
      expect(takeTypes()).toEqual([]);
      await createMeetings(1);
      expect(takeTypes()).toEqual(['MeetingStarted']);
      expect(chime.events.all).toHaveLength(3);
    });

    test('late', async () => {
      await createMeetings(3);
      expect(chime.events.take({ late: 1 })).toEqual([]);
      await createMeetings(1);
      expect(idsOf(chime.events.take())).toEqual(idsOf(chime.events.all));
    });

    test('twice with the same id', async () => {
      await createMeetings(2);
      const [first, second] = chime.events.all;
      expect(chime.events.take({ twice: 1 })).toEqual([first, first, second, second]);
      expect(chime.events.take()).toEqual([]);
    });

    test('never', async () => {
      await createMeetings(2);
      expect(chime.events.take({ lost: 1 })).toEqual([]);
      expect(chime.events.take()).toEqual([]);
      expect(chime.events.all).toHaveLength(2);
    });

    test('out of order, with timestamps that allow sorting them', async () => {
      for (let index = 0; index < 10; index++) {
        await createMeetings(1);
        chime.clock.advance(1000);
      }
      const arrived = chime.events.take({ shuffled: true });
      expect(idsOf(arrived)).not.toEqual(idsOf(chime.events.all));
      const ordered = [...arrived].sort((one, other) => one.detail.timestamp - other.detail.timestamp);
      expect(idsOf(ordered)).toEqual(idsOf(chime.events.all));
    });

    test('at rates, so that some are immediate, some late, some duplicated and some lost', async () => {
      await createMeetings(100);
      const delivery = { late: 0.3, twice: 0.3, lost: 0.3, shuffled: true };
      const first = idsOf(chime.events.take(delivery));
      const later = idsOf(chime.events.take());
      const some = (count: number) => {
        expect(count).toBeGreaterThan(5);
        expect(count).toBeLessThan(60);
      };
      some(first.length - new Set(first).size);
      some(later.length);
      some(100 - new Set([...first, ...later]).size);
      expect(later.filter((id) => first.includes(id))).toEqual([]);
    });
  });

  test('can falsely report the end of a running meeting', async () => {
    const meeting = await createMeeting(client);
    chime.events.take();
    chime.reportFalseEnd(meeting.MeetingId);

    const [reported] = chime.events.take();
    expect(reported.detail).toMatchObject({ eventType: 'chime:MeetingEnded', meetingId: meeting.MeetingId });
    await client.send(new GetMeetingCommand(meeting));
    await client.send(new DeleteMeetingCommand(meeting));
    expect(takeTypes()).toEqual(['MeetingEnded']);
    expect(() => chime.reportFalseEnd(meeting.MeetingId)).toThrow('is not running');
  });
});
