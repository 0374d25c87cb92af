import type { ISdkAudioStreamIdInfo } from 'amazon-chime-sdk-js/build/signalingprotocol/SignalingProtocol.js';
import { Speaker } from './conference';
import { contentOf } from './token';

/** The speakers that a client knows, as frames of the protocol: each frame has what changed since the last one. */
export class Roster {
  private known = new Map<number, boolean>();

  constructor(
    private readonly user: string,
    private readonly attendeeId: string,
  ) {}

  changes(speakers: readonly Speaker[]): ISdkAudioStreamIdInfo[] {
    const before = this.known;
    this.known = new Map(speakers.map(({ audioStreamId, muted }) => [audioStreamId, muted]));
    const gone = [...before.keys()].filter((audioStreamId) => !this.known.has(audioStreamId));
    const current = speakers.filter(({ audioStreamId, muted }) => before.get(audioStreamId) !== muted);
    return [
      ...gone.map((audioStreamId) => ({ audioStreamId })),
      ...current.map((speaker) => ({
        audioStreamId: speaker.audioStreamId,
        attendeeId: this.nameOf(speaker),
        externalUserId: speaker.externalUserId,
        muted: speaker.muted,
      })),
    ];
  }

  /** A client finds its own content by its own attendee, also while it is promoted. */
  private nameOf({ member, attendeeId }: Speaker): string {
    const own = member.user === this.user && attendeeId.endsWith(contentOf(''));
    return own ? contentOf(this.attendeeId) : attendeeId;
  }
}
