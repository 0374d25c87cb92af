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
  /** When S3 acknowledged the put, in milliseconds since 1970. */
  readonly putAt: number;
}

export interface ReplicaWatchProps {
  readonly primary: MediaCopy;
  readonly object: CanaryObject;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly report: Report;
}

/** The maximum duration of an attempt, including retries of the SDK. A copy that hangs is asked again after it. */
const ATTEMPT_MS = 15_000;
/** The minimum time for the read through the proxy, even if the replica has used up the timeout. */
const MIN_PROXY_MS = 30_000;

/** Why an attempt failed. */
interface Failure {
  readonly reason: Reason;
  readonly error?: unknown;
}

/** Waits until the replicas have an object and serve it. */
export class ReplicaWatch {
  private reasonForDelay?: Promise<Reason>;

  constructor(private readonly props: ReplicaWatchProps) {}

  async run({ copy, proxy }: { copy: MediaCopy; proxy?: ProxyReader }): Promise<void> {
    const { object, timeoutMs, report } = this.props;
    const results = report.copy(copy.region);
    const deadline = object.putAt + timeoutMs;
    const late = await this.retryUntil(deadline, () => this.read(copy, proxy !== undefined));
    if (late) {
      const reason = late.reason === 'not-in-time' ? await this.findReasonForDelay() : late.reason;
      return report.fail(copy.region, reason, late.error);
    }
    results.replicationSeconds = this.secondsSincePut();
    if (!proxy) return;

    let answer: ProbeAnswer | undefined;
    const minDeadline = this.props.clock.now() + Math.min(MIN_PROXY_MS, timeoutMs);
    const failure = await this.retryUntil(Math.max(deadline, minDeadline), async () => {
      const attempt = await this.readThrough(copy, proxy);
      if ('reason' in attempt) return attempt;
      answer = attempt;
      return undefined;
    });
    if (failure) return report.fail(copy.region, failure.reason, failure.error);
    results.proxySeconds = this.secondsSincePut();
    results.proxyMilliseconds = answer!.milliseconds;
  }

  /** Repeats attempts until one succeeds or no further attempt can succeed. @returns the last failure */
  private async retryUntil(
    deadline: number,
    attempt: () => Promise<Failure | undefined>,
  ): Promise<Failure | undefined> {
    const { clock } = this.props;
    const startedAt = clock.now();
    for (;;) {
      const failure = await attempt();
      if (!failure || PERMANENT.includes(failure.reason)) return failure;
      const now = clock.now();
      if (now >= deadline) return failure;
      await clock.sleep(Math.min(pauseAfter(now - startedAt), deadline - now));
    }
  }

  private async read(copy: MediaCopy, hasProxy: boolean): Promise<Failure | undefined> {
    const { key, versionId, body } = this.props.object;
    try {
      const result = await copy.read(key, versionId, AbortSignal.timeout(ATTEMPT_MS));
      if (result.state === 'missing') return { reason: 'not-in-time' };
      // An isolated bucket can be read only through its proxy. The probe then checks the content.
      if (result.state === 'unreadable') return hasProxy ? undefined : { reason: 'unreadable' };
      return Buffer.compare(result.body, body) === 0 ? undefined : { reason: 'wrong-content' };
    } catch (error) {
      return { reason: reasonOf(error), error };
    }
  }

  private async readThrough(copy: MediaCopy, proxy: ProxyReader): Promise<Failure | ProbeAnswer> {
    const { key, versionId, sha256 } = this.props.object;
    try {
      const path = await copy.linkPath(key, versionId);
      const answer = await proxy.read({ path, sha256 }, AbortSignal.timeout(2 * ATTEMPT_MS));
      const reason = failureOf(answer);
      return reason ? { reason, error: { name: answer.error ?? `HTTP ${answer.status}` } } : answer;
    } catch (error) {
      return { reason: 'probe-failing', error };
    }
  }

  /** The primary knows whether a rule matched the object and whether replication failed. Requested once per run. */
  private findReasonForDelay(): Promise<Reason> {
    const { primary, object } = this.props;
    this.reasonForDelay ??= primary
      .replicationStatus(object.key, object.versionId, AbortSignal.timeout(ATTEMPT_MS))
      .then((status): Reason => {
        if (status === undefined) return 'no-rule';
        return status === 'FAILED' ? 'replication-failed' : 'not-in-time';
      })
      .catch((): Reason => 'not-in-time');
    return this.reasonForDelay;
  }

  private secondsSincePut(): number {
    return Math.round(this.props.clock.now() - this.props.object.putAt) / 1000;
  }
}

/** The content of a version never changes, so another attempt would fail too. */
const PERMANENT: readonly Reason[] = ['wrong-content'];

function failureOf({ status, matches }: ProbeAnswer): Reason | undefined {
  if (status === 200) return matches ? undefined : 'proxy-wrong-content';
  return status >= 400 && status < 500 ? 'proxy-refused' : 'proxy-not-answering';
}
