/**
 * The time that simulated services live in. It follows real time until a test freezes it, and a test can move it
 * forward at any moment. Several simulators can share one clock.
 */
export class SimulatedClock {
  /** A clock that stands still at `at` (default: now) until it is advanced. */
  static frozen(at: number = Date.now()): SimulatedClock {
    const clock = new SimulatedClock();
    clock.frozenAt = at;
    return clock;
  }

  private frozenAt?: number;
  private offset = 0;

  /** Milliseconds since the epoch. */
  now(): number {
    return (this.frozenAt ?? Date.now()) + this.offset;
  }

  /** Moves time forward. Time never runs backwards, so ended things stay ended. */
  advance(milliseconds: number): void {
    if (!(milliseconds >= 0)) throw new RangeError(`A clock can only be advanced, got: ${milliseconds} ms`);
    this.offset += milliseconds;
  }

  /** Stops following real time. */
  freeze(): void {
    this.frozenAt ??= Date.now();
  }

  /** Follows real time again, from the simulated moment at which it stands. */
  follow(): void {
    if (this.frozenAt === undefined) return;
    this.offset -= Date.now() - this.frozenAt;
    this.frozenAt = undefined;
  }
}
