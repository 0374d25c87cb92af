import {
  AudioVideoObserver,
  ConsoleLogger,
  DefaultDeviceController,
  DefaultMeetingSession,
  Logger,
  LogLevel,
  MeetingSessionConfiguration,
  MeetingSessionCredentials,
  MeetingSessionStatus,
  MeetingSessionStatusCode,
} from 'amazon-chime-sdk-js';
import { Promotion, Seat } from './meeting-api';
import { MeetingVideo } from './meeting-events';
import { Promotable } from './stage';

/** What the session reports. */
export interface MediaObserver {
  /** The session has connected, for the first time or again. */
  started(): void;
  /** The connection was lost. The library connects again by itself. */
  interrupted(): void;
  /** The service has ended the promotion. */
  demoted(): void;
  roomForVideo(hasRoom: boolean): void;
  videoChanged(video: MeetingVideo): void;
  videoRemoved(tileId: number): void;
  contentChanged(isShared: boolean): void;
}

export interface MediaOptions {
  /** @default - warnings are written to the console */
  readonly logger?: Logger;
  /**
   * How long a step of a connection may take. A socket that is lost during the negotiation is only noticed then.
   * @default - 15 seconds, the default of the library
   */
  readonly connectionTimeoutMs?: number;
}

/** The library does not report the end of a session that was not connected. */
const STOP_SECONDS = 5;

/** One session of the client library. */
export class MeetingMedia implements Promotable {
  /** Resolves when the session has stopped, and will not connect again by itself. */
  readonly stopped: Promise<MeetingSessionStatusCode>;
  private readonly session: DefaultMeetingSession;
  private readonly devices: DefaultDeviceController;
  private observer?: AudioVideoObserver;
  private element?: HTMLAudioElement;

  constructor(
    { Meeting, Attendee }: Seat,
    observer: MediaObserver,
    { logger = new ConsoleLogger('meeting', LogLevel.WARN), connectionTimeoutMs }: MediaOptions = {},
  ) {
    const configuration = new MeetingSessionConfiguration(Meeting, Attendee);
    if (connectionTimeoutMs !== undefined) configuration.connectionTimeoutMs = connectionTimeoutMs;
    // With Web Audio, the track that is sent never changes. Otherwise, a negotiation that begins while the library replaces
    // the track sends the former one, which has ended: nobody would hear a user who was promoted.
    this.devices = new DefaultDeviceController(logger, { enableWebAudio: true });
    // An attendee of a replica is not in the list of attendees, so do not set `attendeePresenceTimeoutMs`: the library
    // would end every session with NoAttendeePresent (amazon-chime-sdk-js #2161).
    this.session = new DefaultMeetingSession(configuration, logger, this.devices);
    this.stopped = new Promise((resolve) => {
      this.observer = observerOf(observer);
      this.audioVideo.addObserver(this.observer);
      this.audioVideo.addObserver({ audioVideoDidStop: (status) => resolve(status.statusCode()) });
    });
    this.audioVideo.addContentShareObserver({
      contentShareDidStart: () => observer.contentChanged(true),
      contentShareDidStop: () => observer.contentChanged(false),
    });
  }

  get audioVideo() {
    return this.session.audioVideo;
  }

  start(): void {
    this.audioVideo.start();
  }

  /** Plays the session in an element, or no longer. */
  async play(element: HTMLAudioElement | undefined): Promise<void> {
    // The library removes the stream of an element, whichever session it is of.
    if (this.element && this.element !== element) this.audioVideo.unbindAudioElement();
    this.element = element;
    if (element) await this.audioVideo.bindAudioElement(element);
  }

  async promote({ Attendee }: Promotion): Promise<string | undefined> {
    const credentials = new MeetingSessionCredentials();
    credentials.attendeeId = Attendee.AttendeeId;
    credentials.externalUserId = Attendee.ExternalUserId;
    credentials.joinToken = Attendee.JoinToken;
    const status = await this.audioVideo.promoteToPrimaryMeeting(credentials);
    return status.statusCode() === MeetingSessionStatusCode.OK ? undefined : nameOf(status);
  }

  demote(): void {
    this.audioVideo.demoteFromPrimaryMeeting();
  }

  /** Stops the session, and waits until it has left: two sessions of an attendee would end each other. */
  async stop(): Promise<void> {
    this.audioVideo.removeObserver(this.observer!);
    this.audioVideo.stop();
    await Promise.race([this.stopped, new Promise((resolve) => setTimeout(resolve, STOP_SECONDS * 1000))]);
    await this.play(undefined);
    await this.devices.destroy();
  }
}

function observerOf(observer: MediaObserver): AudioVideoObserver {
  return {
    audioVideoDidStart: () => observer.started(),
    audioVideoDidStartConnecting: (reconnecting) => {
      if (reconnecting) observer.interrupted();
    },
    audioVideoWasDemotedFromPrimaryMeeting: (status) => {
      switch (status.statusCode()) {
        case MeetingSessionStatusCode.AudioVideoDisconnectedWhilePromoted:
          return observer.interrupted();
        case MeetingSessionStatusCode.OK: // This client called demoteFromPrimaryMeeting().
          return undefined;
        default:
          return observer.demoted();
      }
    },
    videoAvailabilityDidChange: ({ canStartLocalVideo }) => observer.roomForVideo(canStartLocalVideo),
    videoTileDidUpdate: ({ tileId, boundAttendeeId, boundExternalUserId, localTile, isContent }) => {
      if (tileId === null || !boundAttendeeId) return;
      const externalUserId = boundExternalUserId ?? '';
      observer.videoChanged({ tileId, attendeeId: boundAttendeeId, externalUserId, isLocal: localTile, isContent });
    },
    videoTileWasRemoved: (tileId) => observer.videoRemoved(tileId),
  };
}

function nameOf(status: MeetingSessionStatus): string {
  return MeetingSessionStatusCode[status.statusCode()];
}
