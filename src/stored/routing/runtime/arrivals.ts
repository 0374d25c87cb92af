import { LRUCache } from 'lru-cache';
import { MediaCopy } from './media-copy';
import { Head, ObjectReader } from './object-reader';
import { MediaObject } from './request';
import { Reason } from '../contract';

/** An object in the primary, or the reason why it could not be read. */
export type Original =
  | {
      readonly createdAt: number;
      readonly versionId?: string;
      readonly status?: string;
      readonly isInParts: boolean;
    }
  | { readonly reason: 'not-in-primary' | 'primary-not-answering' };

/** The status of an object that has arrived in all replicas whose rules apply to it. */
export const COMPLETED = 'COMPLETED';

const VERSIONS_KEPT = 50_000;
/** For versions that are in a replica or were replicated. In the cache, 0 means that entries do not expire. */
const NO_EXPIRY = 0;
/** For versions that are missing or not replicated yet, and for the latest version of an object. */
const SHORT_TTL_MS = 3_000;
/** How long the router skips a copy that is slow or fails, and answered no request of a call. It would delay every call. */
const SKIP_MS = 10_000;

/**
 * Determines from S3 whether a replica has a version, and which version is the primary's latest. Results are cached in
 * memory, and a copy that does not answer is skipped for some seconds.
 */
export class Arrivals {
  private readonly heads: LRUCache<string, Head>;
  private readonly skippedUntil = new Map<MediaCopy, number>();

  constructor(
    private readonly reader: Pick<ObjectReader, 'head'>,
    private readonly primary: MediaCopy,
    private readonly now: () => number = Date.now,
  ) {
    this.heads = new LRUCache({ max: VERSIONS_KEPT, perf: { now }, ttlResolution: 0 });
  }

  /** Checks the replica for the requested version of each object, or for the primary's latest if none is specified. */
  async inReplica(objects: readonly MediaObject[], replica: MediaCopy, signal: AbortSignal): Promise<Reason[]> {
    const ask = this.asker(replica, signal);
    const unversioned = objects.filter(({ versionId }) => versionId === undefined);
    const originals = new Map<MediaObject, Original>();
    // Runs concurrently with the requests for objects whose version is specified.
    const pending = this.originals(unversioned, signal).then((found) =>
      found.forEach((original, index) => originals.set(unversioned[index], original)),
    );
    const reasons = await Promise.all(
      objects.map(async (object): Promise<Reason> => {
        let { versionId } = object;
        if (versionId === undefined) {
          await pending;
          const original = originals.get(object)!;
          if ('reason' in original) return original.reason;
          versionId = original.versionId;
        }
        const { state } = await ask(object.key, versionId);
        if (state === 'found') return 'in-replica';
        if (state === 'missing') return 'not-in-replica';
        return state === 'slow' ? 'replica-slow' : 'replica-failing';
      }),
    );
    return reasons;
  }

  /** Reads the creation time and the version of each object from the primary. */
  async originals(objects: readonly MediaObject[], signal: AbortSignal): Promise<Original[]> {
    const ask = this.asker(this.primary, signal);
    return Promise.all(
      objects.map(async ({ key, versionId }): Promise<Original> => {
        const head = await ask(key, versionId);
        if (head.state === 'found') {
          const { lastModified: createdAt, versionId: found, status, isInParts } = head;
          return { createdAt, versionId: found, status, isInParts };
        }
        return { reason: head.state === 'missing' ? 'not-in-primary' : 'primary-not-answering' };
      }),
    );
  }

  /** Sends the requests of one call to one copy, and skips the copy afterwards if it answered none of them. */
  private asker(copy: MediaCopy, signal: AbortSignal): (key: string, versionId?: string) => Promise<Head> {
    let answered = false;
    return async (key, versionId) => {
      const name = [copy.source, copy.region, versionId ?? '', key].join('\n');
      const known = this.heads.get(name);
      if (known) return known;
      if (this.now() < (this.skippedUntil.get(copy) ?? 0)) return { state: 'failed' };
      const head = await this.reader.head(copy, key, versionId, signal);
      if (head.state === 'slow' || head.state === 'failed') {
        if (!answered) this.skippedUntil.set(copy, this.now() + SKIP_MS);
        return head;
      }
      answered = true;
      this.skippedUntil.delete(copy);
      if (head.state === 'rejected') return head;
      const isFinal = head.state === 'found' && (copy.source === 'replica' || head.status === COMPLETED);
      const ttl = isFinal && versionId !== undefined ? NO_EXPIRY : SHORT_TTL_MS;
      this.heads.set(name, head, { ttl });
      return head;
    };
  }
}
