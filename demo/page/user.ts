import { byId, create, log, option, seconds, setText, valuesOf } from './dom';
import { send } from './requests';
import { Ask, askOverHttp, Seat } from '../../examples/web/meeting-api';
import { MeetingClient } from '../../examples/web/meeting-client';
import { EndReason, MeetingState, MeetingVideo } from '../../examples/web/meeting-events';
import { StageState } from '../../examples/web/stage';
import { cameraOf } from '../../test/e2e/support/web/test-pattern';
import { LiveSettings, StageNews, STAGE_NEWS } from '../contract';

const NAMES = ['Ada', 'Ben', 'Cleo', 'Dan', 'Eva', 'Finn'];
const COLORS = ['#0b5cad', '#8f4b00', '#2f6b2f', '#7a3d8f', '#8f2f45', '#3d5a66'];
const CONTENT_COLOR = '#5a5a00';

const ENDED: Record<EndReason, string> = {
  left: 'You left the meeting',
  'meeting-ended': 'The meeting has ended',
  removed: 'A host removed you from the meeting',
  'seat-lost': 'You lost your seat while you were disconnected',
  'another-client': 'You joined in another window',
  refused: 'The service refused the join',
};
const CONNECTION: Record<string, string> = {
  idle: 'Not joined',
  joining: 'Asking for a seat',
  connecting: 'Connecting',
  connected: 'Connected',
  reconnecting: 'Reconnecting',
};
const STAGE: Record<StageState['name'], string> = {
  audience: 'In the audience',
  handRaised: 'Hand raised',
  invited: 'A host invites you to the stage',
  entering: 'Going on stage',
  onStage: 'On the stage',
  returning: 'Returning to the stage',
};

/** Switches whose time is shown: between two states, or from a click to a state. */
const SWITCHES = [
  { from: 'joining', to: 'connected', text: 'Joined' },
  { from: 'reconnecting', to: 'connected', text: 'Reconnected' },
  { from: 'handRaised', to: 'invited', text: 'Promoted after raising the hand' },
  { from: 'accepting', to: 'onStage', text: 'On the stage after accepting' },
  { from: 'returning', to: 'onStage', text: 'Back on the stage' },
  { from: 'leavingStage', to: 'audience', text: 'Back in the audience' },
] as const;

/** The user of this window. */
export async function initUser(): Promise<void> {
  const { rooms, mediaRegions } = await send<LiveSettings>('/live');
  const form = byId<HTMLFormElement>('join');
  form.meeting.append(...rooms.map(({ meeting, title }) => option(meeting, title)));
  form.mediaRegion.append(...mediaRegions.map((region) => option(region)));
  const defaults = { user: NAMES[0], role: 'presenter', mediaRegion: 'us-east-1' };
  for (const [name, value] of Object.entries({
    ...defaults,
    ...Object.fromEntries(new URLSearchParams(location.search)),
  })) {
    if (name in form) form[name].value = value;
  }
  let attendance: UserView | undefined;
  form.onsubmit = async (event) => {
    event.preventDefault();
    if (attendance?.isOver === false) return;
    attendance = new UserView(valuesOf(form), form);
    await attendance.join();
  };
  let opened = NAMES.indexOf(form.user.value);
  byId('another').onclick = () => {
    const user = NAMES[++opened % NAMES.length];
    const parameters = { meeting: form.meeting.value, user, role: 'participant', mediaRegion: form.mediaRegion.value };
    // With an opener, the window would start with a copy of this one's sessionStorage.
    window.open(`/?${new URLSearchParams(parameters)}`, '_blank', 'noopener');
  };
}

/** A user from the join to the end, and what the page shows of it. */
class UserView {
  private readonly client: MeetingClient;
  private readonly news = new BroadcastChannel(STAGE_NEWS);
  private readonly since = new Map<string, number>();
  private readonly videos = new Map<number, HTMLElement>();
  private seat?: Seat;
  private shared = false;

  constructor(
    private readonly values: Record<string, string>,
    private readonly form: HTMLFormElement,
  ) {
    const { meeting, mediaRegion } = values;
    this.client = new MeetingClient({
      meeting,
      mediaRegion,
      role: values.role as 'presenter' | 'participant',
      ask: this.ask(askOverHttp('/audience', () => ({ 'x-user': encodeURIComponent(values.user) }))),
      audioElement: byId<HTMLAudioElement>('audio'),
    });
    this.client.on('state', (state) => this.showConnection(state));
    this.client.on('stage', (stage) => this.showStage(stage));
    this.client.on('video', (video) => this.showVideo(video));
    this.client.on('videoRemoved', ({ tileId }) => {
      this.videos.get(tileId)?.remove();
      this.videos.delete(tileId);
    });
    this.client.on('content', ({ shared }) => {
      this.shared = shared;
      this.allowActions();
    });
    this.bindActions();
  }

  get isOver(): boolean {
    return this.client.state.name === 'ended';
  }

  async join(): Promise<void> {
    const { camera, user } = this.values;
    for (const field of this.fields) field.disabled = true;
    try {
      if (camera === 'own') {
        const devices = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
        await this.client.useMicrophone(devices);
        await this.client.useCamera(devices);
      } else {
        await this.client.useCamera(cameraOf(COLORS[Math.max(0, NAMES.indexOf(user)) % COLORS.length], user));
      }
      await this.client.join();
    } catch (error) {
      setText(byId('connection'), `The camera is not available: ${(error as Error).message}`);
    } finally {
      for (const field of this.fields) field.disabled = false;
      this.news.close();
    }
  }

  private get fields() {
    return [...this.form.elements].filter(({ id }) => id !== 'another') as (HTMLInputElement | HTMLButtonElement)[];
  }

  /** Shows the seat that the service returned. */
  private ask(http: Ask): Ask {
    return async (request) => {
      const answer = await http(request);
      if (request.operation === 'JoinMeeting') this.showSeat(answer);
      return answer;
    };
  }

  private showSeat(seat: Seat): void {
    this.seat = seat;
    const { kind, mediaRegion, index } = seat.session;
    const name = kind === 'primary' ? 'Primary session' : `Replica ${index}`;
    setText(byId('seat'), `${name} in ${mediaRegion}. ${this.reasonOf(seat)}`);
  }

  private reasonOf({ session }: Seat): string {
    const { role, mediaRegion } = this.values;
    if (session.kind === 'primary') {
      return role === 'presenter' ? 'Presenters are in the primary session.' : 'The room has no replicas.';
    }
    if (session.mediaRegion === mediaRegion) return 'It is in the nearest Region.';
    return `It is the nearest session to ${mediaRegion} with a free seat.`;
  }

  private showConnection(state: MeetingState): void {
    setText(byId('connection'), textOf(state));
    if (state.name === 'ended') {
      setText(byId('seat'), 'None');
      setText(byId('stage'), 'None');
    }
    this.time(state.name);
    this.allowActions();
  }

  private showStage(stage: StageState): void {
    const position = stage.name === 'handRaised' && stage.position ? `, position ${stage.position}` : '';
    setText(byId('stage'), STAGE[stage.name] + position);
    this.news.postMessage({ user: this.values.user, stage: stage.name } satisfies StageNews);
    this.time(stage.name);
    this.allowActions();
  }

  private showVideo(video: MeetingVideo): void {
    if (this.videos.has(video.tileId)) return;
    // In a replica, the attendee of this user has the id of the seat.
    const user = video.isLocal ? `${this.values.user} (you)` : video.externalUserId;
    const name = video.isContent ? `${user}, content` : user;
    const element = create('video', { muted: true, playsInline: true, ariaLabel: `Video of ${name}` });
    const item = create('li', {}, element, name);
    byId('videos').append(item);
    this.videos.set(video.tileId, item);
    this.client.bindVideo(video.tileId, element);
  }

  private time(state: string): void {
    const now = performance.now();
    for (const { from, to, text } of SWITCHES) {
      const since = this.since.get(from);
      if (to !== state || since === undefined) continue;
      log(byId('switches'), `${text}: ${seconds(now - since)}`);
    }
    for (const { from, to } of SWITCHES) if (to === state) this.since.delete(from);
    if (!this.since.has(state)) this.since.set(state, now);
  }

  private bindActions(): void {
    const { client } = this;
    const actions: Record<string, () => Promise<unknown>> = {
      'raise-hand': () => client.raiseHand(),
      'lower-hand': () => client.lowerHand(),
      accept: () => {
        this.time('accepting');
        return client.acceptInvitation();
      },
      'leave-stage': () => {
        this.time('leavingStage');
        return client.leaveStage();
      },
      share: () => client.shareContent(this.shared ? undefined : cameraOf(CONTENT_COLOR, 'Content')),
      cut: () => send('/cut', { attendeeId: this.seat!.Attendee.AttendeeId }),
      leave: () => client.leave(),
    };
    for (const [id, act] of Object.entries(actions)) {
      byId(id).onclick = () => {
        act().catch((error: Error) => setText(byId('stage'), error.message));
      };
    }
    this.allowActions();
  }

  private allowActions(): void {
    const { state, stage } = this.client;
    const isConnected = state.name === 'connected';
    const isInReplica = isConnected && this.seat?.session.kind === 'replica';
    const allowed: Record<string, boolean> = {
      'raise-hand': isInReplica && stage.name === 'audience',
      'lower-hand': isInReplica && stage.name === 'handRaised',
      accept: isInReplica && stage.name === 'invited',
      'leave-stage': isInReplica && ['invited', 'onStage'].includes(stage.name),
      share: isConnected && (!isInReplica || stage.name === 'onStage'),
      cut: isConnected,
      leave: !['idle', 'ended'].includes(state.name),
    };
    for (const [id, isAllowed] of Object.entries(allowed)) byId<HTMLButtonElement>(id).disabled = !isAllowed;
    setText(byId('share'), this.shared ? 'Stop sharing' : 'Share test content');
  }
}

function textOf(state: MeetingState): string {
  if (state.name === 'waiting') {
    const position = state.position ? `, position ${state.position}` : '';
    return `Waiting (${state.code}${position}). Tries again in ${Math.ceil(state.seconds)} s`;
  }
  if (state.name !== 'ended') return CONNECTION[state.name];
  return state.error instanceof Error ? `${ENDED[state.reason]}: ${state.error.message}` : ENDED[state.reason];
}
