import { MeetingError } from './meeting-api';

const LONGEST_SECONDS = 30;
/** A seat becomes free when another user leaves. `MeetingFull` does not say when that may be. */
const FULL_SECONDS = 15;

/** Waits before an attempt is repeated: for as long as the service says, otherwise longer each time. */
export class Patience {
  private attempts = 0;

  constructor(private readonly signal: AbortSignal) {}

  /** How long to wait after this error. */
  secondsAfter(error: unknown): number {
    const asked = error instanceof MeetingError ? (error.retryAfterSeconds ?? defaultFor(error.code)) : undefined;
    // Clients that failed at the same moment must not come back at the same moment.
    if (asked !== undefined) return asked * (1 + Math.random() / 4);
    return Math.min(LONGEST_SECONDS, 2 ** this.attempts++) * (0.5 + Math.random() / 2);
  }

  /** Resolves after the time, if there is one. Throws when the wait is no longer needed. */
  async wait(seconds: number | undefined): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const leave = () => reject(this.signal.reason);
      if (this.signal.aborted) return leave();
      this.signal.addEventListener('abort', leave, { once: true });
      if (seconds !== undefined) setTimeout(resolve, seconds * 1000);
    });
  }
}

function defaultFor(code: string): number | undefined {
  return code === 'MeetingFull' ? FULL_SECONDS : undefined;
}

/** Whether a request can succeed later. Everything that is not an error of the service is a failure of the network. */
export function isTemporary(error: unknown): boolean {
  if (!(error instanceof MeetingError)) return true;
  return ['Throttled', 'ServiceUnavailable'].includes(error.code);
}
