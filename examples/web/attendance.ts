import { MeetingSessionStatusCode } from 'amazon-chime-sdk-js';
import { Emitter } from './emitter';
import { MeetingApi, Seat } from './meeting-api';
import { MeetingVideo } from './meeting-events';
import { MediaOptions, MeetingMedia } from './meeting-media';
import { Sending } from './sending';
import { Stage, StageEvents } from './stage';

export interface AttendanceOptions {
  readonly api: MeetingApi;
  readonly sending: Sending;
  readonly acceptsInvitations: boolean;
  /** Whether the user had raised the hand, or was on the stage, before the page was loaded again. */
  readonly hadStage: boolean;
  readonly media: MediaOptions;
}

export interface AttendanceEvents extends StageEvents {
  state: 'connected' | 'reconnecting';
  video: MeetingVideo;
  videoRemoved: { readonly tileId: number };
  content: { readonly shared: boolean };
  /** GetStage says that the generation of this session is over, or that the next one has begun. */
  meetingEnded: object;
}

/** A session that does not connect, or not again, within this time is given up. */
const CONNECT_SECONDS = 30;

/** A user in one session: its media, and the user's way to the stage. */
export class Attendance extends Emitter<AttendanceEvents> {
  readonly stage?: Stage;
  readonly videos = new Map<number, MeetingVideo>();
  /** Resolves with the reason when the session has ended. */
  readonly ended: Promise<MeetingSessionStatusCode>;
  /** Resolves when the session has connected for the first time. */
  readonly connected: Promise<void>;
  hasConnected = false;
  private readonly over = new AbortController();
  private readonly media: MeetingMedia;
  private isEntered = false;
  private hasRoomForVideo = false;
  private deadline?: ReturnType<typeof setTimeout>;
  private end!: (status: MeetingSessionStatusCode) => void;
  private connect!: () => void;

  constructor(
    readonly seat: Seat,
    private readonly options: AttendanceOptions,
  ) {
    super();
    this.ended = new Promise((resolve) => (this.end = resolve));
    this.connected = new Promise((resolve) => (this.connect = resolve));
    // A participant in a replica reaches the stage by a promotion. Other users can send immediately.
    if (seat.session.kind === 'replica') this.stage = this.createStage();
    this.media = this.createMedia();
    void this.media.stopped.then(this.end);
  }

  /** Aborted when the session has ended. */
  get signal(): AbortSignal {
    return this.over.signal;
  }

  /** Connects, without playing or sending anything. */
  start(): this {
    this.expectConnection();
    this.media.start();
    return this;
  }

  /** Plays the session, and sends what the user wants to send. */
  async enter(audioElement: HTMLAudioElement): Promise<void> {
    const { sending } = this.options;
    this.isEntered = true;
    sending.attach(this.media.audioVideo);
    await this.media.play(audioElement);
    await sending.setRoomForVideo(this.hasRoomForVideo);
    if (this.hasConnected && !this.stage) await sending.allow(true);
  }

  /** Stops playing and sending. The session stays connected. */
  async exit(): Promise<void> {
    this.isEntered = false;
    await this.media.play(undefined);
  }

  bindVideo(tileId: number, element: HTMLVideoElement): void {
    this.media.audioVideo.bindVideoElement(tileId, element);
  }

  /** Ends the session: the user has left, or is in another one. */
  async stop(status = MeetingSessionStatusCode.Left): Promise<void> {
    this.over.abort();
    clearTimeout(this.deadline);
    this.end(status);
    await this.media.stop();
  }

  private createStage(): Stage {
    const { api, acceptsInvitations, sending } = this.options;
    const stage = new Stage(api, this.signal, acceptsInvitations);
    stage.on('stageFailed', (failure) => this.emit('stageFailed', failure));
    stage.on('meetingEnded', () => this.emit('meetingEnded', {}));
    stage.on('stage', (state) => {
      // While the client returns to the stage, its devices continue.
      if (state.name === 'onStage') void sending.allow(true);
      else if (state.name !== 'entering' && state.name !== 'returning') void sending.allow(false);
      this.emit('stage', state);
    });
    return stage;
  }

  private createMedia(): MeetingMedia {
    const { hadStage, media, sending } = this.options;
    const observer = {
      started: () => {
        clearTimeout(this.deadline);
        this.stage?.connected(this.media, !this.hasConnected && hadStage);
        this.hasConnected = true;
        if (!this.stage && this.isEntered) void sending.allow(true);
        this.emit('state', 'connected');
        this.connect();
      },
      interrupted: () => {
        this.expectConnection();
        this.stage?.disconnected();
        this.emit('state', 'reconnecting');
      },
      demoted: () => this.stage?.demoted(),
      roomForVideo: (hasRoom: boolean) => {
        this.hasRoomForVideo = hasRoom;
        if (this.isEntered) void sending.setRoomForVideo(hasRoom);
      },
      videoChanged: (video: MeetingVideo) => {
        this.videos.set(video.tileId, video);
        this.emit('video', video);
      },
      videoRemoved: (tileId: number) => {
        if (this.videos.delete(tileId)) this.emit('videoRemoved', { tileId });
      },
      contentChanged: (shared: boolean) => {
        if (!this.isEntered) return;
        sending.setShared(shared);
        this.emit('content', { shared });
      },
    };
    return new MeetingMedia(this.seat, observer, media);
  }

  private expectConnection(): void {
    clearTimeout(this.deadline);
    const giveUp = () => this.end(MeetingSessionStatusCode.ConnectionHealthReconnect);
    this.deadline = setTimeout(giveUp, CONNECT_SECONDS * 1000);
  }
}
