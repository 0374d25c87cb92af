import { MediaCopy } from './media-copy';
import { ObjectReader } from './object-reader';
import {
  FAILOVER_CACHED_SECONDS,
  FAILOVER_CACHED_SECONDS_FOR_READS,
  FAILOVER_KEY,
  FAILOVER_READ_MS,
} from '../contract';

export interface FailoverEvents {
  /** The record could not be read. */
  failoverUnknown(state: string): void;
}

const RETRY_MS = 2_000;

/**
 * Knows whether a failover is active: whether its record exists in the standby's region. If the record cannot be read,
 * the last known state remains in effect, which is "no failover" for a new instance.
 */
export class FailoverRecord {
  private isKnown = false;
  private isActive = false;
  private readAt = -Infinity;
  private nextRead = -Infinity;
  private reading?: Promise<void>;

  constructor(
    private readonly reader: Pick<ObjectReader, 'head'>,
    private readonly bucket: MediaCopy,
    private readonly events: FailoverEvents,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Reads the record if it was read too long ago. Upload links wait for the result, so that no upload goes to a former
   * primary. Links for reading wait only if the known state is older than a minute, for example because the function was
   * frozen.
   */
  async check(method: 'get' | 'put'): Promise<boolean> {
    const age = this.now() - this.readAt;
    if (age >= FAILOVER_CACHED_SECONDS * 1000 && this.now() >= this.nextRead) {
      this.reading ??= this.read().finally(() => (this.reading = undefined));
    }
    const seconds = method === 'put' ? FAILOVER_CACHED_SECONDS : FAILOVER_CACHED_SECONDS_FOR_READS;
    if (!this.isKnown || age >= seconds * 1000) await this.reading;
    return this.isActive;
  }

  private async read(): Promise<void> {
    const signal = AbortSignal.timeout(FAILOVER_READ_MS);
    const { state } = await this.reader.head(this.bucket, FAILOVER_KEY, undefined, signal);
    if (state === 'found' || state === 'missing') {
      this.isKnown = true;
      this.isActive = state === 'found';
      this.readAt = this.now();
      return;
    }
    this.nextRead = this.now() + RETRY_MS;
    this.events.failoverUnknown(state);
  }
}
