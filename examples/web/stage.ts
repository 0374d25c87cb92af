import { Emitter } from './emitter';
import { MeetingApi, MeetingError, Promotion, StageAnswer } from './meeting-api';
import { isTemporary, Patience } from './patience';

/**
 * Where a participant in a replica stands.
 *
 * | state        | meaning                                                  | GetStage is called |
 * |--------------|----------------------------------------------------------|--------------------|
 * | `audience`   | no hand, no promotion                                    | no                 |
 * | `handRaised` | waits for a host                                         | as often as it says |
 * | `invited`    | promoted by a host, and has not answered yet             | as often as it says |
 * | `entering`   | the client joins the primary session                     | no                 |
 * | `onStage`    | the client can send                                      | as often as it says |
 * | `returning`  | lost the connection on the stage, and wants to come back | when connected     |
 */
export type StageState =
  | { readonly name: 'audience' }
  | { readonly name: 'handRaised'; readonly position?: number }
  | { readonly name: 'invited'; readonly expiresAt?: string }
  | { readonly name: 'entering' }
  | { readonly name: 'onStage' }
  | { readonly name: 'returning' };

export interface StageEvents {
  stage: StageState;
  /** The client could not join the primary session. It tries again as long as the promotion exists. */
  stageFailed: { readonly status: string };
}

/** The connection that is promoted. */
export interface Promotable {
  /** Joins the primary session. Returns why it failed, if it did. */
  promote(promotion: Promotion): Promise<string | undefined>;
  demote(): void;
}

/** How long to wait before GetStage is called again if its response does not say it. */
const DEFAULT_PACE_SECONDS = 2;

/**
 * The way of a participant to the stage and back.
 *
 * The service decides which users are on the stage, not the client library: the library reports
 * `AudioVideoDisconnectedWhilePromoted` also for a user whom a host has demoted before. So the stage asks the service
 * (GetStage) before it promotes the client again.
 */
export class Stage extends Emitter<StageEvents & { meetingEnded: object }> {
  private current: StageState = { name: 'audience' };
  /** Requests and promotions run one after another, since the library cannot promote concurrently. */
  private queue: Promise<void> = Promise.resolve();
  private timer?: ReturnType<typeof setTimeout>;
  private connection?: Promotable;
  /** Counts the connections, to notice that one was lost while it was promoted. */
  private connections = 0;
  /** The last promotion that the service returned, and whether the user wants it. */
  private promotionId?: string;
  private wanted = false;
  /** A promotion that has ended for this client, although the service may still return it for a moment. */
  private endedId?: string;

  constructor(
    private readonly api: MeetingApi,
    private readonly signal: AbortSignal,
    private readonly acceptsInvitations: boolean,
  ) {
    super();
    signal.addEventListener('abort', () => clearTimeout(this.timer));
  }

  get state(): StageState {
    return this.current;
  }

  /** The client has connected to its replica, for the first time or again. */
  connected(connection: Promotable, look: boolean): void {
    this.connection = connection;
    if (look || this.current.name !== 'audience') void this.look();
  }

  /** The client has lost the connection. The library demotes it, and does not promote it again. */
  disconnected(): void {
    this.connections++;
    this.connection = undefined;
    if (this.current.name === 'onStage') this.become({ name: 'returning' });
  }

  /** The service has demoted the client: by a host, or because the place has expired. */
  demoted(): void {
    if (this.current.name !== 'onStage' && this.current.name !== 'entering') return;
    this.become({ name: 'audience' });
    this.endPromotion();
    void this.look();
  }

  raiseHand(): Promise<void> {
    return this.run(async () => {
      await this.persist(() => this.api.raiseHand());
      if (this.current.name === 'audience') this.become({ name: 'handRaised' });
      await this.askAndFollow();
    });
  }

  lowerHand(): Promise<void> {
    return this.run(async () => {
      await this.persist(() => this.api.lowerHand());
      if (this.current.name === 'handRaised') this.become({ name: 'audience' });
    });
  }

  /** Accepts an invitation. Throws a MeetingError if it has expired. */
  accept(): Promise<void> {
    return this.run(async () => {
      try {
        this.wanted = true;
        await this.enter(await this.persist(() => this.api.acceptPromotion()));
        this.lookIn();
      } catch (error) {
        await this.askAndFollow();
        throw error;
      }
    });
  }

  /** Refuses an invitation, or leaves the stage: immediately in this client, and then in the service. */
  async leave(): Promise<void> {
    this.endPromotion();
    await this.run(async () => {
      await this.persist(() => this.api.declinePromotion());
    });
  }

  /** Asks the service now: for applications that notify a promoted user over a channel of their own. */
  look(): Promise<void> {
    return this.run(() => this.askAndFollow());
  }

  private async askAndFollow(): Promise<void> {
    clearTimeout(this.timer);
    if (!this.connection || this.signal.aborted) return;
    try {
      const answer = await this.api.getStage();
      await this.follow(answer);
      if (answer.state !== 'none') this.lookIn(answer.retryAfterSeconds);
    } catch (error) {
      if (isTemporary(error)) return this.lookIn(new Patience(this.signal).secondsAfter(error));
      // Without a seat or a meeting there is no stage.
      this.endPromotion();
      if ((error as MeetingError).code === 'MeetingEnded') this.emit('meetingEnded', {});
    }
  }

  private async follow(answer: StageAnswer): Promise<void> {
    if (answer.state === 'none') return this.endPromotion();
    if (answer.state === 'handRaised') return this.endPromotion({ name: 'handRaised', position: answer.position });
    const id = answer.promotion.Attendee.AttendeeId;
    if (id === this.endedId) return this.become({ name: 'audience' });
    const same = id === this.promotionId;
    if (same && this.current.name === 'onStage') return;
    if (!same) this.wanted = this.acceptsInvitations;
    this.promotionId = id;
    if (this.wanted || answer.accepted) return this.enter(answer.promotion);
    this.become({ name: 'invited', expiresAt: answer.expiresAt });
  }

  private async enter(promotion: Promotion): Promise<void> {
    const { connection, connections } = this;
    if (!connection) return this.become({ name: 'returning' });
    this.demoteClient();
    this.promotionId = promotion.Attendee.AttendeeId;
    this.become({ name: 'entering' });
    const failure = await connection.promote(promotion);
    if (this.current.name !== 'entering') return; // demoted, or left
    // A promotion ends with its connection, even if it was acknowledged.
    if (connections !== this.connections) return this.become({ name: 'returning' });
    if (failure === undefined) return this.become({ name: 'onStage' });
    this.emit('stageFailed', { status: failure });
    this.become({ name: 'returning' });
  }

  private demoteClient(): void {
    if (this.current.name === 'onStage') this.connection?.demote();
  }

  private endPromotion(next: StageState = { name: 'audience' }): void {
    this.demoteClient();
    this.endedId = this.promotionId;
    this.wanted = false;
    this.become(next);
  }

  private lookIn(seconds: number = DEFAULT_PACE_SECONDS): void {
    clearTimeout(this.timer);
    if (this.current.name === 'audience') return;
    this.timer = setTimeout(() => void this.look(), seconds * 1000);
  }

  /** Repeats a request until it succeeds, or cannot succeed. */
  private async persist<T>(request: () => Promise<T>): Promise<T> {
    for (const patience = new Patience(this.signal); ;) {
      try {
        return await request();
      } catch (error) {
        if (!isTemporary(error)) throw error;
        await patience.wait(patience.secondsAfter(error));
      }
    }
  }

  private run(task: () => Promise<void>): Promise<void> {
    const result = this.queue.then(task);
    this.queue = result.catch(() => undefined);
    return result;
  }

  private become(state: StageState): void {
    const changed = JSON.stringify(state) !== JSON.stringify(this.current);
    this.current = state;
    if (state.name === 'audience') clearTimeout(this.timer);
    if (changed) this.emit('stage', state);
  }
}
