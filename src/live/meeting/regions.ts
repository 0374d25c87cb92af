/** Facts about where meetings are: https://docs.aws.amazon.com/chime-sdk/latest/dg/sdk-available-regions.html */

/** Where a city is that a region is named after: degrees north and east. */
type Place = readonly [latitude: number, longitude: number];

/** Regions through whose endpoint meetings are created and changed. */
export const CONTROL_REGIONS = [
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
] as const;

/** Regions that media flows through, and where they are. */
const MEDIA_PLACES: Record<string, Place> = {
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

export const MEDIA_REGIONS = Object.keys(MEDIA_PLACES);

/** Regions that an account must enable first: https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html */
export const OPT_IN_REGIONS = ['af-south-1', 'eu-south-1', 'il-central-1'];

/** Whether meetings with media in the one can be created through the other. */
export function canHost(controlRegion: string, mediaRegion: string): boolean {
  if (isGov(controlRegion) !== isGov(mediaRegion)) return false;
  // This control region knows no other media region; its media region is known to all.
  return controlRegion !== 'af-south-1' || mediaRegion === 'af-south-1';
}

/** Kilometres between two media regions, as the crow flies. */
export function distance(from: string, to: string): number {
  if (from === to) return 0;
  const [a, b] = [MEDIA_PLACES[from], MEDIA_PLACES[to]];
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
