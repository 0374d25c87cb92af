import { Clock, pauseAfter } from './clock';
import { reasonOf } from './failures';
import { MediaCopy } from './media-copy';
import { ProxyReader } from './proxy-reader';
import { Report } from './report';
import { ProbeAnswer, Reason } from '../contract';

export interface CanaryObject {
  readonly key: string;
  readonly versionId: string;
  readonly body: Uint8Array;
  readonly sha256: string;
  /** When S3 had answered, in milliseconds since 1970. */
  readonly putAt: number;
}

export interface WatchProps {
  readonly primary: MediaCopy;
  readonly object: CanaryObject;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly report: Report;
}

/** What one question may take with all tries: a copy that hangs is asked again, and not waited for to the end. */
const ASK_MS = 15_000;
/** What a proxy has at least, where the replica has taken all the time. */
const PROXY_MS = 30_000;

/** Why a question has not been answered as it should be. */
interface Failure {
  readonly reason: Reason;
  readonly error?: unknown;
}

/** Waits for one object to be in the replicas, and to be readable there. */
export class Watch {
  private whyNotAnywhere?: Promise<Reason>;

  constructor(private readonly props: WatchProps) {}

  async replica({ copy, proxy }: { copy: MediaCopy; proxy?: ProxyReader }): Promise<void> {
    const { object, timeoutMs, report } = this.props;
    const about = report.of(copy.region);
    const deadline = object.putAt + timeoutMs;
    const late = await this.until(deadline, () => this.look(copy, proxy !== undefined));
    if (late) {
      return report.fail(copy.region, late.reason === 'not-in-time' ? await this.whyNot() : late.reason, late.error);
    }
    about.replicationSeconds = this.seconds();
    if (!proxy) return;

    let read: ProbeAnswer | undefined;
    const atLeast = this.props.clock.now() + Math.min(PROXY_MS, timeoutMs);
    const failure = await this.until(Math.max(deadline, atLeast), async () => {
      const { answer, ...failed } = await this.readThrough(copy, proxy);
      read = answer;
      return failed.reason ? { reason: failed.reason, error: failed.error } : undefined;
    });
    if (failure) return report.fail(copy.region, failure.reason, failure.error);
    about.proxySeconds = this.seconds();
    about.proxyMilliseconds = read!.milliseconds;
  }

  /** Asks until all is well or nothing can become better. @returns the last failure */
  private async until(deadline: number, ask: () => Promise<Failure | undefined>): Promise<Failure | undefined> {
    const { clock } = this.props;
    const begun = clock.now();
    for (;;) {
      const failure = await ask();
      if (!failure || FINAL.includes(failure.reason)) return failure;
      const now = clock.now();
      if (now >= deadline) return failure;
      await clock.sleep(Math.min(pauseAfter(now - begun), deadline - now));
    }
  }

  private async look(copy: MediaCopy, hasProxy: boolean): Promise<Failure | undefined> {
    const { key, versionId, body } = this.props.object;
    try {
      const sight = await copy.look(key, versionId, AbortSignal.timeout(ASK_MS));
      if (sight.state === 'missing') return { reason: 'not-in-time' };
      // An isolated bucket is read through its proxy only, which then checks the content.
      if (sight.state === 'unreadable') return hasProxy ? undefined : { reason: 'unreadable' };
      return Buffer.compare(sight.body, body) === 0 ? undefined : { reason: 'wrong-content' };
    } catch (error) {
      return { reason: reasonOf(error), error };
    }
  }

  private async readThrough(copy: MediaCopy, proxy: ProxyReader): Promise<Partial<Failure> & { answer?: ProbeAnswer }> {
    const { key, versionId, sha256 } = this.props.object;
    try {
      const path = await copy.linkPath(key, versionId);
      const answer = await proxy.read({ path, sha256 }, AbortSignal.timeout(2 * ASK_MS));
      const reason = refusalOf(answer);
      return reason ? { reason, error: { name: answer.error ?? `HTTP ${answer.status}` } } : { answer };
    } catch (error) {
      return { reason: 'probe-failing', error };
    }
  }

  /** The primary knows whether any rule has taken the object, and whether S3 has given up. Asked once for all. */
  private whyNot(): Promise<Reason> {
    const { primary, object } = this.props;
    this.whyNotAnywhere ??= primary
      .replicationStatus(object.key, object.versionId, AbortSignal.timeout(ASK_MS))
      .then((status): Reason => {
        if (status === undefined) return 'no-rule';
        return status === 'FAILED' ? 'replication-failed' : 'not-in-time';
      })
      .catch((): Reason => 'not-in-time');
    return this.whyNotAnywhere;
  }

  private seconds(): number {
    return Math.round(this.props.clock.now() - this.props.object.putAt) / 1000;
  }
}

/** A version never changes: what it says is what it will say. */
const FINAL: readonly Reason[] = ['wrong-content'];

function refusalOf({ status, matches }: ProbeAnswer): Reason | undefined {
  if (status === 200) return matches ? undefined : 'proxy-wrong-content';
  return status >= 400 && status < 500 ? 'proxy-refused' : 'proxy-not-answering';
}
