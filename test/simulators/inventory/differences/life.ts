import { Random } from './random';
import { SOURCE_AS_OF } from './scenario';
import { LifecycleFact, Period } from '../../../../src/stored/audit/runtime/sql';
import { Version } from '../version';

const DAY = 86_400_000;
/** How long the copies have existed. */
const DAYS = 160;

/** A copy of the media, day by day. Versions of a key are in the order of their dates. */
class LivingCopy {
  private readonly keys = new Map<string, Version[]>();

  constructor(
    readonly lifecycle: readonly LifecycleFact[],
    private readonly random: Random,
  ) {}

  get versions(): Version[] {
    return [...this.keys.values()].flatMap((versions) =>
      versions.map((version, index) => ({ ...version, latest: index === versions.length - 1 })),
    );
  }

  of(key: string): readonly Version[] {
    return this.keys.get(key) ?? [];
  }

  add(version: Version): void {
    const versions = [...this.of(version.key), version];
    this.keys.set(
      version.key,
      versions.sort((a, b) => a.modified.getTime() - b.modified.getTime()),
    );
  }

  remove({ key, versionId }: Version): void {
    this.keys.set(
      key,
      this.of(key).filter((version) => version.versionId !== versionId),
    );
  }

  /** What S3 does at midnight. */
  applyLifecycle(now: Date): void {
    for (const key of this.keys.keys()) {
      for (const rule of this.lifecycle.filter(({ prefix = '' }) => key.startsWith(prefix))) {
        this.deleteNoncurrent(key, rule, now);
        this.expire(key, rule, now);
      }
    }
  }

  private deleteNoncurrent(key: string, rule: LifecycleFact, now: Date): void {
    if (rule.noncurrentDays === undefined) return;
    const versions = this.of(key);
    versions.forEach((version, index) => {
      const successor = versions[index + 1];
      if (!successor || ageOf(successor, now) < rule.noncurrentDays!) return;
      const newerNoncurrent = versions.length - 2 - index;
      if (newerNoncurrent >= (rule.newerNoncurrentVersions ?? 0)) this.remove(version);
    });
  }

  private expire(key: string, rule: LifecycleFact, now: Date): void {
    const versions = this.of(key);
    const current = versions.at(-1);
    if (!current) return;
    const isExpired = rule.expirationDays !== undefined && ageOf(current, now) >= rule.expirationDays;
    if (current.marker) {
      if (versions.length === 1 && (rule.expiredDeleteMarkers || isExpired)) this.remove(current);
    } else if (isExpired) {
      this.add(markerOf(key, now, '', this.random));
    }
  }
}

/** Two copies after months of uploads, deletions, lifecycle and a pause, and what was lost in the target. */
export interface Life {
  readonly source: Version[];
  readonly target: Version[];
  readonly lifecycle: { readonly source: LifecycleFact[]; readonly target: LifecycleFact[] };
  readonly gaps: Period[];
  /** The versions that the target has lost, and that no lifecycle rule would delete there the next day. */
  readonly lost: Version[];
}

/** Lets two copies live, with random rules. Everything is replicated at once, except during a pause. */
export function live(random: Random): Life {
  const rules = { source: randomRules(random), target: randomRules(random) };
  const source = new LivingCopy(rules.source, random);
  const target = new LivingCopy(rules.target, random);
  const pause = random.integer(20, DAYS);
  const keys = Array.from({ length: 12 }, (_, index) => `${random.pick(['a/', 'b/'])}${index}`);
  for (let age = DAYS; age > 0; age--) {
    const replicates = age > pause || age <= pause - 10;
    for (const key of keys) change(key, at(age, random), replicates, source, target, random);
    const midnight = new Date(SOURCE_AS_OF.getTime() - (age - 1) * DAY - DAY / 24);
    source.applyLifecycle(midnight);
    target.applyLifecycle(midnight);
  }
  const lost = loseVersions(source, target, random);
  const gap = { from: daysAgo(pause), to: daysAgo(pause - 10) };
  return { source: source.versions, target: target.versions, lifecycle: rules, gaps: [gap], lost };
}

function change(
  key: string,
  now: Date,
  replicates: boolean,
  source: LivingCopy,
  target: LivingCopy,
  random: Random,
): void {
  const dice = random.next();
  const current = source.of(key).at(-1);
  if (dice < 0.04) {
    const status = replicates ? 'COMPLETED' : '';
    const isDeletion = dice < 0.01 && current && !current.marker;
    const version = isDeletion ? markerOf(key, now, status, random) : objectOf(key, now, status, random);
    source.add(version);
    if (replicates) target.add({ ...version, status: 'REPLICA' });
  } else if (dice < 0.043 && source.of(key).length > 1) {
    // Without the current version: the previous one would be restored, and may have been deleted in the target.
    source.remove(random.pick(source.of(key).slice(0, -1)));
  }
}

/** Takes a few versions from the target that both copies have. */
function loseVersions(source: LivingCopy, target: LivingCopy, random: Random): Version[] {
  const after = new LivingCopy(target.lifecycle, random);
  for (const version of target.versions) after.add(version);
  after.applyLifecycle(new Date(SOURCE_AS_OF.getTime() + 1.2 * DAY));
  const kept = source.versions.filter(
    (version) =>
      has(target, version) &&
      has(after, version) &&
      // The limits of the audit: it takes a marker of the source's lifecycle for a successor in the target too, and a
      // marker without older versions for an expired one.
      !(version.marker && target.of(version.key)[0].versionId === version.versionId) &&
      !source.of(version.key).some(({ marker, status, modified }) => marker && !status && modified > version.modified),
  );
  if (kept.length === 0) return [];
  const lost = random.pick(kept);
  target.remove(lost);
  return [lost];
}

function has(copy: LivingCopy, { key, versionId }: Version): boolean {
  return copy.of(key).some((version) => version.versionId === versionId);
}

function randomRules(random: Random): LifecycleFact[] {
  return Array.from({ length: random.integer(0, 2) }, () => ({
    prefix: random.pick([undefined, 'a/', 'b/']),
    expirationDays: random.pick([undefined, undefined, random.integer(1, 60)]),
    noncurrentDays: random.pick([undefined, random.integer(1, 60)]),
    newerNoncurrentVersions: random.pick([undefined, random.integer(1, 3)]),
    expiredDeleteMarkers: random.pick([true, false]),
  }));
}

function objectOf(key: string, modified: Date, status: Version['status'], random: Random): Version {
  const size = random.integer(0, 1000);
  const rest = { latest: false, storageClass: 'STANDARD', encryption: 'SSE-S3', tier: '', etag: 'e' };
  return { key, versionId: random.hex(32), marker: false, size, modified, status, ...rest };
}

function markerOf(key: string, modified: Date, status: Version['status'], random: Random): Version {
  return { ...objectOf(key, modified, status, random), marker: true, size: 0 };
}

function ageOf({ modified }: Version, now: Date): number {
  return (now.getTime() - modified.getTime()) / DAY;
}

function at(age: number, random: Random): Date {
  return new Date(SOURCE_AS_OF.getTime() - Math.round((age - random.between(0.1, 0.9)) * DAY));
}

function daysAgo(age: number): string {
  return new Date(SOURCE_AS_OF.getTime() - age * DAY).toISOString();
}
