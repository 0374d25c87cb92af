import { PictureLossIndication, RtcpPayloadSpecificFeedback, type RTCRtpSender, RtpHeader, RtpPacket } from 'werift';
import { Feed } from './feed';

/** The step between the timestamps of two feeds: 20 ms of audio, and less of video. */
const STEP = 960;

/** Forwards one feed at a time to a client. To the client, all of them are one track. */
export class Forwarder {
  private feed?: Feed;
  private offset?: { readonly sequenceNumber: number; readonly timestamp: number };
  private last = { sequenceNumber: 0, timestamp: 0 };
  private unsubscribe?: () => unknown;

  constructor(private readonly sender: RTCRtpSender) {
    // werift routes feedback by the SSRC of its sender first, which is that of the client's own video.
    sender.dtlsTransport.onRtcp.subscribe((packet) => {
      if (!(packet instanceof RtcpPayloadSpecificFeedback)) return;
      const { feedback } = packet;
      if (feedback instanceof PictureLossIndication && feedback.mediaSsrc === sender.ssrc) this.feed?.requestKeyFrame();
    });
    sender.onReady.subscribe(() => this.feed?.requestKeyFrame());
  }

  follow(feed: Feed | undefined): void {
    if (feed === this.feed) return;
    this.unsubscribe?.();
    this.feed = feed;
    this.offset = undefined;
    this.unsubscribe = feed?.subscribe((packet) => this.forward(packet));
    feed?.requestKeyFrame();
  }

  private forward({ header, payload }: RtpPacket): void {
    this.offset ??= {
      sequenceNumber: this.last.sequenceNumber + 1 - header.sequenceNumber,
      timestamp: this.last.timestamp + STEP - header.timestamp,
    };
    this.last = {
      sequenceNumber: wrap(header.sequenceNumber + this.offset.sequenceNumber, 16),
      timestamp: wrap(header.timestamp + this.offset.timestamp, 32),
    };
    // werift changes the headers that it sends, so each client gets its own.
    const copy = new RtpPacket(new RtpHeader({ marker: header.marker, ...this.last }), payload);
    // Packets to a client that has just disconnected are lost, as in a network.
    this.sender.sendRtp(copy).catch(() => undefined);
  }
}

function wrap(value: number, bits: 16 | 32): number {
  const range = 2 ** bits;
  return ((value % range) + range) % range;
}
