import { FreePlace, FreePlaces } from './free-places';
import { Places } from './places';
import { tiers } from './session-choice';
import { JoinRequest, Place } from './users';
import { SessionItem } from '../rooms/sessions';
import { GenerationAddress, Pool } from '../store/keys';

/** A free seat to try. */
export interface Choice {
  readonly session: SessionItem;
  readonly free: FreePlace;
}

export interface Seated {
  readonly session: SessionItem;
  readonly place: Place;
}

const PAUSE_MS = 15;
/** The share of free seats at which more replicas may be necessary. */
const LOW = 0.3;

/** Finds free seats and free places on the stage, and takes them. */
export class Seating {
  constructor(
    private readonly free: FreePlaces,
    private readonly places: Places,
  ) {}

  /**
   * Takes a seat in the best of the sessions.
   *
   * @returns `changed` if the user has a seat or a ban; `full` if no session has a free seat
   */
  async seat(
    generation: GenerationAddress,
    sessions: readonly SessionItem[],
    { externalUserId: user, mediaRegion, role }: JoinRequest,
  ): Promise<Seated | 'changed' | 'full'> {
    for (;;) {
      const choice = await this.choose(generation, sessions, mediaRegion);
      if (!choice) return 'full';
      const place = await this.take(generation, choice, user, role);
      if (typeof place === 'object') return { session: choice.session, place };
      if (place === 'changed') return 'changed';
    }
  }

  /** Whether few seats near a session seem to be free. */
  async isLow({ uid, generation }: GenerationAddress, { index, cap }: SessionItem): Promise<boolean> {
    return (await this.free.share({ uid, generation, index, kind: 'seat' }, cap)) < LOW;
  }

  /** Takes the chosen seat. @returns what prevented it */
  async take(
    { uid, generation }: GenerationAddress,
    { session: { index, pooled }, free }: Choice,
    user: string,
    role: Place['role'],
  ): Promise<Place | 'lost' | 'changed'> {
    const session = { uid, generation, index };
    return this.attempt(free, () =>
      pooled ? this.places.takePooledSeat(session, free, user) : this.places.takeSeat(session, free, user, role),
    );
  }

  /** Takes a place on the stage. @returns `changed` if the user cannot be promoted now */
  async promote(seat: Place, size: number): Promise<Place | 'changed' | 'full'> {
    const { uid, generation } = seat;
    for (;;) {
      const free = await this.free.pick({ uid, generation, index: 0, kind: 'stage' }, size);
      if (!free) return 'full';
      const place = await this.attempt(free, () => this.places.takeStage(seat, free));
      if (place !== 'lost') return place;
    }
  }

  /**
   * Chooses a free seat: in the nearest session, and of the sessions that are equally near in the less full of two
   * random ones. Sessions that this instance has just found to be full are listed again before the answer is that all
   * are.
   */
  async choose(
    { uid, generation }: GenerationAddress,
    sessions: readonly SessionItem[],
    mediaRegion: string | undefined,
  ): Promise<Choice | undefined> {
    const poolOf = ({ index }: SessionItem): Pool => ({ uid, generation, index, kind: 'seat' });
    const listed = new Set<number>();
    for (const trusting of [true, false]) {
      for await (const session of this.inOrder(sessions, mediaRegion, poolOf)) {
        const { index, cap } = session;
        if (listed.has(index) || (trusting && this.free.isKnownToBeEmpty(poolOf(session)))) continue;
        const free = await this.free.pick(poolOf(session), cap);
        if (free) return { session, free };
        listed.add(index);
      }
    }
    return undefined;
  }

  private async *inOrder(
    sessions: readonly SessionItem[],
    mediaRegion: string | undefined,
    poolOf: (session: SessionItem) => Pool,
  ): AsyncGenerator<SessionItem> {
    for (const [first, second, ...rest] of tiers(sessions, mediaRegion)) {
      if (!second) {
        yield first;
        continue;
      }
      const [a, b] = await Promise.all([first, second].map((each) => this.free.share(poolOf(each), each.cap)));
      yield* b > a ? [second, first, ...rest] : [first, second, ...rest];
    }
  }

  /** A place that was not taken can be tried again, unless it no longer exists. */
  private async attempt(
    free: FreePlace,
    take: () => Promise<Place | 'lost' | 'conflict' | 'changed'>,
  ): Promise<Place | 'lost' | 'changed'> {
    let isUsed = false;
    try {
      const outcome = await take();
      isUsed = typeof outcome === 'object' || outcome === 'lost';
      if (outcome !== 'conflict') return outcome;
      await new Promise((done) => setTimeout(done, Math.random() * PAUSE_MS));
      return 'lost';
    } finally {
      if (!isUsed) this.free.putBack(free);
    }
  }
}
