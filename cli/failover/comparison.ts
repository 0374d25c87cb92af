import type { Platform } from './platform';
import { compareKeys } from './ranges';
import { eachKey, Version } from './versions';

/** A version in a report. */
export interface Listed {
  readonly key: string;
  readonly versionId: string;
  readonly createdAt: string;
  readonly deleteMarker?: true;
}

/** A key with versions from both sides. The newest version should be the current one everywhere. */
export interface Conflict {
  readonly key: string;
  readonly newest: string;
  readonly currentInPrimary?: string;
  readonly currentInReplica?: string;
}

export interface Differences {
  /** When the comparison began. */
  readonly asOf: string;
  readonly compared: number;
  /** Versions of the former primary that the replica did not have at the moment of the failover. */
  readonly notReplicated: readonly Listed[];
  readonly missingInReplica: readonly Listed[];
  readonly missingInPrimary: readonly Listed[];
  /** Versions whose size or kind differs. */
  readonly different: readonly Listed[];
  /** Keys that were changed on both sides. */
  readonly conflicts: readonly Conflict[];
  /** Keys with the same versions in both copies, but not with the newest as the current one. */
  readonly wrongCurrent: readonly Conflict[];
}

/** The versions that the replica had when it took over, from a time on. */
export interface Snapshot {
  readonly since: string;
  readonly versionIds: readonly string[];
}

/** Compares all versions of the primary and the replica. */
export interface VersionComparison {
  compare(startedAt: number, snapshot?: Snapshot): Promise<Differences>;
}

const PART_UPLOAD_MS = 7 * 24 * 3_600_000;

/** Whether a version can have been completed since a time. An upload in parts counts from its start. */
export function isSince({ createdAt, isInParts }: Version, since: number): boolean {
  return createdAt >= (isInParts ? since - PART_UPLOAD_MS : since);
}

/** Compares by listing both buckets: one request for each 1,000 versions. */
export class ListingComparison implements VersionComparison {
  constructor(private readonly platform: Platform) {}

  async compare(startedAt: number, snapshot?: Snapshot): Promise<Differences> {
    const asOf = new Date().toISOString();
    const found = new Found(startedAt, snapshot);
    const { from, to } = this.platform;
    await eachKey([from, to], ([primary, replica]) => found.add(primary, replica));
    const { compared, notReplicated, missingInReplica, missingInPrimary, different, conflicts, wrongCurrent } = found;
    for (const list of [notReplicated, missingInReplica, missingInPrimary, different, conflicts, wrongCurrent]) {
      list.sort((a, b) => compareKeys(a.key, b.key));
    }
    return { asOf, compared, notReplicated, missingInReplica, missingInPrimary, different, conflicts, wrongCurrent };
  }
}

/** Collects the differences, key by key. */
class Found {
  compared = 0;
  readonly notReplicated: Listed[] = [];
  readonly missingInReplica: Listed[] = [];
  readonly missingInPrimary: Listed[] = [];
  readonly different: Listed[] = [];
  readonly conflicts: Conflict[] = [];
  readonly wrongCurrent: Conflict[] = [];
  private readonly since: number;
  private readonly known?: ReadonlySet<string>;

  constructor(
    private readonly startedAt: number,
    snapshot?: Snapshot,
  ) {
    this.since = snapshot ? Date.parse(snapshot.since) : Infinity;
    this.known = snapshot && new Set(snapshot.versionIds);
  }

  add(primary: readonly Version[], replica: readonly Version[]): void {
    const inPrimary = new Map(primary.map((version) => [version.id, version]));
    const inReplica = new Map(replica.map((version) => [version.id, version]));
    const all = new Map([...inPrimary, ...inReplica]);
    this.compared += all.size;
    const onlyPrimary = primary.filter(({ id }) => !inReplica.has(id));
    const onlyReplica = replica.filter(({ id }) => !inPrimary.has(id));
    // The list of the replica was made after the failover began, so an older version that is not in it is the primary's.
    const late = primary.filter(
      (version) =>
        version.createdAt < this.startedAt &&
        (onlyPrimary.includes(version) || (isSince(version, this.since) && !this.known!.has(version.id))),
    );
    this.notReplicated.push(...late.map(listed));
    this.missingInReplica.push(...onlyPrimary.map(listed));
    this.missingInPrimary.push(...onlyReplica.map(listed));
    this.different.push(...primary.filter(({ id, size }) => (inReplica.get(id)?.size ?? size) !== size).map(listed));
    const conflict = { key: (primary[0] ?? replica[0]).key, ...this.current(primary, replica, all.values()) };
    const isChangedInPrimary = late.length > 0 || onlyPrimary.length > 0;
    if (isChangedInPrimary && replica.some((version) => version.createdAt >= this.startedAt)) {
      this.conflicts.push(conflict);
    }
    const { newest, currentInPrimary, currentInReplica } = conflict;
    const isComplete = onlyPrimary.length === 0 && onlyReplica.length === 0;
    if (isComplete && (currentInPrimary !== newest || currentInReplica !== newest)) this.wrongCurrent.push(conflict);
  }

  /** Of versions with the same time, any that is current counts as the newest. */
  private current(primary: readonly Version[], replica: readonly Version[], all: Iterable<Version>) {
    const [inPrimary, inReplica] = [primary, replica].map((versions) => versions.find(({ isLatest }) => isLatest));
    const last = Math.max(...[...all].map(({ createdAt }) => createdAt));
    const newest = [inReplica, inPrimary, ...primary, ...replica].find((version) => version?.createdAt === last)!;
    return { newest: newest.id, currentInPrimary: inPrimary?.id, currentInReplica: inReplica?.id };
  }
}

function listed({ key, id, createdAt, size }: Version): Listed {
  return { key, versionId: id, createdAt: new Date(createdAt).toISOString(), ...(size < 0 && { deleteMarker: true }) };
}
