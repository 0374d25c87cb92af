import { Random } from './random';
import { Reason, Side } from '../../../../src/stored/audit/runtime/sql';
import { Version } from '../version';

const DAY = 86_400_000;

/** A difference that the audit must find, and how it must explain it. */
export interface Expected {
  readonly kind: string;
  readonly key: string;
  readonly versionId: string;
  readonly side: Side;
  readonly reason: Reason;
  readonly bytes: number;
  readonly modified: Date;
}

/** What a kind of differences says about a version. The rest is random. */
export type Draft = Partial<Omit<Version, 'key' | 'modified'>> & {
  /** In days before the source's inventory. */
  readonly age: number;
};

/** Puts versions of one key into two copies, and records what the audit must say. */
export class Plant {
  readonly source: Version[] = [];
  readonly target: Version[] = [];
  readonly expected: Expected[] = [];

  constructor(
    private readonly kind: string,
    readonly key: string,
    readonly random: Random,
    private readonly asOf: Date,
  ) {}

  /** A version that both copies have, with the usual differences. */
  both(draft: Draft, inTarget: Partial<Version> = {}): void {
    const version = this.version({ status: 'COMPLETED', ...draft });
    this.source.push(version);
    this.target.push({ ...version, status: 'REPLICA', ...inTarget });
  }

  /** A version that both have, and that differs. */
  differing(reason: Reason, draft: Draft, inTarget: Partial<Version>): void {
    this.both(draft, inTarget);
    this.expect(reason, 'both', this.source.at(-1)!);
  }

  onlySource(reason: Reason, draft: Draft): void {
    const version = this.version({ status: 'COMPLETED', ...draft });
    this.source.push(version);
    this.expect(reason, 'source', version);
  }

  onlyTarget(reason: Reason, draft: Draft): void {
    const version = this.version({ status: 'REPLICA', ...draft });
    this.target.push(version);
    this.expect(reason, 'target', version);
  }

  /** The time of an age, for versions that differ. */
  at(age: number): Date {
    return new Date(this.asOf.getTime() - Math.round(age * DAY));
  }

  private version({ age, ...draft }: Draft): Version {
    const { random } = this;
    const marker = draft.marker ?? false;
    return {
      key: this.key,
      versionId: random.hex(32),
      latest: false,
      size: marker ? 0 : random.integer(0, 5_000_000_000),
      modified: this.at(age),
      etag: random.hex(32),
      storageClass: 'STANDARD',
      status: '',
      encryption: 'SSE-S3',
      tier: '',
      ...draft,
      marker,
    };
  }

  private expect(reason: Reason, side: Side, { key, versionId, size, modified }: Version): void {
    this.expected.push({ kind: this.kind, key, versionId, side, reason, bytes: size, modified });
  }
}

/** The rows of a copy. The newest version is the current one; of several with the same date, the one added last. */
export function rowsOf(versions: readonly Version[]): Version[] {
  let latest = 0;
  versions.forEach(({ modified }, index) => {
    if (modified >= versions[latest].modified) latest = index;
  });
  return versions.map((version, index) => ({ ...version, latest: index === latest }));
}
