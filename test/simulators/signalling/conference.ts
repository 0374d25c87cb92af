import { Feed } from './sfu/feed';

/** An attendee of the primary session, as the others see it. */
export interface Identity {
  readonly attendeeId: string;
  readonly externalUserId: string;
}

/** A connection to the primary session or to one of its replicas. */
export interface Member {
  /** The same for a client and for the content that it shares. */
  readonly user: string;
  readonly audio: Feed;
  /** Who sends to the conference, or what it can receive, has changed. */
  update(): void;
}

/** A member who can send: an attendee of the primary session, a promoted attendee of a replica, or shared content. */
export interface Speaker extends Identity {
  readonly member: Member;
  readonly audioStreamId: number;
  muted: boolean;
  video?: Video;
}

export interface Video {
  readonly streamId: number;
  readonly groupId: number;
  readonly feed: Feed;
}

/** A primary session with its replicas. All members receive what the speakers send. */
export class Conference {
  private readonly members = new Set<Member>();
  private readonly speaking = new Map<Member, Speaker>();
  private ids = 0;

  get speakers(): readonly Speaker[] {
    return [...this.speaking.values()];
  }

  speakerOf(member: Member): Speaker | undefined {
    return this.speaking.get(member);
  }

  enter(member: Member): void {
    this.members.add(member);
  }

  leave(member: Member): void {
    this.members.delete(member);
    this.silence(member);
  }

  speak(member: Member, identity: Identity): void {
    const { attendeeId, externalUserId } = identity;
    this.speaking.set(member, { attendeeId, externalUserId, member, audioStreamId: ++this.ids, muted: false });
    this.changed();
  }

  silence(member: Member): void {
    if (this.speaking.delete(member)) this.changed();
  }

  mute(member: Member, muted: boolean): void {
    const speaker = this.speaking.get(member);
    if (!speaker || speaker.muted === muted) return;
    speaker.muted = muted;
    this.changed();
  }

  /** Starts or stops the video of a speaker. A video keeps its ids until it is stopped. */
  show(speaker: Speaker, feed: Feed | undefined): void {
    if (speaker.video?.feed === feed) return;
    const id = ++this.ids;
    speaker.video = feed && { streamId: id, groupId: id, feed };
    this.changed();
  }

  /** The videos that a member can receive: not its own. */
  videosFor({ user }: Member): (Speaker & { readonly video: Video })[] {
    return this.speakers.filter(
      (speaker): speaker is Speaker & { readonly video: Video } => !!speaker.video && speaker.member.user !== user,
    );
  }

  /** What a member hears. The simulator does not mix: it is the first of the others who is not muted. */
  audioFor({ user }: Member): Feed | undefined {
    return this.speakers.find(({ member, muted }) => !muted && member.user !== user)?.member.audio;
  }

  private changed(): void {
    for (const member of [...this.members]) member.update();
  }
}
