import { AudioInputDevice, MeetingSessionStatusCode, VideoInputDevice } from 'amazon-chime-sdk-js';
import { Attendance } from './attendance';
import { Emitter } from './emitter';
import { Ask, JoinOptions, MeetingApi, MeetingError, Seat } from './meeting-api';
import { EndReason, MeetingEvents, MeetingState } from './meeting-events';
import { MediaOptions } from './meeting-media';
import { isTemporary, Patience } from './patience';
import { Sending } from './sending';
import { Stage, StageState } from './stage';
import { RETRY_SECONDS, secondsUntilMove } from './succession';

export interface MeetingClientOptions extends JoinOptions, MediaOptions {
  /** The `meetingName` of the room. */
  readonly meeting: string;
  /** Sends requests to the audience API on behalf of the user: see `askOverHttp`. */
  readonly ask: Ask;
  /** Plays the meeting. */
  readonly audioElement: HTMLAudioElement;
  /** Whether the user goes on stage as soon as a host promotes them. @default false - `acceptInvitation` does it */
  readonly acceptsInvitations?: boolean;
  /** Remembers a raised hand or a promotion until the page is loaded again. @default sessionStorage */
  readonly memory?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
}

/** After this number of sessions that did not connect, the user gets another seat. */
const FAILURES_FOR_ANOTHER_SEAT = 2;

/** A user in a meeting: joins, stays connected, and goes on the stage. */
export class MeetingClient extends Emitter<MeetingEvents> {
  private current: MeetingState = { name: 'idle' };
  private readonly api: MeetingApi;
  private readonly sending = new Sending();
  private leaving = new AbortController();
  private attendance?: Attendance;

  constructor(private readonly options: MeetingClientOptions) {
    super();
    this.api = new MeetingApi(options.ask, options.meeting);
  }

  get state(): MeetingState {
    return this.current;
  }

  get stage(): StageState {
    return this.attendance?.stage?.state ?? { name: 'audience' };
  }

  /** Joins the meeting, and stays in it. Resolves when the user is no longer in the meeting. */
  async join(): Promise<EndReason> {
    if (this.current.name !== 'idle' && this.current.name !== 'ended') throw new Error('The client has joined');
    this.leaving = new AbortController();
    const end = await this.attend().catch(endOf);
    this.remember(false);
    this.become({ name: 'ended', ...end });
    return end.reason;
  }

  /** Leaves the meeting, and frees the seat. */
  async leave(): Promise<void> {
    this.leaving.abort(new Left());
    await this.api.leave();
  }

  raiseHand(): Promise<void> {
    return this.participant().raiseHand();
  }

  lowerHand(): Promise<void> {
    return this.participant().lowerHand();
  }

  acceptInvitation(): Promise<void> {
    return this.participant().accept();
  }

  /** Refuses an invitation, or returns from the stage to the audience. */
  leaveStage(): Promise<void> {
    return this.participant().leave();
  }

  /** Call it when your application has notified the user of a promotion. A raised hand needs no notification. */
  checkStage(): Promise<void> {
    return this.participant().look();
  }

  /** Devices are only used while the user can send: on the stage, or as a presenter. */
  useMicrophone(device: AudioInputDevice | undefined): Promise<void> {
    return this.sending.useMicrophone(device);
  }

  useCamera(device: VideoInputDevice | undefined): Promise<void> {
    return this.sending.useCamera(device);
  }

  shareContent(stream: MediaStream | undefined): Promise<void> {
    return this.sending.useContent(stream);
  }

  bindVideo(tileId: number, element: HTMLVideoElement): void {
    this.attendance?.bindVideo(tileId, element);
  }

  private async attend(): Promise<{ reason: EndReason; error?: unknown }> {
    let failures = 0;
    let attendance = await this.enter(this.begin(await this.takeSeat()));
    for (;;) {
      // Resolves without a successor when the session has ended.
      const moving = this.successorOf(attendance);
      let next = await Promise.race([moving, attendance.ended.then(() => undefined)]);
      await this.exit(attendance, next);
      next ??= await moving;
      if (next) {
        failures = 0;
        attendance = await this.enter(next);
        continue;
      }
      failures = attendance.hasConnected ? 0 : failures + 1;
      const end = await this.follow(await attendance.ended, attendance.seat, failures);
      if ('reason' in end) return end;
      attendance = await this.enter(this.begin(end));
    }
  }

  /** What follows the end of a session: the end of the meeting for the user, or another seat. */
  private async follow(
    status: MeetingSessionStatusCode,
    seat: Seat,
    failures: number,
  ): Promise<{ reason: EndReason } | Seat> {
    this.leaving.signal.throwIfAborted();
    switch (status) {
      case MeetingSessionStatusCode.AudioAttendeeRemoved:
        return { reason: 'removed' };
      case MeetingSessionStatusCode.AudioJoinedFromAnotherDevice:
        return { reason: 'another-client' };
      case MeetingSessionStatusCode.MeetingEnded:
        return this.takeSeat(seat);
      default:
        // The library reports an interrupted join like rejected credentials, so the service decides.
        if (!(await this.hasSeat())) return { reason: 'seat-lost' };
        return this.takeSeat(failures >= FAILURES_FOR_ANOTHER_SEAT ? seat : undefined);
    }
  }

  /** @param lost a seat whose session has ended. If the service has not noticed that, the user leaves and joins again. */
  private async takeSeat(lost?: Seat): Promise<Seat> {
    for (const patience = new Patience(this.leaving.signal); ;) {
      this.become({ name: 'joining' });
      try {
        const seat = await this.askForSeat();
        const stays = !this.leaving.signal.aborted && seat.Meeting.MeetingId !== lost?.Meeting.MeetingId;
        if (stays) return seat;
        await this.api.leave();
        this.leaving.signal.throwIfAborted();
        lost = undefined;
      } catch (error) {
        this.leaving.signal.throwIfAborted();
        if (!isWorthWaiting(error)) throw error;
        const seconds = patience.secondsAfter(error);
        const { code, position } = error instanceof MeetingError ? error : NO_ANSWER;
        this.become({ name: 'waiting', code, seconds, position });
        await patience.wait(seconds);
      }
    }
  }

  private askForSeat(): Promise<Seat> {
    const { role, mediaRegion } = this.options;
    return this.api.join({ role, mediaRegion });
  }

  /** Whether the user still has a seat, or the meeting itself has ended. */
  private async hasSeat(): Promise<boolean> {
    for (const patience = new Patience(this.leaving.signal); ;) {
      try {
        await this.api.getStage();
        return true;
      } catch (error) {
        if (!isTemporary(error)) return (error as MeetingError).code !== 'NotFound';
        await patience.wait(patience.secondsAfter(error));
      }
    }
  }

  /**
   * Connects to the next generation before the present one ends. Resolves when it has connected, or when the present
   * session has ended.
   */
  private async successorOf(attendance: Attendance): Promise<Attendance | undefined> {
    const { seat, signal } = attendance;
    const patience = new Patience(signal);
    const told = new Promise<void>((resolve) => attendance.on('meetingEnded', () => resolve()));
    try {
      await Promise.race([patience.wait(secondsUntilMove(seat)), told]);
      for (;;) {
        const next = await this.askForSeat().catch(() => undefined);
        if (next && next.generation !== seat.generation) {
          const successor = this.begin(next);
          const hasEnded = await Promise.race([
            Promise.race([successor.connected, attendance.ended]).then(() => false),
            successor.ended.then(() => true),
          ]);
          if (!hasEnded) return successor;
          await successor.stop();
        }
        await patience.wait(RETRY_SECONDS);
      }
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  /** Starts a session, which the user does not notice until they enter it. */
  private begin(seat: Seat): Attendance {
    const { api, sending } = this;
    const { acceptsInvitations = false } = this.options;
    const hadStage = this.remembered;
    this.remember(false);
    const attendance = new Attendance(seat, { api, sending, acceptsInvitations, hadStage, media: this.options });
    const current = <E>(listener: (event: E) => void) => {
      return (event: E) => {
        if (attendance === this.attendance) listener(event);
      };
    };
    attendance.on(
      'state',
      current((name) => this.become({ name })),
    );
    attendance.on(
      'video',
      current((video) => this.emit('video', video)),
    );
    attendance.on(
      'videoRemoved',
      current((video) => this.emit('videoRemoved', video)),
    );
    attendance.on(
      'content',
      current((content) => this.emit('content', content)),
    );
    attendance.on(
      'stageFailed',
      current((failure) => this.emit('stageFailed', failure)),
    );
    attendance.on(
      'stage',
      current((stage) => {
        this.remember(stage.name !== 'audience');
        this.emit('stage', stage);
      }),
    );
    const leave = () => void attendance.stop();
    this.leaving.signal.addEventListener('abort', leave, { signal: attendance.signal });
    return attendance.start();
  }

  private async enter(attendance: Attendance): Promise<Attendance> {
    this.attendance = attendance;
    this.become({ name: attendance.hasConnected ? 'connected' : 'connecting' });
    for (const video of attendance.videos.values()) this.emit('video', video);
    await attendance.enter(this.options.audioElement);
    return attendance;
  }

  /** @param next the session in which the user is from now on. Then the old one ends in the background. */
  private async exit(attendance: Attendance, next: Attendance | undefined): Promise<void> {
    this.attendance = undefined;
    for (const tileId of attendance.videos.keys()) this.emit('videoRemoved', { tileId });
    if (attendance.stage && attendance.stage.state.name !== 'audience') this.emit('stage', { name: 'audience' });
    await attendance.exit();
    const stopped = attendance.stop();
    if (!next) await stopped;
  }

  private participant(): Stage {
    if (!this.attendance?.stage) throw new Error('Only a participant in a replica can go on the stage');
    return this.attendance.stage;
  }

  private get memoryKey(): string {
    return `meeting-client/${this.options.meeting}`;
  }

  /** Whether the user had raised the hand, or was on the stage, in the last session or before the page was loaded. */
  private get remembered(): boolean {
    return (this.options.memory ?? sessionStorage).getItem(this.memoryKey) !== null;
  }

  private remember(hasStage: boolean): void {
    const memory = this.options.memory ?? sessionStorage;
    if (hasStage) memory.setItem(this.memoryKey, 'yes');
    else memory.removeItem(this.memoryKey);
  }

  private become(state: MeetingState): void {
    if (state.name === this.current.name && state.name !== 'waiting') return;
    this.current = state;
    this.emit('state', state);
  }
}

const NO_ANSWER = { code: 'NetworkError', position: undefined };

/** The reason with which the signal of a user who leaves is aborted. */
class Left extends Error {}

function isWorthWaiting(error: unknown): boolean {
  if (isTemporary(error)) return true;
  const { code, retryAfterSeconds } = error as MeetingError;
  // A meeting that waits for its presenter says when to ask again.
  return code === 'MeetingFull' || (code === 'MeetingEnded' && retryAfterSeconds !== undefined);
}

function endOf(error: unknown): { reason: EndReason; error?: unknown } {
  if (error instanceof Left) return { reason: 'left' };
  if (error instanceof MeetingError && error.code === 'MeetingEnded') return { reason: 'meeting-ended' };
  return { reason: 'refused', error };
}
