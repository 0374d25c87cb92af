/** The time by which an operation must be complete. */
export class Deadline {
  static in(milliseconds: number): Deadline {
    return new Deadline(Date.now() + milliseconds);
  }

  private constructor(private readonly at: number) {}

  get left(): number {
    return this.at - Date.now();
  }

  get isOver(): boolean {
    return this.left <= 0;
  }

  /** Aborts a request at the deadline. */
  get signal(): AbortSignal {
    return AbortSignal.timeout(Math.max(1, Math.round(this.left)));
  }

  /** The earlier of this deadline and the given time from now. */
  within(milliseconds: number): Deadline {
    return new Deadline(Math.min(this.at, Date.now() + milliseconds));
  }

  /** Waits, but not beyond the deadline. */
  async pause(milliseconds: number): Promise<void> {
    await new Promise((done) => setTimeout(done, Math.max(0, Math.min(milliseconds, this.left))));
  }
}
