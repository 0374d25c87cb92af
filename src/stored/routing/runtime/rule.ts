import { hash } from 'node:crypto';
import { IpAddress } from '../ip-address';
import { Preferences } from './preferences';
import { Preference, Reason, REPLICA_REASONS } from '../contract';

/** The viewer that links are requested for. */
export interface Viewer {
  readonly preference?: Preference;
  /** The region that the viewer prefers. */
  readonly region?: string;
  readonly address?: IpAddress;
}

/** The regions of the copies. */
export interface Regions {
  readonly primary: string;
  /** In the order of the construct's `replicas`. */
  readonly replicas: readonly string[];
  /** The regions of paused replicas, which lack what was uploaded since. */
  readonly paused: readonly string[];
}

/** A replica, if it has the object; or the primary, with the reason. */
export type Destination = { readonly replica: string } | { readonly reason: Reason };

/**
 * Determines the copy for a viewer, independently of the object.
 *
 * - `no`: the primary.
 * - `yes`: the requested region, otherwise the region of the viewer's address, otherwise the first replica that is neither
 *   drained nor paused.
 * - `auto`: the primary if the viewer's address is in no range, otherwise the requested region, otherwise the region of
 *   the range.
 *
 * A request with a region but without a preference means `yes`. The region may be the primary's.
 */
export function destinationOf(viewer: Viewer, preferences: Preferences, regions: Regions): Destination {
  const preference = viewer.preference ?? (viewer.region ? 'yes' : preferences.defaultPreference);
  if (preference === 'no') return { reason: 'preference-no' };
  const near = viewer.address === undefined ? undefined : preferences.ranges.regionOf(viewer.address);
  if (preference === 'auto') {
    if (viewer.address === undefined) return { reason: 'address-missing' };
    if (!near) return { reason: 'address-outside-ranges' };
  }
  const isServing = (each: string) => !preferences.drained.has(each) && !regions.paused.includes(each);
  const region = viewer.region ?? near ?? regions.replicas.find(isServing) ?? regions.replicas[0];
  if (region === regions.primary) return { reason: 'primary-chosen' };
  if (region === undefined || preferences.drained.has(region)) return { reason: 'region-drained' };
  if (regions.paused.includes(region)) return { reason: 'replica-paused' };
  return { replica: region };
}

/**
 * Whether the object is in the percentage that the replica serves. The result for an object is stable, and a higher
 * weight only adds objects, so that caches stay warm while a region is filled or drained.
 */
export function isInShare(key: string, replica: string, { weights }: Preferences): boolean {
  const weight = weights.get(replica) ?? 100;
  return weight === 100 || percentile(`${replica}/${key}`) < weight;
}

/** Compares the age of an object with the replication delay. */
export function byDelay(createdAt: number, now: number, { replicationDelaySeconds }: Preferences): Reason {
  return now - createdAt >= replicationDelaySeconds * 1000 ? 'delay-over' : 'too-new';
}

/** Whether links with this reason point to a replica. */
export function isForReplica(reason: Reason): boolean {
  return (REPLICA_REASONS as readonly Reason[]).includes(reason);
}

/** Maps texts evenly to 0 (inclusive) to 100 (exclusive). */
function percentile(text: string): number {
  return (parseInt(hash('sha256', text).slice(0, 8), 16) / 2 ** 32) * 100;
}
