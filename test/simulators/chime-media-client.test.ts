import {
  type Attendee,
  ChimeSDKMeetingsClient,
  DeleteAttendeeCommand,
  DeleteMeetingCommand,
} from '@aws-sdk/client-chime-sdk-meetings';
import { type ChimeSimulator, JoinRefused } from './chime';
import { clientOf, createAttendee, createMeeting, startChime } from './support/chime';

describe('MediaClient', () => {
  let chime: ChimeSimulator;
  let client: ChimeSDKMeetingsClient;
  let primary: { MeetingId: string };
  let replica: { MeetingId: string };

  beforeEach(async () => {
    chime = await startChime();
    client = clientOf(chime);
    primary = await createMeeting(client);
    replica = await createMeeting(client, { PrimaryMeetingId: primary.MeetingId });
  });

  const connectedIn = ({ MeetingId }: { MeetingId: string }) =>
    chime
      .meetings()
      .find(({ meetingId }) => meetingId === MeetingId)!
      .attendees.filter(({ connected }) => connected)
      .map(({ externalUserId }) => externalUserId);
  const deleteAttendee = ({ MeetingId }: { MeetingId: string }, { AttendeeId }: Attendee) =>
    client.send(new DeleteAttendeeCommand({ MeetingId, AttendeeId }));
  const refusalOf = (join: () => unknown) => {
    try {
      join();
    } catch (error) {
      if (error instanceof JoinRefused) return error.status;
      throw error;
    }
    throw new Error('The client was let in');
  };
  /** The events in a meeting since the last call. */
  const news = ({ MeetingId }: { MeetingId: string }) =>
    chime.events
      .take()
      .filter(({ detail }) => detail.meetingId === MeetingId)
      .map(({ detail }) => detail.eventType.replace('chime:', ''));

  describe('connects', () => {
    test('with the credentials of an attendee, or only the id', async () => {
      const alice = chime.connect(primary.MeetingId, await createAttendee(client, primary, 'alice'));
      const { AttendeeId } = await createAttendee(client, primary, 'bob');
      const bob = chime.connect(primary.MeetingId, AttendeeId);
      expect([alice.state, bob.state]).toEqual(['connected', 'connected']);
      expect(connectedIn(primary)).toEqual(['alice', 'bob']);
    });

    test('and replaces a client with the same attendee, also in a full meeting', async () => {
      const alice = await createAttendee(client, primary, 'alice');
      const before = chime.connect(primary.MeetingId, alice);
      chime.quotas.attendeesPerMeeting = 1;
      news(primary);
      const after = chime.connect(primary.MeetingId, alice);
      expect([before.state, after.state]).toEqual(['disconnected', 'connected']);
      expect(connectedIn(primary)).toEqual(['alice']);
      expect(news(primary)).toEqual(['AttendeeAuthorized']);
    });

    test('only with the token of the attendee, and only to its meeting', async () => {
      const alice = await createAttendee(client, primary, 'alice');
      const bob = await createAttendee(client, primary, 'bob');
      const { MeetingId } = primary;
      for (const credentials of [
        { ...alice, JoinToken: bob.JoinToken },
        { AttendeeId: alice.AttendeeId },
        { JoinToken: alice.JoinToken },
        'nobody',
      ]) {
        expect(refusalOf(() => chime.connect(MeetingId, credentials))).toBe('AudioAuthenticationRejected');
      }
      expect(refusalOf(() => chime.connect(replica.MeetingId, alice))).toBe('AudioAuthenticationRejected');
      expect(connectedIn(primary)).toEqual([]);
    });

    test('only until the attendee is deleted', async () => {
      const alice = await createAttendee(client, primary, 'alice');
      await deleteAttendee(primary, alice);
      expect(refusalOf(() => chime.connect(primary.MeetingId, alice))).toBe('AudioAuthenticationRejected');
    });

    test('only to a running meeting', async () => {
      const alice = await createAttendee(client, primary, 'alice');
      await client.send(new DeleteMeetingCommand(primary));
      expect(refusalOf(() => chime.connect(primary.MeetingId, alice))).toBe('MeetingEnded');
      expect(refusalOf(() => chime.connect('nowhere', alice))).toBe('SignalingBadRequest');
    });

    test('only if the meeting is not full', async () => {
      const alice = await createAttendee(client, primary, 'alice');
      const bob = await createAttendee(client, primary, 'bob');
      chime.quotas.attendeesPerMeeting = 1;
      const first = chime.connect(primary.MeetingId, alice);
      expect(refusalOf(() => chime.connect(primary.MeetingId, bob))).toBe('AudioCallAtCapacity');
      first.leave();
      expect(chime.connect(primary.MeetingId, bob).state).toBe('connected');
    });
  });

  describe('disconnects', () => {
    test.each([
      ['leave', 'AttendeeLeft'],
      ['drop', 'AttendeeDropped'],
    ] as const)('by %s, and comes again with the credentials of before', async (how, event) => {
      const alice = chime.connect(primary.MeetingId, await createAttendee(client, primary, 'alice'));
      news(primary);
      alice[how]();
      expect(alice.state).toBe('disconnected');
      expect(connectedIn(primary)).toEqual([]);
      expect(news(primary)).toEqual([event]);
      alice.reconnect();
      expect(alice.state).toBe('connected');
      expect(connectedIn(primary)).toEqual(['alice']);
    });

    test('and is told why', async () => {
      const losses: string[] = [];
      const connect = (name: string, credentials: Attendee) =>
        chime.connect(primary.MeetingId, credentials, (leg, why) => losses.push(`${name} ${leg} ${why}`));
      const alice = await createAttendee(client, primary, 'alice');
      connect('first', alice);
      connect('second', alice).drop();
      connect('third', alice).leave();
      connect('fourth', alice);
      await deleteAttendee(primary, alice);
      connect('bob', await createAttendee(client, primary, 'bob'));
      await client.send(new DeleteMeetingCommand(primary));
      expect(losses).toEqual([
        'first home replaced',
        'second home dropped',
        'third home left',
        'fourth home removed',
        'bob home ended',
      ]);
    });

    test('when its attendee or its meeting is deleted, and cannot reconnect', async () => {
      const credentials = await createAttendee(client, primary, 'alice');
      const alice = chime.connect(primary.MeetingId, credentials);
      const bob = chime.connect(primary.MeetingId, await createAttendee(client, primary, 'bob'));
      await deleteAttendee(primary, credentials);
      expect([alice.state, bob.state]).toEqual(['disconnected', 'connected']);
      expect(refusalOf(() => alice.reconnect())).toBe('AudioAuthenticationRejected');
      await client.send(new DeleteMeetingCommand(primary));
      expect(bob.state).toBe('disconnected');
      expect(refusalOf(() => bob.reconnect())).toBe('MeetingEnded');
    });
  });

  describe('in a replica', () => {
    const listen = async () => chime.connect(replica.MeetingId, await createAttendee(client, replica, 'listener'));
    const speaker = () => createAttendee(client, primary, 'listener');

    test('is connected to both meetings while promoted, and to the replica after demotion', async () => {
      const listener = await listen();
      listener.promote(await speaker());
      expect(listener.state).toBe('promoted');
      expect([connectedIn(primary), connectedIn(replica)]).toEqual([['listener'], ['listener']]);
      news(primary);
      listener.demote();
      expect(listener.state).toBe('connected');
      expect([connectedIn(primary), connectedIn(replica)]).toEqual([[], ['listener']]);
      expect(news(primary)).toEqual(['AttendeeLeft']);
    });

    test.each([
      ['leave', 'AttendeeLeft'],
      ['drop', 'AttendeeDropped'],
    ] as const)('is demoted by %s, and can be promoted again', async (how, event) => {
      const credentials = await speaker();
      const listener = await listen();
      listener.promote(credentials);
      news(primary);
      listener[how]();
      expect(listener.state).toBe('disconnected');
      expect(news(primary)).toEqual([event]);
      expect([connectedIn(primary), connectedIn(replica)]).toEqual([[], []]);
      listener.reconnect();
      expect(listener.state).toBe('connected');
      expect(connectedIn(primary)).toEqual([]);
      listener.promote(credentials);
      expect(listener.state).toBe('promoted');
    });

    test("is demoted when the primary's attendee is deleted", async () => {
      const credentials = await speaker();
      const listener = await listen();
      listener.promote(credentials);
      await deleteAttendee(primary, credentials);
      expect(listener.state).toBe('connected');
    });

    test('is demoted when its replica ends or its attendee there is deleted', async () => {
      const credentials = await createAttendee(client, replica, 'listener');
      const listener = chime.connect(replica.MeetingId, credentials);
      listener.promote(await speaker());
      news(primary);
      await deleteAttendee(replica, credentials);
      expect(listener.state).toBe('disconnected');
      expect(connectedIn(primary)).toEqual([]);
      expect(news(primary)).toEqual(['AttendeeDropped']);

      const other = await listen();
      other.promote(await speaker());
      await client.send(new DeleteMeetingCommand(replica));
      expect(other.state).toBe('disconnected');
      expect(connectedIn(primary)).toEqual([]);
    });

    test('stays in the replica if the promotion is refused', async () => {
      const [listener, credentials] = [await listen(), await speaker()];
      expect(refusalOf(() => listener.promote({ ...credentials, JoinToken: 'wrong' }))).toBe(
        'AudioAuthenticationRejected',
      );
      chime.connect(primary.MeetingId, await createAttendee(client, primary, 'host'));
      chime.quotas.attendeesPerMeeting = 1;
      expect(refusalOf(() => listener.promote(credentials))).toBe('AudioCallAtCapacity');
      expect(listener.state).toBe('connected');
    });

    test('is demoted when another client uses the same credentials', async () => {
      const credentials = await speaker();
      const listener = await listen();
      listener.promote(credentials);
      const thief = chime.connect(primary.MeetingId, credentials);
      expect([listener.state, thief.state]).toEqual(['connected', 'connected']);
      // The other client is promoted now.
      listener.leave();
      expect(connectedIn(primary)).toEqual(['listener']);
    });
  });

  test('fails when it is used incorrectly', async () => {
    const credentials = await createAttendee(client, primary, 'host');
    const host = chime.connect(primary.MeetingId, credentials);
    expect(() => host.promote(credentials)).toThrow('Only a client in a replica can be promoted');
    expect(() => host.demote()).toThrow('Only a promoted client can be demoted, it is connected');
    expect(() => host.reconnect()).toThrow('The client is connected');
    host.leave();
    expect(() => host.leave()).toThrow('The client is not connected');
    expect(() => host.drop()).toThrow('The client is not connected');
    expect(() => host.promote(credentials)).toThrow('Only a connected client can be promoted, it is disconnected');

    const listener = chime.connect(replica.MeetingId, await createAttendee(client, replica, 'listener'));
    listener.promote(credentials);
    expect(() => listener.promote(credentials)).toThrow('Only a connected client can be promoted, it is promoted');
  });
});
