/** Until when a caller waits. */
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

  /** Aborts a request that is still under way then. */
  get signal(): AbortSignal {
    return AbortSignal.timeout(Math.max(1, Math.round(this.left)));
  }

  /** The nearer of the two. */
  within(milliseconds: number): Deadline {
    return new Deadline(Math.min(this.at, Date.now() + milliseconds));
  }

  /** Waits, but not past the deadline. */
  async pause(milliseconds: number): Promise<void> {
    await new Promise((done) => setTimeout(done, Math.max(0, Math.min(milliseconds, this.left))));
  }
}
