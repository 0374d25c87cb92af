import { colorOf, hearTone, seeColor } from './senses';
import { cameraOf, microphoneOf } from './test-pattern';
import { Ask, askOverHttp, Promotion, Seat } from '../../../../examples/web/meeting-api';
import { MeetingClient } from '../../../../examples/web/meeting-client';
import { MeetingVideo } from '../../../../examples/web/meeting-events';
import { MeetingMedia } from '../../../../examples/web/meeting-media';

declare global {
  interface Window {
    user: typeof user;
    /** Set by the test. */
    report(event: { readonly type: string } & Record<string, unknown>): void;
  }
}

const PATIENCE_MS = 60_000;
const parameters = new URLSearchParams(location.search);
const realNow = Date.now;
/** The page can live later than the service. */
Date.now = () => realNow() + Number(parameters.get('aheadMs') ?? 0);
const audioElement = document.querySelector('audio')!;
const sound = new AudioContext();
const videos = new Map<number, { readonly video: MeetingVideo; readonly element: HTMLVideoElement }>();

const http = askOverHttp('/audience', () => ({ 'x-user': parameters.get('user')! }));
const ask: Ask = async (request) => {
  const answer = await http(request);
  if (request.operation === 'JoinMeeting') {
    const { Meeting, Attendee, session, generation } = answer as Seat;
    const { MeetingId: meetingId } = Meeting;
    window.report({ type: 'seat', meetingId, attendeeId: Attendee.AttendeeId, kind: session.kind, generation });
  }
  return answer;
};

const client = new MeetingClient({
  meeting: parameters.get('meeting')!,
  ask,
  audioElement,
  connectionTimeoutMs: parameters.has('timeout') ? Number(parameters.get('timeout')) : undefined,
  acceptsInvitations: parameters.has('accepts'),
  role: (parameters.get('role') ?? 'participant') as 'participant' | 'presenter',
});
client.on('state', (state) => window.report({ type: 'state', ...state, error: undefined }));
client.on('stage', (stage) => window.report({ type: 'stage', ...stage }));
client.on('stageFailed', (failure) => window.report({ type: 'stageFailed', ...failure }));
client.on('content', (content) => window.report({ type: 'content', ...content }));
client.on('video', show);
client.on('videoRemoved', ({ tileId }) => {
  const removed = videos.get(tileId);
  removed?.element.remove();
  videos.delete(tileId);
  window.report({ type: 'videoRemoved', externalUserId: removed?.video.externalUserId });
});

function show(video: MeetingVideo): void {
  if (videos.has(video.tileId)) return;
  const element = document.createElement('video');
  document.body.append(element);
  videos.set(video.tileId, { video, element });
  client.bindVideo(video.tileId, element);
  window.report({ type: 'video', ...video });
}

/** The video of another user, as soon as there is one. */
async function videoOf(externalUserId: string, isContent: boolean): Promise<HTMLVideoElement> {
  for (;;) {
    for (const { video, element } of videos.values()) {
      if (video.externalUserId === externalUserId && video.isContent === isContent && !video.isLocal) return element;
    }
    await new Promise<void>((resolve) => {
      const stop = client.on('video', () => (stop(), resolve()));
    });
  }
}

/** The session of the client library, for what the kit does not do. */
const media = () => (client as any).attendance.media as MeetingMedia;

/** What the browser received, if a wait takes too long. */
async function received(): Promise<string> {
  const stats = (await media().audioVideo.getRTCPeerConnectionStats()) ?? [];
  const streams = [...stats.values()].filter(({ type }) => type === 'inbound-rtp');
  const elements = [...videos.values()].map(({ video, element }) => ({
    ...video,
    frame: [element.videoWidth, element.videoHeight],
    color: element.videoWidth ? colorOf(element) : undefined,
    paused: element.paused,
  }));
  return JSON.stringify({ client: client.state, sound: sound.state, elements, streams }, null, 1);
}

/** Fails before the test does, and says why. */
async function within<T>(what: string, wait: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(async () => reject(new Error(`Did not ${what}: ${await received()}`)), PATIENCE_MS);
  });
  return Promise.race([wait, late]).finally(() => clearTimeout(timer));
}

async function see(externalUserId: string, color: string, isContent: boolean): Promise<void> {
  // A video that is replaced while it is watched does not show another frame.
  for (;;) {
    const element = await videoOf(externalUserId, isContent);
    const replaced = new Promise<boolean>((resolve) => {
      new MutationObserver((_, observer) => {
        if (element.isConnected) return;
        observer.disconnect();
        resolve(true);
      }).observe(document.body, { childList: true });
    });
    if (!(await Promise.race([seeColor(element, color).then(() => false), replaced]))) return;
  }
}

/** What the test calls. */
const user = {
  client,
  /** Promotes the client without the service. */
  promote: (Attendee: Promotion['Attendee']) => media().promote({ Attendee, PrimaryMeetingId: '' }),
  demote: () => media().demote(),
  join: () => void client.join(),
  camera: (color: string) => client.useCamera(cameraOf(color)),
  microphone: (frequency: number) => client.useMicrophone(microphoneOf(frequency, sound)),
  content: (color: string) => client.shareContent(cameraOf(color)),
  hears: (frequency: number) => within(`hear ${frequency} Hz`, hearTone(audioElement, frequency, sound)),
  sees: (externalUserId: string, color: string, isContent = false) =>
    within(`see ${externalUserId} in ${color}`, see(externalUserId, color, isContent)),
};
window.user = user;
