import type { Choices } from './choices';
import { roomRegions } from './rooms';

/** A config with comments. It deploys as it is: everything that is an example is a comment. */
export function configText(choices: Choices, schemaUrl: string): string {
  const { template, region, replicas } = choices;
  const sections = [head(schemaUrl), base(region), media(choices), router(choices), meetings(choices)];
  const canary = '# Puts an object every hour, and measures how long each replica takes.\ncanary: {}';
  return `${[...sections, ...(template === 'everything' ? [canary] : []), monitoring(), estimate(replicas)].join('\n\n')}\n`;
}

const head = (schemaUrl: string) => `# yaml-language-server: $schema=${schemaUrl}
#
# A media platform in several regions. All properties: docs/cli.md, or \`npx cdk-media-replication schema\`.
# \`validate\`, \`plan\` and \`synth\` deploy nothing and need no credentials.

version: 1`;

const base = (
  region: string,
) => `# The names of buckets and stacks are derived from this name. Changing it creates other buckets.
stackName: MediaPlatform

# The region of the primary bucket and the router.
region: ${region}
# account: '111111111111'   # in quotes; required only for replicas in other accounts`;

function media({ replicas, proxies }: Choices): string {
  const access =
    '# Private access to this replica, for clients connected by Direct Connect or VPN. Billed by the hour.';
  const proxy = proxies ? `      ${access}\n      proxy: {}\n` : '';
  const example = `      ${access}
      # proxy:
      #   domainName: media.ap.example.com
      #   clientCidrs: [10.30.0.0/16]
`;
  return `media:
  # Copies of all media in other regions. Each replica is a stack of its own.
  replicas:
${replicas.map((region) => `    - region: ${region}\n${proxy}`).join('')}${proxies ? '' : example}
  # Websites that may read and upload objects from a browser.
  # corsOrigins:
  #   - https://studio.example.com`;
}

function router({ template, replicas }: Choices): string {
  const ranges = replicas.map(
    (region, index) => `  #   - cidr: 10.${20 + 10 * index}.0.0/16\n  #     region: ${region}`,
  );
  const users = `
  # Stores a preference for each user who sets one.
  userPreferences: {}`;
  return `router:
  # With auto, viewers whose IP address is in a range get links to the replica of that range, others to the primary.
  defaultPreference: auto
  # ipRanges:
${ranges.join('\n')}${template === 'everything' ? users : ''}`;
}

function meetings({ meetings: active, region, replicas }: Choices): string {
  const {
    controlRegion,
    mediaRegion,
    replicas: others,
  } = active ? roomRegions(region, replicas) : { controlRegion: undefined, mediaRegion: region, replicas };
  const audience = others.map((each) => `        - mediaRegion: ${each}`);
  const text = [
    'meetings:',
    ...(controlRegion ? [`  controlRegion: ${controlRegion}`] : []),
    '  rooms:',
    '    - meetingName: town-hall',
    `      mediaRegion: ${mediaRegion}   # near the presenters`,
    ...(audience.length > 0 ? ['      replicas:                # near the audience', ...audience] : []),
  ];
  const presenters = '      presenters: [ceo, moderator]';
  const lines = active
    ? [...text, presenters.replace('      ', '      # ')]
    : [...text, presenters].map((line) => `# ${line}`);
  return ['# A meeting costs nothing until it starts.', ...lines].join('\n');
}

const monitoring = () => `monitoring:
  # Email addresses to notify of alarms. SNS asks each address to confirm its subscription.
  # alarmEmails:
  #   - media-oncall@example.com
  latencyThreshold: 10 minutes`;

const estimate = ([
  first,
]: readonly string[]) => `# For the costs in \`plan\`: prices that replace list prices, by unit, and expected volumes in a month.
# estimate:
#   prices:
#     replicationTransferGB: 0.02
#   pricesByRegion:
#     ${first}:
#       storageGBMonth: 0.023
#   volumes:
#     storedGB: 10000
#     uploadedGBPerMonth: 500`;
