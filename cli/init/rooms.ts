import { canHost, CONTROL_REGIONS, MEDIA_REGIONS } from '../../src/live/meeting/regions';
import { UsageError } from '../problems';

/** The regions of a meeting for an audience near the copies. */
export interface RoomRegions {
  /** Only if it is not the region of the stack. */
  readonly controlRegion?: string;
  readonly mediaRegion: string;
  readonly replicas: readonly string[];
}

/** @throws UsageError if Amazon Chime SDK is not available */
export function roomRegions(region: string, replicas: readonly string[]): RoomRegions {
  if (region.startsWith('cn-')) {
    throw new UsageError('Amazon Chime SDK is not available in China. Specify --meetings no.');
  }
  const wide = region.startsWith('us-gov-') ? 'us-gov-west-1' : 'us-east-1';
  const copies = [region, ...replicas].filter((each) => MEDIA_REGIONS.includes(each));
  // Not every control region can host all media regions.
  const isEnough = CONTROL_REGIONS.includes(region) && copies.every((each) => canHost(region, each));
  const control = isEnough ? region : wide;
  const [mediaRegion = wide, ...others] = copies.filter((each) => canHost(control, each));
  return { controlRegion: isEnough ? undefined : control, mediaRegion, replicas: others };
}
