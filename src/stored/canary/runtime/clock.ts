import { setTimeout } from 'node:timers/promises';

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

export const CLOCK: Clock = { now: () => Date.now(), sleep: (milliseconds) => setTimeout(milliseconds) };

const SHORTEST_MS = 250;
const LONGEST_MS = 10_000;

/**
 * How long to wait before the next question: a tenth of the time that has passed. So a time is measured to about a tenth
 * of itself, and a replica that is late is not asked a thousand times.
 */
export function pauseAfter(elapsedMs: number): number {
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, elapsedMs / 10));
}
