import { createHash, randomBytes } from 'node:crypto';
import { Clock } from './clock';
import { newKey } from './keys';
import { MediaCopy, NO_VERSION, Version } from './media-copy';
import { ProxyReader } from './proxy-reader';
import { CanaryNotes, Report } from './report';
import { CanaryReport } from '../contract';
import { reasonOf } from './failures';
import { CanaryObject, Watch } from './watch';

export interface WatchedReplica {
  readonly copy: MediaCopy;
  /** Whether it is waited for: the object may come to others too, and is deleted there. */
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
  readonly notes: CanaryNotes;
}

const BODY_BYTES = 1024;
/** What a put, and a clean-up of a copy, may take with all tries. */
const PUT_MS = 20_000;
const CLEAN_MS = 20_000;

/**
 * One run puts an object, waits until every replica has it, and deletes every version of it in every copy.
 *
 * Whatever ends a run early, its object is deleted by the next run that finds it older than a run can be. Runs at the
 * same time do not touch each other's objects.
 */
export class Canary {
  constructor(private readonly props: CanaryProps) {}

  async run(): Promise<CanaryReport> {
    const { clock, staleMs, folder, notes } = this.props;
    const report = new Report(
      this.copies.map(({ region }) => region),
      notes,
    );
    const begun = clock.now();
    report.leftovers = await this.clean(report, folder, ({ lastModified }) => begun - lastModified > staleMs);

    const key = newKey(folder, begun);
    try {
      await this.watch(report, key);
    } finally {
      await this.clean(report, key, () => true);
    }
    return report.done();
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
    const watch = new Watch({ ...this.props, object, report });
    await Promise.all(replicas.filter(({ watched }) => watched).map((replica) => watch.replica(replica)));
  }

  /**
   * Deletes versions by listing them, and not by what this run remembers: a put whose answer was lost is found too. The
   * primary comes first, so that nothing more is replicated of what is gone from a replica.
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
