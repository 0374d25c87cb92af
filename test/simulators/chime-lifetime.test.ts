import { ChimeSDKMeetingsClient, DeleteMeetingCommand, GetMeetingCommand } from '@aws-sdk/client-chime-sdk-meetings';
import type { ChimeSimulator, MediaClient } from './chime';
import { clientOf, createAttendee, createMeeting, failureOf, startChime } from './support/chime';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('ChimeSimulator', () => {
  let chime: ChimeSimulator;
  let client: ChimeSDKMeetingsClient;

  const join = async (meeting: { MeetingId: string }, user: string): Promise<MediaClient> =>
    chime.connect(meeting.MeetingId, await createAttendee(client, meeting, user));
  const ends = () =>
    chime
      .meetings({ ended: true })
      .map(({ endReason, endedAt, createdAt }) => [endReason, endedAt && endedAt - createdAt]);

  beforeEach(async () => {
    chime = await startChime();
    client = clientOf(chime);
  });

  describe('ends a meeting to which nobody is connected', () => {
    test('after five minutes', async () => {
      const meeting = await createMeeting(client);
      await createAttendee(client, meeting);
      chime.clock.advance(5 * MINUTE - 1);
      await client.send(new GetMeetingCommand(meeting));
      chime.clock.advance(1);
      expect((await failureOf(client.send(new GetMeetingCommand(meeting)))).name).toBe('NotFoundException');
      expect(ends()).toEqual([['nobody-connected', 5 * MINUTE]]);
    });

    test('regardless of its audio', async () => {
      const { MeetingId } = await createMeeting(client);
      chime.clock.advance(4 * MINUTE);
      chime.setAudio(MeetingId, false);
      chime.clock.advance(MINUTE);
      expect(chime.meetings()).toEqual([]);
    });

    test('counted from when the last attendee disconnected', async () => {
      const meeting = await createMeeting(client);
      const [alice, bob] = [await join(meeting, 'alice'), await join(meeting, 'bob')];
      chime.clock.advance(HOUR);
      alice.leave();
      chime.clock.advance(MINUTE);
      bob.drop();
      chime.clock.advance(4 * MINUTE);
      bob.reconnect();
      chime.clock.advance(HOUR);
      expect(ends()).toEqual([[undefined, undefined]]);
      bob.leave();
      chime.clock.advance(5 * MINUTE);
      expect(ends()).toEqual([['nobody-connected', 2 * HOUR + 10 * MINUTE]]);
    });

    test('even if attendees are connected to its replicas, which end too', async () => {
      const primary = await createMeeting(client);
      const replica = await createMeeting(client, { PrimaryMeetingId: primary.MeetingId });
      const listener = await join(replica, 'listener');
      chime.clock.advance(5 * MINUTE - 1);
      expect(listener.state).toBe('connected');
      chime.clock.advance(1);
      expect(listener.state).toBe('disconnected');
      expect(ends()).toEqual([
        ['nobody-connected', 5 * MINUTE],
        ['primary-ended', 5 * MINUTE],
      ]);
    });

    test('but not if a promoted attendee is connected', async () => {
      const primary = await createMeeting(client);
      const replica = await createMeeting(client, { PrimaryMeetingId: primary.MeetingId });
      const listener = await join(replica, 'listener');
      listener.promote(await createAttendee(client, primary, 'listener'));
      chime.clock.advance(HOUR);
      expect(chime.meetings()).toHaveLength(2);
      listener.demote();
      chime.clock.advance(5 * MINUTE);
      expect(chime.meetings()).toEqual([]);
    });

    test('but not a replica while its primary is running', async () => {
      const primary = await createMeeting(client);
      await createMeeting(client, { PrimaryMeetingId: primary.MeetingId });
      await join(primary, 'host');
      chime.clock.advance(23 * HOUR);
      expect(chime.meetings()).toHaveLength(2);
    });
  });

  test('ends a meeting after 24 hours regardless of activity', async () => {
    const meeting = await createMeeting(client);
    const [alice] = [await join(meeting, 'alice'), await join(meeting, 'bob')];
    chime.clock.advance(24 * HOUR - 1);
    expect(alice.state).toBe('connected');
    chime.clock.advance(1);
    expect(alice.state).toBe('disconnected');
    expect(ends()).toEqual([['too-old', 24 * HOUR]]);
  });

  describe('ends a meeting of two or more attendees without audio', () => {
    test('after six hours', async () => {
      const meeting = await createMeeting(client);
      await join(meeting, 'alice');
      await join(meeting, 'bob');
      chime.clock.advance(HOUR);
      chime.setAudio(meeting.MeetingId, false);
      chime.clock.advance(6 * HOUR - 1);
      expect(chime.meetings()).toHaveLength(1);
      chime.clock.advance(1);
      expect(ends()).toEqual([['no-audio', 7 * HOUR]]);
    });

    test('counted from when the audio stopped, even if others connect later', async () => {
      const meeting = await createMeeting(client);
      chime.setAudio(meeting.MeetingId, false);
      await join(meeting, 'alice');
      await join(meeting, 'bob');
      chime.clock.advance(5 * HOUR);
      await join(meeting, 'carol');
      chime.clock.advance(HOUR);
      expect(ends()).toEqual([['no-audio', 6 * HOUR]]);
    });

    test('but not if there was audio in between, or if only one attendee is connected', async () => {
      const meeting = await createMeeting(client);
      await join(meeting, 'alice');
      const bob = await join(meeting, 'bob');
      chime.setAudio(meeting.MeetingId, false);
      chime.clock.advance(5 * HOUR);
      chime.setAudio(meeting.MeetingId, true);
      chime.setAudio(meeting.MeetingId, false);
      chime.clock.advance(5 * HOUR);
      bob.leave();
      chime.clock.advance(7 * HOUR);
      expect(chime.meetings()).toHaveLength(1);
    });
  });

  test('ends overdue meetings in the order and with the times of their regular end', async () => {
    const first = await createMeeting(client, { ExternalMeetingId: 'lively' });
    await join(first, 'alice');
    chime.clock.advance(MINUTE);
    await createMeeting(client, { ExternalMeetingId: 'empty' });
    chime.clock.advance(30 * HOUR);
    expect(ends()).toEqual([
      ['too-old', 24 * HOUR],
      ['nobody-connected', 5 * MINUTE],
    ]);
    const ended = chime.events.all.filter(({ detail }) => detail.eventType === 'chime:MeetingEnded');
    expect(ended.map(({ detail }) => detail.externalMeetingId)).toEqual(['empty', 'lively']);
  });

  test('disconnects promoted attendees at the time of the end, not when it is noticed', async () => {
    const primary = await createMeeting(client);
    const replica = await createMeeting(client, { PrimaryMeetingId: primary.MeetingId });
    const listener = await join(replica, 'listener');
    listener.promote(await createAttendee(client, primary, 'listener'));
    chime.clock.advance(30 * HOUR);

    expect(listener.state).toBe('disconnected');
    const left = chime.events.all.filter(({ detail }) => /AttendeeLeft|AttendeeDropped/.test(detail.eventType));
    expect(left.map(({ detail }) => detail.meetingId).sort()).toEqual([primary.MeetingId, replica.MeetingId].sort());
    for (const { detail } of left) expect(detail.timestamp).toBe(Date.UTC(2030, 0, 2));
  });

  test('ends replicas when their primary is deleted, and only one replica when that is deleted', async () => {
    const primary = await createMeeting(client);
    const gone = await createMeeting(client, { PrimaryMeetingId: primary.MeetingId });
    const replica = await createMeeting(client, { PrimaryMeetingId: primary.MeetingId });
    const other = await createMeeting(client);
    const listener = await join(replica, 'listener');

    await client.send(new DeleteMeetingCommand(gone));
    expect(chime.meetings()).toHaveLength(3);
    await client.send(new DeleteMeetingCommand(primary));
    expect(chime.meetings().map(({ meetingId }) => meetingId)).toEqual([other.MeetingId]);
    expect(ends().map(([reason]) => reason)).toEqual(['deleted', 'deleted', 'primary-ended', undefined]);
    expect(listener.state).toBe('disconnected');
  });

  test('ignores the audio of ended meetings', async () => {
    const meeting = await createMeeting(client);
    await client.send(new DeleteMeetingCommand(meeting));
    expect(() => chime.setAudio(meeting.MeetingId, false)).toThrow(`Meeting ${meeting.MeetingId} is not running`);
  });
});
