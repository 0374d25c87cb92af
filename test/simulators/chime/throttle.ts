import { Quotas } from './settings';

/** One token bucket for each region and operation: https://docs.aws.amazon.com/chime-sdk/latest/dg/meetings-sdk.html */
export class Throttle {
  private readonly buckets = new Map<string, { tokens: number; at: number }>();

  constructor(private readonly quotas: Quotas) {}

  /** Whether a call is let through now. A refused call costs nothing. */
  admits(region: string, operation: string, now: number): boolean {
    if (!this.quotas.rateLimited) return true;
    const { burst, requestsPerSecond } = this.quotas;
    const key = `${region}/${operation}`;
    const bucket = this.buckets.get(key) ?? { tokens: burst, at: now };
    const refilled = bucket.tokens + ((now - bucket.at) / 1000) * requestsPerSecond;
    const tokens = Math.min(burst, refilled);
    // Not to store what a refused call saw keeps its rounding out of the bucket.
    if (tokens < 1) return false;
    this.buckets.set(key, { tokens: tokens - 1, at: now });
    return true;
  }
}
