import type { RtpPacket } from 'werift';

/** The packets of a track that a client sends. */
export class Feed {
  private readonly subscribers = new Set<(packet: RtpPacket) => void>();

  /** Asks the sender of a video for a frame that can be decoded without the previous ones. */
  requestKeyFrame: () => void = () => undefined;

  publish(packet: RtpPacket): void {
    for (const subscriber of this.subscribers) subscriber(packet);
  }

  /** @returns a function that ends the subscription */
  subscribe(subscriber: (packet: RtpPacket) => void): () => void {
    this.subscribers.add(subscriber);
    return () => this.subscribers.delete(subscriber);
  }
}
