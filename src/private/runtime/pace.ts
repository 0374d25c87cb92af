import { Deadline } from './deadline';

/** Lets calls begin at an even rate, for quotas of requests per second. */
export class Pace {
  private next = 0;

  constructor(private readonly perSecond: number) {}

  /** Waits until the next call can begin. */
  async turn(deadline: Deadline): Promise<void> {
    const now = Date.now();
    const at = Math.max(now, this.next);
    this.next = at + 1000 / this.perSecond;
    if (at > now) await deadline.pause(at - now);
  }
}
