import { createHash, randomBytes } from 'node:crypto';
import { Clock } from './clock';
import { newKey } from './keys';
import { MediaCopy, NO_VERSION, Version } from './media-copy';
import { ProxyReader } from './proxy-reader';
import { FailureListener, Report } from './report';
import { CanaryReport } from '../contract';
import { reasonOf } from './failures';
import { CanaryObject, ReplicaWatch } from './replica-watch';

export interface WatchedReplica {
  readonly copy: MediaCopy;
  /** Whether to wait for the object. It may be replicated to the other replicas too, and is deleted there. */
  readonly watched: boolean;
  readonly proxy?: ProxyReader;
}

export interface CanaryProps {
  readonly primary: MediaCopy;
  readonly replicas: readonly WatchedReplica[];
  readonly folder: string;
  readonly tags: Record<string, string>;
  readonly timeoutMs: number;
  readonly staleMs: number;
  readonly clock: Clock;
  readonly listener: FailureListener;
}

const BODY_BYTES = 1024;
/** The maximum durations of a put and of the clean-up of a copy, including retries. */
const PUT_MS = 20_000;
const CLEAN_MS = 20_000;

/**
 * A run puts an object, waits until every replica has it, and deletes every version of it from every copy.
 *
 * If a run ends early, a later run deletes its object once the object is older than the longest possible run. Concurrent
 * runs do not touch each other's objects.
 */
export class Canary {
  constructor(private readonly props: CanaryProps) {}

  async run(): Promise<CanaryReport> {
    const { clock, staleMs, folder, listener } = this.props;
    const report = new Report(
      this.copies.map(({ region }) => region),
      listener,
    );
    const startedAt = clock.now();
    report.leftovers = await this.clean(report, folder, ({ lastModified }) => startedAt - lastModified > staleMs);

    const key = newKey(folder, startedAt);
    try {
      await this.watch(report, key);
    } finally {
      await this.clean(report, key, () => true);
    }
    return report.result();
  }

  private get copies(): MediaCopy[] {
    return [this.props.primary, ...this.props.replicas.map(({ copy }) => copy)];
  }

  private async watch(report: Report, key: string): Promise<void> {
    const { primary, replicas, tags, clock } = this.props;
    const body = randomBytes(BODY_BYTES);
    let versionId: string;
    try {
      versionId = await primary.put(key, body, tags, AbortSignal.timeout(PUT_MS));
    } catch (error) {
      return report.fail(primary.region, reasonOf(error), error);
    }
    if (versionId === NO_VERSION) return report.fail(primary.region, 'not-versioned');
    const sha256 = createHash('sha256').update(body).digest('hex');
    const object: CanaryObject = { key, versionId, body, sha256, putAt: clock.now() };
    const watch = new ReplicaWatch({ ...this.props, object, report });
    await Promise.all(replicas.filter(({ watched }) => watched).map((replica) => watch.run(replica)));
  }

  /**
   * Deletes versions by listing them instead of by remembering their ids, so that it also finds a put whose response was
   * lost. It starts with the primary, so that S3 no longer replicates what is deleted from the replicas.
   */
  private async clean(report: Report, prefix: string, isDue: (version: Version) => boolean): Promise<number> {
    const { primary, replicas } = this.props;
    const cleanOne = async (copy: MediaCopy): Promise<number> => {
      const signal = AbortSignal.timeout(CLEAN_MS);
      let deleted = 0;
      try {
        for (const version of (await copy.versions(prefix, signal)).filter(isDue)) {
          await copy.delete(version, signal);
          deleted += 1;
        }
      } catch (error) {
        report.fail(copy.region, 'not-deleted', error);
      }
      return deleted;
    };
    const inPrimary = await cleanOne(primary);
    const inReplicas = await Promise.all(replicas.map(({ copy }) => cleanOne(copy)));
    return [inPrimary, ...inReplicas].reduce((sum, each) => sum + each);
  }
}
