import { SdkPingPongType, SdkStreamMediaType } from 'amazon-chime-sdk-js/build/signalingprotocol/SignalingProtocol.js';
import type { WebSocket } from 'ws';
import { Conference, Member } from './conference';
import { decode, encode, Frame, FrameType } from './frames';
import { Roster } from './roster';
import { Peer } from './sfu/peer';
import { contentOf, Token } from './token';
import { ChimeSimulator, JoinRefused, type LossObserver, type MediaClient } from '../chime';

/** Statuses of the audio connection, and of frames. */
export const Status = { viewOnly: 206, elsewhere: 301, forbidden: 403, full: 409, ended: 410, removed: 411 } as const;

/** Codes with which the service closes sockets. */
export const Close = {
  attendeeUnavailable: 4403,
  meetingNotFound: 4404,
  meetingEnded: 4410,
  internalError: 4500,
} as const;

const REFUSALS: Record<JoinRefused['status'], { readonly close: number; readonly status: number }> = {
  AudioAuthenticationRejected: { close: Close.attendeeUnavailable, status: Status.forbidden },
  AudioCallAtCapacity: { close: 1000, status: Status.full },
  MeetingEnded: { close: Close.meetingEnded, status: Status.ended },
  SignalingBadRequest: { close: Close.meetingNotFound, status: Status.forbidden },
};

/** What a client may receive: the client library has the same limit. */
const MAX_VIDEOS = 25;
const VIDEO = { maxBitrateKbps: 1200, avgBitrateBps: 600_000, framerate: 15 };

/** One connection of a client. A client that reconnects has another one. */
export class Session implements Member {
  readonly user: string;
  /** Resolves when the socket has closed. */
  readonly closed: Promise<void>;
  private readonly peer = new Peer();
  private readonly roster: Roster;
  private media?: MediaClient;
  private joined = false;
  private subscribed = false;
  private over = false;
  private lastIndex = '';
  private negotiations: Promise<unknown> = Promise.resolve();
  private readonly contents = new Set<Session>();

  constructor(
    private readonly socket: WebSocket,
    private readonly chime: ChimeSimulator,
    private readonly conference: Conference,
    readonly meetingId: string,
    private readonly token: Token,
    private readonly defects: unknown[],
    /** The session of the attendee whose content this is. */
    private readonly presenter?: Session,
  ) {
    this.user = `${meetingId}/${token.attendeeId}`;
    this.roster = new Roster(this.user, token.attendeeId);
    socket.on('message', (message: Buffer) => this.receive(decode(message)));
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.close();
        resolve();
      });
    });
  }

  get attendeeId(): string {
    return this.token.content ? contentOf(this.token.attendeeId) : this.token.attendeeId;
  }

  get audio() {
    return this.peer.audio;
  }

  /** Whether the client is connected and, if so, whether it can send to the primary session. */
  get state(): 'connecting' | 'watching' | 'speaking' | 'over' {
    if (this.over) return 'over';
    if (!this.subscribed) return 'connecting';
    return this.conference.speakerOf(this) ? 'speaking' : 'watching';
  }

  /** Cuts the connection, as a network that fails. With a code, the service closes it. */
  cut(code?: number): void {
    if (code === undefined) this.socket.terminate();
    else this.socket.close(code);
  }

  update(): void {
    if (!this.joined) return;
    this.sendIndex();
    if (!this.subscribed) return;
    const streams = this.roster.changes(this.conference.speakers);
    if (streams.length > 0) this.send({ type: FrameType.AUDIO_STREAM_ID_INFO, audioStreamIdInfo: { streams } });
    this.peer.hear(this.token.content ? undefined : this.conference.audioFor(this));
  }

  private receive(frame: ReturnType<typeof decode>): void {
    switch (frame.type) {
      case FrameType.PING_PONG:
        if (frame.pingPong!.type !== SdkPingPongType.PING) return;
        return this.send({
          type: frame.type,
          pingPong: { type: SdkPingPongType.PONG, pingId: frame.pingPong!.pingId },
        });
      case FrameType.LEAVE:
        if (this.media?.state !== 'disconnected') this.media?.leave();
        this.finish();
        return this.send({ type: FrameType.LEAVE_ACK, leaveAck: {} });
    }
    if (this.over) return;
    switch (frame.type) {
      case FrameType.JOIN:
        return this.join();
      case FrameType.SUBSCRIBE:
        this.negotiations = this.negotiations.then(() => this.subscribe(frame.sub!)).catch((error) => this.fail(error));
        return;
      case FrameType.AUDIO_CONTROL:
        return this.conference.mute(this, frame.audioControl!.muted === true);
      case FrameType.PRIMARY_MEETING_JOIN:
        return this.promote(frame.primaryMeetingJoin!.credentials!);
      case FrameType.PRIMARY_MEETING_LEAVE:
        return this.demote();
    }
  }

  private join(): void {
    const { attendeeId, joinToken, content } = this.token;
    try {
      if (content) {
        this.joinContent();
      } else {
        const observer: LossObserver = (leg, why) => this.lost(leg, why);
        this.media = this.chime.connect(this.meetingId, { AttendeeId: attendeeId, JoinToken: joinToken }, observer);
      }
    } catch (error) {
      return this.refuse(error);
    }
    this.joined = true;
    const turnCredentials = { username: 'simulator', password: 'simulator', ttl: 300, uris: [] };
    this.send({ type: FrameType.JOIN_ACK, joinack: { turnCredentials, videoSubscriptionLimit: MAX_VIDEOS } });
    this.conference.enter(this);
    if (this.media?.presence) this.conference.speak(this, this.media.presence.attendee);
    this.update();
  }

  /** Content belongs to a client that can send. */
  private joinContent(): void {
    const speaker = this.presenter && this.conference.speakerOf(this.presenter);
    if (!speaker || this.presenter?.token.joinToken !== this.token.joinToken) {
      throw new JoinRefused('AudioAuthenticationRejected');
    }
    const { attendeeId, externalUserId } = speaker;
    this.presenter.contents.add(this);
    this.joined = true;
    this.conference.speak(this, { attendeeId: contentOf(attendeeId), externalUserId });
  }

  private refuse(error: unknown): void {
    if (!(error instanceof JoinRefused)) throw error;
    const { close, status } = REFUSALS[error.status];
    this.finish();
    if (close === 1000) this.sendAudioStatus(status);
    else this.socket.close(close, close === Close.attendeeUnavailable ? 'attendee unavailable' : error.status);
  }

  private async subscribe({ sdpOffer, sendStreams, receiveStreamIds }: NonNullable<Frame['sub']>): Promise<void> {
    const sendsVideo = sendStreams?.some(({ mediaType }) => mediaType === SdkStreamMediaType.VIDEO) === true;
    const videos = this.conference.videosFor(this).map(({ video }) => video);
    const feeds = (receiveStreamIds ?? []).map((id) => videos.find(({ streamId }) => streamId === id)?.feed);
    const { answer, videos: sent } = await this.peer.negotiate(sdpOffer!, feeds);
    if (this.over) return;
    const speaker = this.conference.speakerOf(this);
    if (speaker) this.conference.show(speaker, sendsVideo ? this.peer.video : undefined);
    const own = speaker?.video;
    this.send({
      type: FrameType.SUBSCRIBE_ACK,
      ...(sendsVideo && !speaker && { error: { status: Status.viewOnly } }),
      suback: {
        sdpAnswer: answer,
        allocations: own ? [{ trackLabel: 'AmazonChimeExpressVideo', ...idsOf(own) }] : [],
        tracks: sent.map(({ ssrc, label, feed }) => ({
          ssrc,
          trackLabel: label,
          streamId: videos.find((video) => video.feed === feed)!.streamId,
        })),
      },
    });
    this.subscribed = true;
    this.update();
  }

  /** A defect of the simulator, unless the client has left during a negotiation. */
  private fail(error: unknown): void {
    if (this.over) return;
    this.defects.push(error);
    this.cut(Close.internalError);
  }

  private promote({ attendeeId, joinToken }: { attendeeId?: string | null; joinToken?: string | null }): void {
    const acknowledge = (error?: Frame['error']) =>
      this.send({ type: FrameType.PRIMARY_MEETING_JOIN_ACK, primaryMeetingJoinAck: {}, ...(error && { error }) });
    if (this.media?.state === 'promoted') this.demote();
    // A client of the primary session cannot be promoted.
    if (this.media?.presence) return acknowledge({ status: Status.forbidden });
    try {
      this.media!.promote({ AttendeeId: attendeeId!, JoinToken: joinToken! });
    } catch (error) {
      if (!(error instanceof JoinRefused)) throw error;
      return acknowledge({ status: REFUSALS[error.status].status });
    }
    acknowledge();
    this.conference.speak(this, this.media!.presence!.attendee);
  }

  private demote(): void {
    if (this.media?.state === 'promoted') this.media.demote();
  }

  /** The connection to the meeting, or the promotion, has ended. */
  private lost(...[leg, why]: Parameters<LossObserver>): void {
    if (leg === 'stage') {
      this.conference.silence(this);
      this.endContent();
      if (why === 'removed' || why === 'replaced') {
        this.send({ type: FrameType.PRIMARY_MEETING_LEAVE, primaryMeetingLeave: {} });
      }
      return;
    }
    if (why === 'ended') this.sendAudioStatus(Status.ended);
    if (why === 'removed') this.sendAudioStatus(Status.removed);
    if (why === 'replaced') this.sendAudioStatus(Status.elsewhere);
    this.finish();
  }

  /** The socket has closed. */
  private close(): void {
    if (this.media?.state === 'connected' || this.media?.state === 'promoted') this.media.drop();
    this.finish();
  }

  private finish(): void {
    if (this.over) return;
    this.over = true;
    this.conference.leave(this);
    this.peer.close();
    this.endContent();
    this.presenter?.contents.delete(this);
  }

  /** Content ends when its attendee can no longer send. */
  private endContent(): void {
    for (const content of [...this.contents]) {
      content.sendAudioStatus(Status.removed);
      content.finish();
    }
  }

  /** Sent when it differs from the last one. A client in a replica cannot send unless it is promoted. */
  private sendIndex(): void {
    const sources = this.conference.videosFor(this).map(({ attendeeId, externalUserId, video }) => ({
      attendeeId,
      externalUserId,
      ...idsOf(video),
      ...VIDEO,
      mediaType: SdkStreamMediaType.VIDEO,
    }));
    const index = { atCapacity: !this.conference.speakerOf(this), sources, pausedAtSourceIds: [] };
    const text = JSON.stringify(index);
    if (text === this.lastIndex) return;
    this.lastIndex = text;
    this.send({ type: FrameType.INDEX, index });
  }

  private sendAudioStatus(audioStatus: number): void {
    this.send({ type: FrameType.AUDIO_STATUS, audioStatus: { audioStatus } });
  }

  private send(frame: Frame): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(encode(frame));
  }
}

function idsOf({ streamId, groupId }: { readonly streamId: number; readonly groupId: number }) {
  return { streamId, groupId };
}
