import { hash } from 'node:crypto';
import { IpAddress } from '../ip-address';
import { Preferences } from './preferences';
import { Preference, Reason, REPLICA_REASONS } from '../contract';

/** Who asks for links. */
export interface Viewer {
  readonly preference?: Preference;
  /** The region that the viewer wants to read from. */
  readonly region?: string;
  readonly address?: IpAddress;
}

/** The regions that have a copy. */
export interface Regions {
  readonly primary: string;
  /** In the order of the construct's `replicas`. */
  readonly replicas: readonly string[];
}

/** A replica, of which it must still be known that it has the object; or the primary, and why. */
export type Destination = { readonly replica: string } | { readonly reason: Reason };

/**
 * Which copy a viewer is to read from, whatever the object.
 *
 * - `no`: never a replica.
 * - `yes`: the named region; else that of the viewer's address; else the first replica that is not drained.
 * - `auto`: only if the viewer's address is in a range; then the named region, else that of the range.
 *
 * To name a region without a preference means `yes`. The region of the primary may be named, or have ranges.
 */
export function destinationOf(viewer: Viewer, preferences: Preferences, regions: Regions): Destination {
  const preference = viewer.preference ?? (viewer.region ? 'yes' : preferences.defaultPreference);
  if (preference === 'no') return { reason: 'preference-no' };
  const near = viewer.address && preferences.ranges.regionOf(viewer.address);
  if (preference === 'auto') {
    if (!viewer.address) return { reason: 'address-missing' };
    if (!near) return { reason: 'address-outside-ranges' };
  }
  const region = viewer.region ?? near ?? regions.replicas.find((each) => !preferences.drained.has(each));
  if (region === regions.primary) return { reason: 'primary-chosen' };
  if (region === undefined || preferences.drained.has(region)) return { reason: 'region-drained' };
  return { replica: region };
}

/**
 * Whether a replica with a weight serves this object. The same object always gets the same answer, and a higher weight
 * only adds objects, so that caches stay warm while a region is filled or emptied.
 */
export function isInShare(key: string, replica: string, { weights }: Preferences): boolean {
  const weight = weights.get(replica) ?? 100;
  return weight === 100 || percentile(`${replica}/${key}`) < weight;
}

/** Whether the delay is over: `age >= delay`. */
export function byDelay(createdAt: number, now: number, { replicationDelaySeconds }: Preferences): Reason {
  return now - createdAt >= replicationDelaySeconds * 1000 ? 'delay-over' : 'too-new';
}

/** Whether links with this reason point to a replica. */
export function isForReplica(reason: Reason): boolean {
  return (REPLICA_REASONS as readonly Reason[]).includes(reason);
}

/** Spreads texts evenly over 0 (inclusive) to 100. */
function percentile(text: string): number {
  return (parseInt(hash('sha256', text).slice(0, 8), 16) / 2 ** 32) * 100;
}
