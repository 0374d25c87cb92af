import type { Platform } from './platform';
import type { Snapshot } from './snapshot';
import { eachKey, Version } from './versions';

/** A line of a report. */
export type Difference = VersionDifference | KeyDifference;

export interface VersionDifference {
  /**
   * - notReplicated: the replica did not have it at the moment of the failover.
   * - different: its size or kind differs.
   */
  readonly difference: 'notReplicated' | 'missingInReplica' | 'missingInPrimary' | 'different';
  readonly key: string;
  readonly versionId: string;
  readonly createdAt: string;
  readonly deleteMarker?: true;
}

/** The newest version should be the current one everywhere. */
export interface KeyDifference {
  /**
   * - conflict: the key was changed on both sides.
   * - wrongCurrent: both copies have the same versions, but the newest is not the current one.
   */
  readonly difference: 'conflict' | 'wrongCurrent';
  readonly key: string;
  readonly newest: string;
  readonly currentInPrimary?: string;
  readonly currentInReplica?: string;
}

/**
 * Compares all versions of the primary and the replica by listing both buckets: one request for each 1,000 versions.
 *
 * @param startedAt when the failover began
 * @param visit called with each difference, in no particular order
 * @returns the number of versions
 */
export async function compare(
  { from, to }: Platform,
  startedAt: number,
  snapshot: Snapshot | undefined,
  visit: (difference: Difference) => void,
): Promise<number> {
  let compared = 0;
  await eachKey([from, to], ([primary, replica]) => {
    compared += new Set([...primary, ...replica].map(({ id }) => id)).size;
    for (const difference of differencesOf(primary, replica, startedAt, snapshot)) visit(difference);
  });
  return compared;
}

/** The differences of a key. */
function* differencesOf(
  primary: readonly Version[],
  replica: readonly Version[],
  startedAt: number,
  snapshot?: Snapshot,
): Generator<Difference> {
  const inPrimary = new Set(primary.map(({ id }) => id));
  const inReplica = new Map(replica.map((version) => [version.id, version]));
  const onlyPrimary = primary.filter(({ id }) => !inReplica.has(id));
  const onlyReplica = replica.filter(({ id }) => !inPrimary.has(id));
  // The list of the replica was made after the failover began, so an older version that is not in it is the primary's.
  const late = primary.filter(
    (version) => version.createdAt < startedAt && (!inReplica.has(version.id) || snapshot?.lacks(version)),
  );
  for (const version of late) yield listed('notReplicated', version);
  for (const version of onlyPrimary) yield listed('missingInReplica', version);
  for (const version of onlyReplica) yield listed('missingInPrimary', version);
  for (const version of primary) {
    if ((inReplica.get(version.id) ?? version).size !== version.size) yield listed('different', version);
  }
  const current = currentOf(primary, replica);
  const isChangedInPrimary = late.length > 0 || onlyPrimary.length > 0;
  if (isChangedInPrimary && replica.some((version) => version.createdAt >= startedAt)) {
    yield { difference: 'conflict', ...current };
  }
  const { newest, currentInPrimary, currentInReplica } = current;
  const isComplete = onlyPrimary.length === 0 && onlyReplica.length === 0;
  if (isComplete && (currentInPrimary !== newest || currentInReplica !== newest)) {
    yield { difference: 'wrongCurrent', ...current };
  }
}

/** Of versions with the same time, any that is current counts as the newest. */
function currentOf(primary: readonly Version[], replica: readonly Version[]): Omit<KeyDifference, 'difference'> {
  const [inPrimary, inReplica] = [primary, replica].map((versions) => versions.find(({ isLatest }) => isLatest));
  const all = [...primary, ...replica];
  const last = all.reduce((latest, { createdAt }) => Math.max(latest, createdAt), 0);
  const newest = [inReplica, inPrimary, ...all].find((version) => version?.createdAt === last)!;
  return { key: all[0].key, newest: newest.id, currentInPrimary: inPrimary?.id, currentInReplica: inReplica?.id };
}

function listed(difference: VersionDifference['difference'], { key, id, createdAt, size }: Version): VersionDifference {
  const version = { difference, key, versionId: id, createdAt: new Date(createdAt).toISOString() };
  return size < 0 ? { ...version, deleteMarker: true } : version;
}
