import { FAILURE_REASONS, Reason, Side, VersionRow } from './sql';
import { Failures, forEachInParallel, NULL_VERSION, ReplicaStates } from '../../backfill/runtime';

const CONCURRENCY = 32;
const BATCH = 1_000;

/** A version that a replica lacks, or whose content differs there. */
export interface Finding {
  readonly reason: Reason;
  readonly side: Side;
  readonly version: VersionRow;
}

/** The codes of the repair for what an audit found. */
const CODES: { readonly [reason in Reason]?: string } = { missing: 'MissingInAudit', different: 'DifferentInAudit' };

/**
 * Hands over versions to the repair, which replicates missing ones again, and to the router, which does not link to them.
 * Every method can be repeated.
 */
export class HandOver {
  private pending: Finding[] = [];
  private count = 0;

  /** @param limit the number of versions that can still be handed over */
  constructor(
    private readonly failures: Failures,
    private readonly states: ReplicaStates,
    private readonly replica: string,
    /** When the run was started, in milliseconds since the epoch. */
    private readonly at: number,
    private readonly limit: number,
  ) {}

  /** Only what the primary has can be replicated again. */
  async add(finding: Finding): Promise<void> {
    if (!FAILURE_REASONS.includes(finding.reason) || finding.side === 'target') return;
    if (this.count + this.pending.length >= this.limit) return;
    this.pending.push(finding);
    if (this.pending.length >= BATCH) await this.flush();
  }

  /** @returns the number of versions that were handed over */
  async finish(): Promise<number> {
    await this.flush();
    return this.count;
  }

  private async flush(): Promise<void> {
    const batch = this.pending.splice(0);
    if (batch.length === 0) return;
    await this.failures.markChanged();
    await forEachInParallel(batch, CONCURRENCY, async ({ reason, version: { key, versionId } }) => {
      const version = { key, versionId: versionId || NULL_VERSION };
      // The router first: a viewer must not be sent to a copy that lacks the object.
      await this.states.addMissing([this.replica], version);
      await this.failures.recordFinding({ ...version, reason: CODES[reason]!, at: this.at, destination: this.replica });
    });
    this.count += batch.length;
  }
}
