import { Quotas } from './settings';

/** A token bucket for each region and operation: https://docs.aws.amazon.com/chime-sdk/latest/dg/meetings-sdk.html */
export class Throttle {
  private readonly buckets = new Map<string, { tokens: number; at: number }>();

  constructor(private readonly quotas: Quotas) {}

  /** Whether a call is allowed now. Refused calls take no token. */
  admits(region: string, operation: string, now: number): boolean {
    if (!this.quotas.rateLimited) return true;
    const { burst, requestsPerSecond } = this.quotas;
    const key = `${region}/${operation}`;
    const bucket = this.buckets.get(key) ?? { tokens: burst, at: now };
    const refilled = bucket.tokens + ((now - bucket.at) / 1000) * requestsPerSecond;
    const tokens = Math.min(burst, refilled);
    // Refused calls do not update the bucket, to avoid accumulating rounding errors.
    if (tokens < 1) return false;
    this.buckets.set(key, { tokens: tokens - 1, at: now });
    return true;
  }
}
