import { Duration, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { MAX_LINK_SECONDS, REASONS } from './contract';
import { MediaRouterProps } from './props';
import { invalid } from '../../private/problems';

const FOR_EVER = Duration.seconds(MAX_LINK_SECONDS);

/** @param copies the regions that have a copy, the primary's first */
export function validateRouter(scope: Construct, props: MediaRouterProps, copies: string[]): void {
  const [, ...replicas] = copies;
  const expectRegion = (property: string, region: string, known: string[]) => {
    if (Token.isUnresolved(region) || known.some((each) => Token.isUnresolved(each)) || known.includes(region)) return;
    throw invalid(scope, {
      property,
      got: region,
      expected: `a region with a copy of the media (${known.join(', ')})`,
      fix: 'Name one of these, or add a replica in that region.',
    });
  };
  props.drainedRegions?.forEach((region, index) => expectRegion(`drainedRegions[${index}]`, region, replicas));
  props.ipRanges?.forEach(({ region }, index) => expectRegion(`ipRanges[${index}].region`, region, copies));
  for (const region of Object.keys(props.endpoints ?? {})) expectRegion(`endpoints.${region}`, region, copies);
  for (const [region, weight] of Object.entries(props.regionWeights ?? {})) {
    expectRegion(`regionWeights.${region}`, region, replicas);
    if (Token.isUnresolved(weight) || (weight >= 0 && weight <= 100)) continue;
    throw invalid(scope, {
      property: `regionWeights.${region}`,
      got: weight,
      expected: 'a percentage from 0 to 100',
      fix: '100 is all that the replica could serve, 0 is nothing.',
    });
  }
  const max = lifetime(scope, 'maxLinkLifetime', props.maxLinkLifetime, FOR_EVER);
  lifetime(scope, 'linkLifetime', props.linkLifetime, max ?? Duration.hours(6));
}

/** A metric of another region or reason would stay empty for ever. */
export function validateMetric(
  scope: Construct,
  dimensions: { copyRegion: string; reason: string },
  copies: string[],
): void {
  const known = { copyRegion: copies, reason: REASONS as readonly string[] };
  for (const property of ['copyRegion', 'reason'] as const) {
    const [got, values] = [dimensions[property], known[property]];
    if ([got, ...values].some((value) => Token.isUnresolved(value)) || values.includes(got)) continue;
    throw invalid(scope, {
      property,
      got,
      expected: `one of ${values.join(', ')}`,
      fix: 'Only of these are there links.',
    });
  }
}

function lifetime(
  scope: Construct,
  property: string,
  value: Duration | undefined,
  max: Duration,
): Duration | undefined {
  if (!value || value.isUnresolved()) return value;
  const seconds = value.toSeconds({ integral: false });
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= max.toSeconds()) return value;
  throw invalid(scope, {
    property,
    got: value.toString(),
    expected: `whole seconds, from 1 to ${max.toSeconds()}`,
    fix: 'Links live 7 days at most: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html',
  });
}
