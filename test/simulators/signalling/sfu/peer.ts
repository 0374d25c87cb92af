import { MediaStream, MediaStreamTrack, RTCPeerConnection, type RTCRtpTransceiver, useOPUS, useVP8 } from 'werift';
import { Feed } from './feed';
import { Forwarder } from './forwarder';
import { completeAnswer, parse, Section, withoutRejected } from './sdp';

/** A video that a client receives. */
export interface SentVideo {
  readonly ssrc: number;
  readonly label: string;
  readonly feed: Feed;
}

export interface Negotiated {
  readonly answer: string;
  readonly videos: readonly SentVideo[];
}

/** The media connection to one client, over the loopback interface. */
export class Peer {
  /** What the client sends. */
  readonly audio = new Feed();
  readonly video = new Feed();
  private readonly connection = new RTCPeerConnection({
    iceServers: [],
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ['127.0.0.1'],
    bundlePolicy: 'max-bundle',
    codecs: { audio: [useOPUS()], video: [useVP8()] },
    headerExtensions: { audio: [], video: [] },
  });
  private readonly forwarders = new Map<RTCRtpTransceiver, Forwarder>();
  private heard?: Feed;

  constructor() {
    this.connection.onRemoteTransceiverAdded.subscribe((transceiver) => this.receive(transceiver));
  }

  /**
   * Answers an offer.
   * @param feeds what the client receives in each video section of the offer, in order
   */
  async negotiate(sdp: string, feeds: readonly (Feed | undefined)[]): Promise<Negotiated> {
    const offer = parse(sdp);
    this.forget(offer.sections);
    await this.connection.setRemoteDescription({ type: 'offer', sdp: withoutRejected(offer) });
    const videos = this.send(offer.sections, feeds);
    await this.connection.setLocalDescription(await this.connection.createAnswer());
    return { answer: completeAnswer(this.connection.localDescription!.sdp, offer), videos };
  }

  /** Lets the client hear a feed, or nothing. */
  hear(feed: Feed | undefined): void {
    this.heard = feed;
    for (const [{ kind }, forwarder] of this.forwarders) if (kind === 'audio') forwarder.follow(feed);
  }

  close(): void {
    for (const forwarder of this.forwarders.values()) forwarder.follow(undefined);
    void this.connection.close();
  }

  /** Removes the transceivers of stopped sections, and prevents werift from using inactive ones for new sections. */
  private forget(sections: readonly Section[]): void {
    const transceivers = this.connection.getTransceivers();
    const mids = new Set(sections.filter(({ rejected }) => !rejected).map(({ mid }) => mid));
    for (const transceiver of [...transceivers]) {
      transceiver.usedForSender = true;
      if (mids.has(transceiver.mid ?? '')) continue;
      this.forwarders.get(transceiver)?.follow(undefined);
      this.forwarders.delete(transceiver);
      transceiver.forceStop();
      transceivers.splice(transceivers.indexOf(transceiver), 1);
    }
  }

  private receive(transceiver: RTCRtpTransceiver): void {
    const feed = transceiver.kind === 'audio' ? this.audio : this.video;
    transceiver.onTrack.subscribe((track: MediaStreamTrack) => {
      track.onReceiveRtp.subscribe((packet) => feed.publish(packet));
      if (track.kind === 'video') feed.requestKeyFrame = () => void transceiver.receiver.sendRtcpPLI(track.ssrc!);
    });
  }

  private send(sections: readonly Section[], feeds: readonly (Feed | undefined)[]): SentVideo[] {
    const sent: SentVideo[] = [];
    const videos = sections.filter(({ kind }) => kind === 'video');
    for (const section of sections) {
      const { kind, mid, direction, rejected } = section;
      const transceiver = this.connection.getTransceivers().find((each) => each.mid === mid);
      if (rejected || !transceiver) continue;
      if (kind === 'audio') {
        this.forwarder(transceiver, 'sendrecv', 'audio').follow(this.heard);
        continue;
      }
      const feed = feeds[videos.indexOf(section)];
      if (!feed || direction !== 'recvonly') continue;
      // The client recognizes a video by the id of its section.
      const label = `v_${mid}`;
      this.forwarder(transceiver, 'sendonly', label).follow(feed);
      sent.push({ ssrc: transceiver.sender.ssrc, label, feed });
    }
    return sent;
  }

  private forwarder(transceiver: RTCRtpTransceiver, direction: 'sendrecv' | 'sendonly', label: string): Forwarder {
    const existing = this.forwarders.get(transceiver);
    if (existing) return existing;
    const forwarder = new Forwarder(transceiver.sender);
    this.forwarders.set(transceiver, forwarder);
    transceiver.setDirection(direction);
    transceiver.sender.setStreams([new MediaStream({ id: label })]);
    return forwarder;
  }
}
