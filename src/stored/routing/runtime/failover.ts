import { FailoverRecord } from './failover-record';
import { MediaCopy } from './media-copy';
import { Preferences } from './preferences';
import { Readiness } from './readiness';
import { Regions } from './rule';

/** The replica that takes the place of the primary, and how links then find the other replicas. */
export interface Successor {
  readonly replica: MediaCopy;
  /** The replica under an address that accepts uploads. A proxy does not. */
  readonly uploads: MediaCopy;
  /** Determines from S3 alone what other replicas hold: the recorded state is in the region of the former primary. */
  readonly readiness: Pick<Readiness, 'of'>;
}

/** Links during a failover: nothing points to the former primary. */
export class Failover {
  constructor(
    private readonly record: Pick<FailoverRecord, 'check'>,
    private readonly successor: Successor,
  ) {}

  /** @returns undefined without an active failover */
  async active(method: 'get' | 'put'): Promise<Successor | undefined> {
    return (await this.record.check(method)) ? this.successor : undefined;
  }
}

/** The regions, with the replica in the place of the primary. */
export function regionsAfter({ replica }: Successor, { replicas, ...regions }: Regions): Regions {
  return { ...regions, primary: replica.region, replicas: replicas.filter((region) => region !== replica.region) };
}

export function withoutFormer(preferences: Preferences, primary: MediaCopy): Preferences {
  return { ...preferences, drained: new Set([...preferences.drained, primary.region]) };
}
