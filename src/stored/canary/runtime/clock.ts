import { setTimeout } from 'node:timers/promises';

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

export const CLOCK: Clock = { now: () => Date.now(), sleep: (milliseconds) => setTimeout(milliseconds) };

const MIN_PAUSE_MS = 250;
const MAX_PAUSE_MS = 10_000;

/**
 * The pause before the next attempt is a tenth of the elapsed time. Measured times are then accurate to about 10 %, and a
 * late replica gets about a hundred requests instead of thousands.
 */
export function pauseAfter(elapsedMs: number): number {
  return Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, elapsedMs / 10));
}
