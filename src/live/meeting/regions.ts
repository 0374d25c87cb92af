/** Regions of Amazon Chime SDK meetings: https://docs.aws.amazon.com/chime-sdk/latest/dg/sdk-available-regions.html */

/** The location of the city that a region is named after, in degrees north and east. */
type Location = readonly [latitude: number, longitude: number];

/** Regions with an API endpoint that creates and changes meetings. */
export const CONTROL_REGIONS: readonly string[] = [
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
  'us-gov-east-1',
  'us-gov-west-1',
  'us-west-2',
];

/** Regions that can host media, with their locations. */
const MEDIA_REGION_LOCATIONS: Record<string, Location> = {
  'af-south-1': [-33.9, 18.4],
  'ap-northeast-1': [35.7, 139.7],
  'ap-northeast-2': [37.6, 127.0],
  'ap-south-1': [19.1, 72.9],
  'ap-southeast-1': [1.4, 103.8],
  'ap-southeast-2': [-33.9, 151.2],
  'ca-central-1': [45.5, -73.6],
  'eu-central-1': [50.1, 8.7],
  'eu-north-1': [59.3, 18.1],
  'eu-south-1': [45.5, 9.2],
  'eu-west-1': [53.3, -6.3],
  'eu-west-2': [51.5, -0.1],
  'eu-west-3': [48.9, 2.4],
  'sa-east-1': [-23.5, -46.6],
  'us-east-1': [38.9, -77.4],
  'us-east-2': [40.0, -83.0],
  'us-gov-east-1': [40.0, -83.0],
  'us-gov-west-1': [45.6, -122.6],
  'us-west-1': [37.8, -122.4],
  'us-west-2': [45.9, -119.3],
};

export const MEDIA_REGIONS = Object.keys(MEDIA_REGION_LOCATIONS);

/** Regions that are disabled by default: https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html */
export const OPT_IN_REGIONS = ['af-south-1', 'eu-south-1', 'il-central-1'];

/** Whether the control region can create meetings in the media region. */
export function canHost(controlRegion: string, mediaRegion: string): boolean {
  if (isGov(controlRegion) !== isGov(mediaRegion)) return false;
  // As a control region, af-south-1 supports no other media region; every control region supports it as a media region.
  return controlRegion !== 'af-south-1' || mediaRegion === 'af-south-1';
}

/** The great-circle distance between two media regions in kilometres. */
export function distance(from: string, to: string): number {
  if (from === to) return 0;
  const [a, b] = [MEDIA_REGION_LOCATIONS[from], MEDIA_REGION_LOCATIONS[to]];
  if (!a || !b) return Infinity;
  const [latitudeA, longitudeA, latitudeB, longitudeB] = [...a, ...b].map((degrees) => (degrees * Math.PI) / 180);
  const chord =
    Math.sin((latitudeB - latitudeA) / 2) ** 2 +
    Math.cos(latitudeA) * Math.cos(latitudeB) * Math.sin((longitudeB - longitudeA) / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.sqrt(chord));
}

function isGov(region: string): boolean {
  return region.startsWith('us-gov-');
}
