import {
  type Attendee,
  ChimeSDKMeetingsClient,
  DeleteAttendeeCommand,
  DeleteMeetingCommand,
} from '@aws-sdk/client-chime-sdk-meetings';
import { type ChimeSimulator } from './chime';
import { SignallingServer } from './signalling';
import { FrameType } from './signalling/frames';
import { clientOf, createAttendee, createMeeting, startChime } from './support/chime';
import { SignallingClient } from './support/signalling-client';

type Seat = Required<Pick<Attendee, 'AttendeeId' | 'JoinToken' | 'ExternalUserId'>>;

describe('SignallingServer', () => {
  let chime: ChimeSimulator;
  let api: ChimeSDKMeetingsClient;
  let server: SignallingServer;
  let primary: { MeetingId: string };
  let replica: { MeetingId: string };
  const clients: SignallingClient[] = [];

  beforeEach(async () => {
    chime = await startChime();
    api = clientOf(chime);
    server = await SignallingServer.start({ chime });
    primary = await createMeeting(api);
    replica = await createMeeting(api, { PrimaryMeetingId: primary.MeetingId });
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.end();
    await server.stop();
    expect(server.defects).toEqual([]);
  });

  const attendee = (meeting: { MeetingId: string }, name: string): Promise<Seat> => createAttendee(api, meeting, name);
  const remove = ({ MeetingId }: { MeetingId: string }, { AttendeeId }: Seat) =>
    api.send(new DeleteAttendeeCommand({ MeetingId, AttendeeId }));
  const connect = ({ MeetingId }: { MeetingId: string }, token: string) => {
    const client = new SignallingClient(server, MeetingId, token);
    clients.push(client);
    return client;
  };
  const join = async ({ MeetingId }: { MeetingId: string }, { JoinToken }: Seat, suffix = '') => {
    const client = await SignallingClient.join(server, MeetingId, JoinToken + suffix);
    clients.push(client);
    return client;
  };
  const promote = async (client: SignallingClient, { AttendeeId, JoinToken }: Seat) => {
    const credentials = { attendeeId: AttendeeId, joinToken: JoinToken };
    client.send({ type: FrameType.PRIMARY_MEETING_JOIN, primaryMeetingJoin: { credentials } });
    return (await client.next(FrameType.PRIMARY_MEETING_JOIN_ACK)).error?.status ?? 200;
  };
  const audioStatus = async (client: SignallingClient) =>
    (await client.next(FrameType.AUDIO_STATUS)).audioStatus!.audioStatus;
  const news = () => chime.events.take().map(({ detail }) => `${detail.externalUserId} ${detail.eventType.slice(6)}`);
  const sources = (client: SignallingClient, count: number) =>
    client.until(FrameType.INDEX, ({ index }) => index!.sources!.length === count).then(({ index }) => index!.sources!);
  /** A client in the primary session that sends audio and video. */
  const speaker = async (name = 'speaker') => {
    const client = await join(primary, await attendee(primary, name));
    await client.subscribe({ sendsVideo: true });
    client.speak(`${name} speaks`);
    client.show(`${name} shows`);
    return client;
  };

  describe('joins', () => {
    test('tell clients whether they can send', async () => {
      const inPrimary = await join(primary, await attendee(primary, 'speaker'));
      const inReplica = await join(replica, await attendee(replica, 'anna'));
      expect((await inPrimary.next(FrameType.INDEX)).index!.atCapacity).toBe(false);
      expect((await inReplica.next(FrameType.INDEX)).index!.atCapacity).toBe(true);
    });

    test('are refused without the token of an attendee of the meeting', async () => {
      const { JoinToken } = await attendee(primary, 'speaker');
      for (const [meeting, token] of [
        [primary, `${JoinToken}x`],
        [replica, JoinToken],
      ] as const) {
        const client = connect(meeting, token);
        client.send({ type: FrameType.JOIN, join: {} });
        expect(await client.closed).toEqual({ code: 4403, reason: 'attendee unavailable' });
      }
    });

    test('are refused in a meeting that has ended or that never existed', async () => {
      const { JoinToken } = await attendee(primary, 'speaker');
      await api.send(new DeleteMeetingCommand(primary));
      expect(await connect(primary, JoinToken).closed).toMatchObject({ code: 4410 });
      expect(await connect({ MeetingId: 'none' }, JoinToken).closed).toMatchObject({ code: 4404 });
    });

    test('are refused in a full meeting', async () => {
      await join(primary, await attendee(primary, 'speaker'));
      const late = await attendee(primary, 'late');
      chime.quotas.attendeesPerMeeting = 1;
      const client = connect(primary, late.JoinToken);
      client.send({ type: FrameType.JOIN, join: {} });
      expect(await audioStatus(client)).toBe(409);
    });
  });

  describe('connections', () => {
    test('produce the events of the service', async () => {
      const anna = await join(replica, await attendee(replica, 'anna'));
      const bert = await join(replica, await attendee(replica, 'bert'));
      news();
      anna.send({ type: FrameType.LEAVE, leave: {} });
      await anna.next(FrameType.LEAVE_ACK);
      await bert.end();
      await server.sessions[1].closed;
      expect(news()).toEqual(['anna AttendeeLeft', 'bert AttendeeDropped']);
    });

    test('answer pings', async () => {
      const anna = await join(replica, await attendee(replica, 'anna'));
      expect((await anna.ping(7)).pingPong).toMatchObject({ pingId: 7 });
    });

    test('end when the attendee is deleted', async () => {
      const anna = await attendee(replica, 'anna');
      const client = await join(replica, anna);
      await remove(replica, anna);
      expect(await audioStatus(client)).toBe(411);
    });

    test('end when the primary meeting ends', async () => {
      const everybody = [
        await join(primary, await attendee(primary, 'speaker')),
        await join(replica, await attendee(replica, 'anna')),
      ];
      await api.send(new DeleteMeetingCommand(primary));
      expect(await Promise.all(everybody.map(audioStatus))).toEqual([410, 410]);
    });

    test('end when another client joins with the same attendee', async () => {
      const anna = await attendee(replica, 'anna');
      const client = await join(replica, anna);
      await join(replica, anna);
      expect(await audioStatus(client)).toBe(301);
    });
  });

  describe('media', () => {
    test('reach the clients in the primary session and in its replicas', async () => {
      await speaker();
      const guest = await join(primary, await attendee(primary, 'guest'));
      const anna = await join(replica, await attendee(replica, 'anna'));
      for (const client of [guest, anna]) {
        const [{ streamId, externalUserId }] = await sources(client, 1);
        expect(externalUserId).toBe('speaker');
        const { suback } = await client.subscribe({ receives: [streamId!] });
        expect(suback!.tracks).toMatchObject([{ streamId, trackLabel: expect.stringMatching(/^v_/) }]);
        await Promise.all([client.hears('speaker speaks'), client.sees('speaker shows')]);
      }
    });

    test('list who can send, and who is muted', async () => {
      const client = await speaker();
      const anna = await join(replica, await attendee(replica, 'anna'));
      await anna.subscribe();
      const streamsOf = async () => (await anna.next(FrameType.AUDIO_STREAM_ID_INFO)).audioStreamIdInfo!.streams!;
      const [stream, ...others] = await streamsOf();
      expect(stream).toMatchObject({ externalUserId: 'speaker', muted: false });
      expect(others).toEqual([]);
      client.send({ type: FrameType.AUDIO_CONTROL, audioControl: { muted: true } });
      expect(await streamsOf()).toMatchObject([{ externalUserId: 'speaker', muted: true }]);
      await client.end();
      const [gone] = await streamsOf();
      expect(gone.audioStreamId).toBe(stream.audioStreamId);
      expect(gone.attendeeId).toBe('');
    });

    test('are not accepted from a replica', async () => {
      const guest = await join(primary, await attendee(primary, 'guest'));
      const anna = await join(replica, await attendee(replica, 'anna'));
      const { error, suback } = await anna.subscribe({ sendsVideo: true });
      expect(error).toMatchObject({ status: 206 });
      expect(suback!.allocations).toEqual([]);
      expect(await sources(guest, 0)).toEqual([]);
    });
  });

  describe('promotions', () => {
    test('let a client of a replica send, as the attendee of the promotion', async () => {
      const guest = await join(primary, await attendee(primary, 'guest'));
      await guest.subscribe();
      const anna = await join(replica, await attendee(replica, 'seat#1'));
      expect(await promote(anna, await attendee(primary, 'anna'))).toBe(200);
      await anna.until(FrameType.INDEX, ({ index }) => index!.atCapacity === false);
      await anna.subscribe({ sendsVideo: true });
      anna.speak('anna speaks');
      anna.show('anna shows');
      const [{ streamId, externalUserId }] = await sources(guest, 1);
      expect(externalUserId).toBe('anna');
      await guest.subscribe({ receives: [streamId!] });
      await Promise.all([guest.hears('anna speaks'), guest.sees('anna shows')]);
    });

    test('are refused without the token of an attendee of the primary session, and in that session', async () => {
      const guest = await attendee(primary, 'guest');
      const anna = await attendee(replica, 'anna');
      const inReplica = await join(replica, anna);
      expect(await promote(inReplica, anna)).toBe(403);
      expect(await promote(inReplica, { ...guest, JoinToken: anna.JoinToken })).toBe(403);
      expect(await promote(await join(primary, guest), guest)).toBe(403);
    });

    test('are refused if the primary session is full', async () => {
      await join(primary, await attendee(primary, 'guest'));
      const anna = await join(replica, await attendee(replica, 'seat#1'));
      const place = await attendee(primary, 'anna');
      chime.quotas.attendeesPerMeeting = 1;
      expect(await promote(anna, place)).toBe(409);
    });

    test('end when the attendee is deleted, and the client stays in its replica', async () => {
      const guest = await join(primary, await attendee(primary, 'guest'));
      const anna = await join(replica, await attendee(replica, 'seat#1'));
      const place = await attendee(primary, 'anna');
      await promote(anna, place);
      await anna.subscribe({ sendsVideo: true });
      await sources(guest, 1);
      await remove(primary, place);
      await anna.next(FrameType.PRIMARY_MEETING_LEAVE);
      await sources(guest, 0);
      await anna.until(FrameType.INDEX, ({ index }) => index!.atCapacity === true);
    });

    test('end when the client leaves the primary session', async () => {
      const anna = await join(replica, await attendee(replica, 'seat#1'));
      await promote(anna, await attendee(primary, 'anna'));
      await anna.until(FrameType.INDEX, ({ index }) => index!.atCapacity === false);
      news();
      anna.send({ type: FrameType.PRIMARY_MEETING_LEAVE, primaryMeetingLeave: {} });
      await anna.until(FrameType.INDEX, ({ index }) => index!.atCapacity === true);
      expect(news()).toEqual(['anna AttendeeLeft']);
    });

    test('end with the connection', async () => {
      const anna = await join(replica, await attendee(replica, 'seat#1'));
      await promote(anna, await attendee(primary, 'anna'));
      news();
      await anna.end();
      await server.sessions[0].closed;
      expect(news()).toEqual(['anna AttendeeDropped', 'seat#1 AttendeeDropped']);
    });
  });

  describe('content', () => {
    test('belongs to a client that can send, and ends with its promotion', async () => {
      const guest = await join(primary, await attendee(primary, 'guest'));
      const anna = await attendee(replica, 'seat#1');
      const client = await join(replica, anna);
      const place = await attendee(primary, 'anna');

      const early = connect(replica, `${anna.JoinToken}#content`);
      early.send({ type: FrameType.JOIN, join: {} });
      expect(await early.closed).toMatchObject({ code: 4403 });

      await promote(client, place);
      const content = await join(replica, anna, '#content');
      await content.subscribe({ sendsVideo: true });
      expect(await sources(guest, 1)).toMatchObject([{ attendeeId: `${place.AttendeeId}#content` }]);
      await remove(primary, place);
      expect(await audioStatus(content)).toBe(411);
      await sources(guest, 0);
    });
  });
});
