import { LRUCache } from 'lru-cache';
import { MediaCopy } from './media-copy';
import { Head, ObjectReader } from './object-reader';
import { MediaObject } from './request';
import { Reason } from '../contract';

/** What the primary knows of an object, or why it is not known. */
export type Original =
  | { readonly createdAt: number; readonly versionId?: string }
  | { readonly reason: 'not-in-primary' | 'primary-not-answering' };

const VERSIONS_KEPT = 50_000;
/** A version that has arrived does not leave. */
const FOR_EVER = 0;
/** How long it is believed that a version is missing, or which version of an object is the latest. */
const SHORTLY_MS = 3_000;
/** How long a copy is left alone that did not answer a whole call: each call would wait for it again. */
const REST_MS = 10_000;

/**
 * What is known of objects by asking S3: whether a replica has a version, and what the primary's latest version is.
 * Answers are kept in memory, and a copy that does not answer is not asked again for some seconds.
 */
export class Arrivals {
  private readonly heads: LRUCache<string, Head>;
  private readonly restingUntil = new Map<MediaCopy, number>();

  constructor(
    private readonly reader: Pick<ObjectReader, 'head'>,
    private readonly primary: MediaCopy,
    private readonly now: () => number = Date.now,
  ) {
    this.heads = new LRUCache({ max: VERSIONS_KEPT, perf: { now }, ttlResolution: 0 });
  }

  /** Whether the replica has each object, in the version that is wanted: the given one, else the primary's latest. */
  async inReplica(objects: readonly MediaObject[], replica: MediaCopy, signal: AbortSignal): Promise<Reason[]> {
    const ask = this.asker(replica, signal);
    const unnamed = objects.filter(({ versionId }) => versionId === undefined);
    const originals = new Map<MediaObject, Original>();
    // The versions are asked for side by side with those that are known already.
    const pending = this.originals(unnamed, signal).then((found) =>
      found.forEach((original, index) => originals.set(unnamed[index], original)),
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

  /** When each object was put into the primary, and as which version. */
  async originals(objects: readonly MediaObject[], signal: AbortSignal): Promise<Original[]> {
    const ask = this.asker(this.primary, signal);
    return Promise.all(
      objects.map(async ({ key, versionId }): Promise<Original> => {
        const head = await ask(key, versionId);
        if (head.state === 'found') return { createdAt: head.lastModified, versionId: head.versionId };
        return { reason: head.state === 'missing' ? 'not-in-primary' : 'primary-not-answering' };
      }),
    );
  }

  /** Asks one copy during one call, and lets it rest afterwards if it answered nothing of all that was asked. */
  private asker(copy: MediaCopy, signal: AbortSignal): (key: string, versionId?: string) => Promise<Head> {
    let answered = false;
    return async (key, versionId) => {
      const name = [copy.source, copy.region, versionId ?? '', key].join('\n');
      const known = this.heads.get(name);
      if (known) return known;
      if (this.now() < (this.restingUntil.get(copy) ?? 0)) return { state: 'failed' };
      const head = await this.reader.head(copy, key, versionId, signal);
      if (head.state === 'found' || head.state === 'missing') {
        answered = true;
        this.restingUntil.delete(copy);
        const ttl = head.state === 'found' && versionId !== undefined ? FOR_EVER : SHORTLY_MS;
        this.heads.set(name, head, { ttl });
      } else if (!answered) {
        this.restingUntil.set(copy, this.now() + REST_MS);
      }
      return head;
    };
  }
}
