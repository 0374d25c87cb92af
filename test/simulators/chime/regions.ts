import { partitionOf } from '../common/partition';

/** Regions with an API endpoint: https://docs.aws.amazon.com/chime-sdk/latest/dg/sdk-available-regions.html */
export const CONTROL_REGIONS = new Set([
  'af-south-1',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ca-central-1',
  'eu-central-1',
  'eu-west-2',
  'il-central-1',
  'us-east-1',
  'us-west-2',
  'us-gov-east-1',
  'us-gov-west-1',
]);

/** Regions that can host media: the documented values of `MediaRegion`. */
export const MEDIA_REGIONS = new Set([
  'af-south-1',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-south-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'sa-east-1',
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'us-gov-east-1',
  'us-gov-west-1',
]);

/** The only control region that cannot create meetings in other regions. */
const LOCAL_ONLY = 'af-south-1';

const DIRECTIONS: Record<string, string> = { south: 'o', southeast: 's', northeast: 'n', northwest: 'w' };

export function isControlRegion(region: string): boolean {
  return CONTROL_REGIONS.has(region);
}

/** Whether the control region can create meetings in the media region. */
export function canHost(controlRegion: string, mediaRegion: string): boolean {
  if (!MEDIA_REGIONS.has(mediaRegion)) return false;
  if (controlRegion === LOCAL_ONLY) return mediaRegion === LOCAL_ONLY;
  return partitionOf(controlRegion) === partitionOf(mediaRegion);
}

/** The short name in the host names of media, such as `ue1` for us-east-1 and `ao1` for ap-south-1. */
export function shortName(region: string): string {
  const [area, ...rest] = region.split('-');
  const [direction, digit] = rest.slice(-2);
  const prefix = rest.length > 2 ? 'g' : area[0];
  return `${prefix}${DIRECTIONS[direction] ?? direction[0]}${digit}`;
}
