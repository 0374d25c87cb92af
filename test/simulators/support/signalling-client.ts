import {
  SdkPingPongType,
  SdkSignalFrame,
  SdkStreamMediaType,
} from 'amazon-chime-sdk-js/build/signalingprotocol/SignalingProtocol.js';
import {
  MediaStreamTrack,
  RTCPeerConnection,
  RtpHeader,
  RtpPacket,
  type RTCRtpTransceiver,
  useOPUS,
  useVP8,
} from 'werift';
import { WebSocket } from 'ws';
import type { SignallingServer } from '../signalling';
import { decode, encode, Frame, FrameType } from '../signalling/frames';

const OPUS_FRAME = 960;
const PACKET_MS = 20;

/** A client that speaks the protocol, without the client library. */
export class SignallingClient {
  /** Connects and joins. */
  static async join(server: SignallingServer, meetingId: string, token: string): Promise<SignallingClient> {
    const client = new SignallingClient(server, meetingId, token);
    client.send({ type: FrameType.JOIN, join: {} });
    await client.next(FrameType.JOIN_ACK);
    return client;
  }

  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  private readonly socket: WebSocket;
  private readonly opened: Promise<void>;
  private readonly received: SdkSignalFrame[] = [];
  private readonly waiting = new Map<SdkSignalFrame.Type, ((frame: SdkSignalFrame) => void)[]>();
  private readonly peer = new RTCPeerConnection({
    iceServers: [],
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ['127.0.0.1'],
    bundlePolicy: 'max-bundle',
    codecs: { audio: [useOPUS()], video: [useVP8()] },
  });
  private readonly microphone = new MediaStreamTrack({ kind: 'audio' });
  private readonly camera = new MediaStreamTrack({ kind: 'video' });
  private readonly audio: RTCRtpTransceiver;
  private readonly senders: ReturnType<typeof setInterval>[] = [];
  private sendsVideo = false;

  constructor(server: SignallingServer, meetingId: string, token: string) {
    const { SignalingUrl } = server.local({ MeetingId: meetingId, MediaPlacement: {} }).MediaPlacement as any;
    this.socket = new WebSocket(`${SignalingUrl}?X-Chime-Control-Protocol-Version=3`, ['_aws_wt_session', token]);
    this.opened = new Promise((resolve, reject) => this.socket.once('open', resolve).once('error', reject));
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    this.socket.on('message', (message: Buffer) => this.receive(decode(message)));
    this.audio = this.peer.addTransceiver(this.microphone, { direction: 'sendrecv' });
  }

  send(frame: Frame): void {
    void this.opened.then(() => this.socket.send(encode(frame)));
  }

  /** Takes the next frame of a type, which may have arrived. */
  next(type: SdkSignalFrame.Type): Promise<SdkSignalFrame> {
    const index = this.received.findIndex((frame) => frame.type === type);
    if (index >= 0) return Promise.resolve(this.received.splice(index, 1)[0]);
    return new Promise((resolve) => this.waiting.set(type, [...(this.waiting.get(type) ?? []), resolve]));
  }

  /** Takes frames until one satisfies the condition. */
  async until(type: SdkSignalFrame.Type, matches: (frame: SdkSignalFrame) => boolean): Promise<SdkSignalFrame> {
    for (;;) {
      const frame = await this.next(type);
      if (matches(frame)) return frame;
    }
  }

  async ping(pingId: number): Promise<SdkSignalFrame> {
    this.send({ type: FrameType.PING_PONG, pingPong: { type: SdkPingPongType.PING, pingId } });
    return this.next(FrameType.PING_PONG);
  }

  /** Negotiates the media, and returns the response. */
  async subscribe({ sendsVideo = false, receives = [] as number[] } = {}): Promise<SdkSignalFrame> {
    if (sendsVideo && !this.sendsVideo) this.peer.addTransceiver(this.camera, { direction: 'sendonly' });
    this.sendsVideo = sendsVideo;
    for (const _ of receives) this.peer.addTransceiver('video', { direction: 'recvonly' });
    await this.peer.setLocalDescription(await this.peer.createOffer());
    this.send({
      type: FrameType.SUBSCRIBE,
      sub: {
        sdpOffer: this.peer.localDescription!.sdp,
        sendStreams: [
          { mediaType: SdkStreamMediaType.AUDIO },
          ...(sendsVideo ? [{ mediaType: SdkStreamMediaType.VIDEO }] : []),
        ],
        receiveStreamIds: [...(sendsVideo ? [0] : []), ...receives],
      },
    });
    const answer = await this.next(FrameType.SUBSCRIBE_ACK);
    await this.peer.setRemoteDescription({ type: 'answer', sdp: answer.suback!.sdpAnswer! });
    return answer;
  }

  /** Sends packets with this text until the client ends. */
  speak(text: string): void {
    this.sendPackets(this.microphone, text);
  }

  show(text: string): void {
    this.sendPackets(this.camera, text);
  }

  /** Resolves when the client receives packets with this text. */
  hears(text: string): Promise<void> {
    return received(this.audio, text);
  }

  sees(text: string): Promise<void> {
    const videos = this.peer
      .getTransceivers()
      .filter(({ kind, direction }) => kind === 'video' && direction === 'recvonly');
    return Promise.race(videos.map((transceiver) => received(transceiver, text)));
  }

  async end(): Promise<void> {
    for (const sender of this.senders) clearInterval(sender);
    this.socket.terminate();
    await this.peer.close();
  }

  private sendPackets(track: MediaStreamTrack, text: string): void {
    let count = 0;
    const send = () => {
      const header = new RtpHeader({ sequenceNumber: ++count % 65_536, timestamp: count * OPUS_FRAME, marker: true });
      track.writeRtp(new RtpPacket(header, Buffer.from(text)));
    };
    this.senders.push(setInterval(send, PACKET_MS));
  }

  private receive(frame: SdkSignalFrame): void {
    const [resolve, ...others] = this.waiting.get(frame.type) ?? [];
    if (!resolve) return void this.received.push(frame);
    this.waiting.set(frame.type, others);
    resolve(frame);
  }
}

function received(transceiver: RTCRtpTransceiver, text: string): Promise<void> {
  return new Promise((resolve) => {
    const watch = (track: MediaStreamTrack) =>
      track.onReceiveRtp.subscribe(({ payload }) => {
        if (payload.toString() === text) resolve();
      });
    transceiver.receiver.tracks.forEach(watch);
    transceiver.onTrack.subscribe(watch);
  });
}
