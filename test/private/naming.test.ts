import { App, Aws, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Fact } from 'aws-cdk-lib/region-info';
import { Construct } from 'constructs';
import fc from 'fast-check';
import {
  DeterministicNames,
  hasCrossAccountCopy,
  isAccountRegionalName,
  MAX_PREFIX_LENGTH,
} from '../../src/private/naming';

const ACCOUNT = '123456789012';

function names(path: string[], stackName = 'Stack', region = 'us-east-1', prefix?: string): DeterministicNames {
  const stack = new Stack(new App(), 'Stack', { stackName, env: { region } });
  return new DeterministicNames(
    path.reduce<Construct>((scope, id) => new Construct(scope, id), stack),
    prefix,
  );
}

// constructs treats a property of every object, such as `toString`, as an existing child.
const ids = fc
  .string({ minLength: 1, maxLength: 60 })
  .map((id) => id.replace(/[/$]/g, '-'))
  .filter((id) => !(id in {}));
const regions = fc.constantFrom(...Fact.regions);

describe('DeterministicNames', () => {
  test('are valid for S3, KMS, IAM and CloudFormation, for any IDs', () => {
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

  test('are the same in every synthesis, and unique for each path, stack and region', () => {
    const address = fc.tuple(fc.array(ids, { minLength: 1, maxLength: 3 }), fc.constantFrom('A', 'B'), regions);
    fc.assert(
      fc.property(address, address, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(names(...one).base).toBe(names(...one).base);
        expect(names(...one).base === names(...other).base).toBe(same);
      }),
    );
  });

  test('start with the readable prefix, truncated', () => {
    expect(names(['TownHallMedia']).base).toMatch(/^town-hall-media-[0-9a-f]{8}$/);
    expect(names(['AnExceptionallyLongConstructId']).base.length).toBeLessThanOrEqual(MAX_PREFIX_LENGTH + 9);
    expect(names(['Media'], 'S', 'us-east-1', 'tv').base).toMatch(/^tv-[0-9a-f]{8}$/);
    expect(names(['…']).base).toMatch(/^media-[0-9a-f]{8}$/);
  });

  test('of buckets are in the account-regional namespace where S3 supports it', () => {
    const made = names(['Media']);
    expect(made.bucket('eu-west-1', ACCOUNT)).toBe(`${made.base}-${ACCOUNT}-eu-west-1-an`);
    expect(made.bucket('me-south-1', ACCOUNT)).toBe(`${made.base}-${ACCOUNT}-me-south-1`);
    expect(isAccountRegionalName(made.bucket('eu-west-1', ACCOUNT), 'eu-west-1')).toBe(true);
    expect(isAccountRegionalName(made.bucket('me-south-1', ACCOUNT), 'me-south-1')).toBe(false);
    expect(isAccountRegionalName('media-an', 'eu-west-1')).toBe(false);
  });

  test('consist of the identity, if there is one', () => {
    const stack = new Stack(new App(), 'Stack', { env: { region: 'us-east-1' } });
    const made = new DeterministicNames(stack, undefined, 'studio-media');
    expect(made.base).toBe('studio-media');
    expect(made.bucket('eu-west-1', ACCOUNT)).toBe(`studio-media-${ACCOUNT}-eu-west-1-an`);
    expect(made.stack('eu-west-1')).toBe('studio-media-eu-west-1');
  });

  test('of stacks do not contain the name of the primary stack', () => {
    const made = names(['Media']);
    expect(made.stack('eu-west-1')).toBe(`${made.base}-eu-west-1`);
  });

  test('are logical IDs that are valid for any paths, and unique for each base and path', () => {
    const identity = fc.stringMatching(/^[a-z][a-z0-9-]{0,28}$/);
    const address = fc.tuple(identity, fc.array(ids, { minLength: 1, maxLength: 4 }));
    const scope = new Stack(new App(), 'Stack', { env: { region: 'us-east-1' } });
    const logicalId = (base: string, path: string[]) => new DeterministicNames(scope, undefined, base).logicalId(path);
    fc.assert(
      fc.property(address, address, (one, other) => {
        expect(logicalId(...one)).toMatch(/^[A-Z][A-Za-z0-9]{0,254}$/);
        expect(logicalId(...one) === logicalId(...other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
    const similar = ['a-b', 'ab', 'a--b'].map((base) => logicalId(base, ['Primary', 'Bucket', 'Resource']));
    expect(new Set(similar).size).toBe(3);
    expect(logicalId('media-1a2b3c4d', ['Primary', 'Bucket', 'Resource'])).toMatch(/^MediaPrimaryBucket[0-9A-F]{8}$/);
  });
});

describe('hasCrossAccountCopy', () => {
  const stackIn = (account?: string) => new Stack(new App(), 'Stack', { env: { account, region: 'us-east-1' } });
  const media = (primaryAccount: string, replicaAccount: string) => ({
    primary: new Bucket(stackIn(primaryAccount), 'Primary'),
    replicas: [{ account: replicaAccount }],
  });

  test.each<[string, boolean, string, string, string | undefined]>([
    ['one account', false, ACCOUNT, ACCOUNT, ACCOUNT],
    ['a replica in another account', true, ACCOUNT, '222222222222', ACCOUNT],
    ['a primary in another account', true, '222222222222', ACCOUNT, ACCOUNT],
    ['an account that is unknown at synthesis', false, ACCOUNT, Aws.ACCOUNT_ID, ACCOUNT],
    ['an environment-agnostic stack', false, ACCOUNT, '222222222222', undefined],
  ])('%s: %s', (_what, expected, primary, replica, account) => {
    expect(hasCrossAccountCopy(media(primary, replica), stackIn(account))).toBe(expected);
  });
});
