import { App, Stack } from 'aws-cdk-lib';
import { Fact } from 'aws-cdk-lib/region-info';
import { Construct } from 'constructs';
import fc from 'fast-check';
import { DeterministicNames, isAccountRegionalName, MAX_PREFIX_LENGTH } from '../../src/private/naming';

const ACCOUNT = '123456789012';

function names(path: string[], stackName = 'Stack', region = 'us-east-1', prefix?: string): DeterministicNames {
  const stack = new Stack(new App(), 'Stack', { stackName, env: { region } });
  return new DeterministicNames(
    path.reduce<Construct>((scope, id) => new Construct(scope, id), stack),
    prefix,
  );
}

// constructs takes what every object has, like `toString`, for a child that is there already.
const ids = fc
  .string({ minLength: 1, maxLength: 60 })
  .map((id) => id.replace(/[/$]/g, '-'))
  .filter((id) => !(id in {}));
const regions = fc.constantFrom(...Fact.regions);

describe('DeterministicNames', () => {
  test('are fit for S3, KMS, IAM and CloudFormation, whatever the ids', () => {
    fc.assert(
      fc.property(fc.array(ids, { minLength: 1, maxLength: 3 }), regions, (path, region) => {
        const made = names(path);
        const bucket = made.bucket(region, ACCOUNT);
        expect(bucket).toMatch(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);
        expect(bucket).not.toMatch(/^(xn--|sthree-|amzn-s3-demo-)/);
        expect(made.keyAlias).toMatch(/^alias\/[a-z0-9-]{1,200}$/);
        expect(made.function('probe')).toMatch(/^[a-z0-9-]{1,64}$/);
        expect(made.role('replication')).toMatch(/^[a-z0-9-]{1,64}$/);
        expect(made.stack(region)).toMatch(/^[A-Za-z][A-Za-z0-9-]{0,127}$/);
        expect(made.rule(region).length).toBeLessThanOrEqual(255);
      }),
    );
  });

  test('are the same at each synthesis, and differ for each address, stack and region', () => {
    const address = fc.tuple(fc.array(ids, { minLength: 1, maxLength: 3 }), fc.constantFrom('A', 'B'), regions);
    fc.assert(
      fc.property(address, address, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(names(...one).base).toBe(names(...one).base);
        expect(names(...one).base === names(...other).base).toBe(same);
      }),
    );
  });

  test('begin with the readable part, cut to length', () => {
    expect(names(['TownHallMedia']).base).toMatch(/^town-hall-media-[0-9a-f]{8}$/);
    expect(names(['AnExceptionallyLongConstructId']).base.length).toBeLessThanOrEqual(MAX_PREFIX_LENGTH + 9);
    expect(names(['Media'], 'S', 'us-east-1', 'tv').base).toMatch(/^tv-[0-9a-f]{8}$/);
    expect(names(['…']).base).toMatch(/^media-[0-9a-f]{8}$/);
  });

  test('of buckets are of the account alone, where S3 has account-regional namespaces', () => {
    const made = names(['Media']);
    expect(made.bucket('eu-west-1', ACCOUNT)).toBe(`${made.base}-${ACCOUNT}-eu-west-1-an`);
    expect(made.bucket('me-south-1', ACCOUNT)).toBe(`${made.base}-${ACCOUNT}-me-south-1`);
    expect(isAccountRegionalName(made.bucket('eu-west-1', ACCOUNT), 'eu-west-1')).toBe(true);
    expect(isAccountRegionalName(made.bucket('me-south-1', ACCOUNT), 'me-south-1')).toBe(false);
    expect(isAccountRegionalName('media-an', 'eu-west-1')).toBe(false);
  });

  test('of stacks keep what tells them apart, however long the name of the primary stack', () => {
    const made = names(['Media'], 'S'.repeat(128));
    expect(made.stack('eu-west-1')).toHaveLength(128);
    expect(made.stack('eu-west-1')).toMatch(new RegExp(`-${made.base}-eu-west-1$`));
  });
});
