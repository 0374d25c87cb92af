import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { MediaCopyProps, ReplicatedMediaBucket, ReplicatedMediaBucketProps } from '../../../src';
import { ACCOUNT, KeyWorld } from '../../support/key-world';
import { newApp, synthesise } from '../../support/synth';

const PRIMARY = 'us-east-1';
const REPLICA = 'eu-west-1';
const REGIONS = [PRIMARY, REPLICA];
/** The readers in the stack of the primary, and in stacks of both regions that are updated afterwards. */
const READERS = ['reader-media', `reader-${PRIMARY}`, `reader-${REPLICA}`];
const WRITERS = ['writer-media', `writer-${PRIMARY}`];

/** The encryption of a copy. The keys are those in the copy's region. */
interface Keys {
  readonly current?: kms.IKey;
  readonly former?: kms.IKey[];
}

interface Step {
  readonly primary?: (scope: Stack) => Keys;
  readonly replica?: (scope: Stack, replicaStack: Stack) => Keys;
  readonly props?: Partial<ReplicatedMediaBucketProps>;
  /** Keys that writers may use in addition, as the documentation advises for the time of a change. */
  readonly ofWriters?: string[];
}

function appOf({ primary, replica, props, ofWriters = [] }: Step): App {
  const app = newApp();
  const env = { account: ACCOUNT, region: PRIMARY };
  const stack = new Stack(app, 'MediaStack', { env });
  const replicaStack = new Stack(app, 'ReplicaStack', { env: { ...env, region: REPLICA } });
  const copyProps = ({ current, former }: Keys = {}): MediaCopyProps => ({
    encryptionKey: current,
    formerEncryptionKeys: former,
  });
  const media = new ReplicatedMediaBucket(stack, 'Media', {
    replicateExisting: false,
    outputs: false,
    ...copyProps(primary?.(stack)),
    replicas: [{ region: REPLICA, stack: replicaStack, ...copyProps(replica?.(stack, replicaStack)) }],
    ...props,
  });
  const stacks = [stack, ...REGIONS.map((region) => new Stack(app, `Apps-${region}`, { env: { ...env, region } }))];
  const role = (scope: Stack, kind: string) => {
    const roleName = `${kind}-${scope === stack ? 'media' : scope.region}`;
    return new iam.Role(scope, kind, { roleName, assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  };
  for (const scope of stacks) media.grantRead(role(scope, 'reader'));
  for (const scope of stacks.slice(0, 2)) {
    const writer = role(scope, 'writer');
    media.grantPut(writer);
    if (ofWriters.length === 0) continue;
    writer.addToPolicy(new iam.PolicyStatement({ actions: ['kms:GenerateDataKey'], resources: ofWriters }));
  }
  return app;
}

/** Deploys the steps one after another, and calls back after the update of each stack. */
function deploy(world: KeyWorld, steps: Step[], afterEach: (step: number, stackName: string) => void = () => {}): void {
  steps.forEach((step, index) => {
    const { stacks } = synthesise(appOf(step));
    const order = ['ReplicaStack', 'MediaStack', 'Apps-us-east-1', 'Apps-eu-west-1'];
    expect(stacks.map(({ stackName }) => stackName).sort()).toEqual([...order].sort());
    for (const stackName of order) {
      world.deploy(stacks.find((stack) => stack.stackName === stackName)!);
      afterEach(index, stackName);
    }
  });
}

/** The alias of the key that the construct creates. */
const ALIAS = (() => {
  const resources = synthesise(appOf({})).stacks.flatMap(({ template }) => Object.values<any>(template.Resources));
  return resources.find(({ Type }) => Type === 'AWS::KMS::Alias').Properties.AliasName as string;
})();

const created = (scope: Stack) =>
  (scope.node.tryFindChild('Created') as kms.IAlias | undefined) ?? kms.Alias.fromAliasName(scope, 'Created', ALIAS);
const keyArn = (region: string, id: string) => `arn:aws:kms:${region}:${ACCOUNT}:key/${id}`;
const byArn = (scope: Stack, arn: string) => kms.Key.fromKeyArn(scope, `Key-${arn.split(/[:/]/).pop()}`, arn);
const S3_MANAGED = { encryption: s3.BucketEncryption.S3_MANAGED };

/** Deploys the default, with a key for each copy, and uploads an object. */
function startWith(step: Step = {}): KeyWorld {
  const world = new KeyWorld();
  deploy(world, [step]);
  expect(world.upload('old', PRIMARY)).toEqual({ [REPLICA]: 'replicated' });
  expect(world.unreadable(...READERS)).toEqual([]);
  return world;
}

/** The key that the construct created for each copy, before it leaves the template. */
const createdArns = (world: KeyWorld) => REGIONS.map((region) => world.keyOf(ALIAS, region)!);

/** Own keys, in the three ways in which a key can be specified. The last two are created by the app. */
const OWN: Record<string, { primary: (stack: Stack) => kms.IKey; replica: (stack: Stack, there: Stack) => kms.IKey }> =
  {
    'the ARN of a key': {
      primary: (stack) => byArn(stack, keyArn(PRIMARY, 'own')),
      replica: (stack) => byArn(stack, keyArn(REPLICA, 'own-eu')),
    },
    'a key of the app': {
      primary: (stack) => ownKey(stack, 'Own'),
      replica: (_, there) => ownKey(there, 'Own'),
    },
    'an alias of a key of the app': {
      primary: (stack) => aliasOf(stack, 'Own'),
      replica: (_, there) => aliasOf(there, 'Own'),
    },
  };

function ownKey(stack: Stack, id: string): kms.Key {
  return (stack.node.tryFindChild(id) as kms.Key | undefined) ?? new kms.Key(stack, id);
}

function aliasOf(stack: Stack, id: string): kms.IKey {
  const aliasId = `${id}Alias`;
  const existing = stack.node.tryFindChild(aliasId) as kms.Alias | undefined;
  return existing ?? new kms.Alias(stack, aliasId, { aliasName: 'alias/own', targetKey: ownKey(stack, id) });
}

describe.each(Object.entries(OWN))('A change from the created keys to %s', (_, own) => {
  const next: Step = {
    primary: (stack) => ({ former: [own.primary(stack)] }),
    replica: (stack, there) => ({ former: [own.replica(stack, there)] }),
  };
  const changed: Step = {
    primary: (stack) => ({ current: own.primary(stack), former: [created(stack)] }),
    replica: (stack, there) => ({ current: own.replica(stack, there), former: [created(stack)] }),
  };

  test('in one deployment leaves old objects readable and replication working at any time', () => {
    const world = startWith();
    deploy(world, [changed], (step, stackName) => {
      expect([step, stackName, world.unreadable(...READERS).filter((each) => each.includes('old'))]).toEqual([
        step,
        stackName,
        [],
      ]);
      expect(world.upload(`during ${stackName}`, PRIMARY)).toEqual({ [REPLICA]: 'replicated' });
    });
    expect(world.unreadable(...READERS)).toEqual([]);
    expect(new Set(world.objects.map(({ key }) => key)).size).toBe(4);
  });

  test('in two deployments leaves every object readable at any time', () => {
    const world = startWith();
    deploy(world, [next, changed], (step, stackName) => {
      expect(world.upload(`during ${step} ${stackName}`, PRIMARY)).toEqual({ [REPLICA]: 'replicated' });
      expect(world.unreadable(...READERS)).toEqual([]);
    });
  });

  test('and back is the same', () => {
    const world = startWith({
      primary: (stack) => ({ current: own.primary(stack) }),
      replica: (stack, there) => ({ current: own.replica(stack, there) }),
    });
    const prepared: Step = {
      primary: (stack) => ({ current: own.primary(stack), former: [created(stack)] }),
      replica: (stack, there) => ({ current: own.replica(stack, there), former: [created(stack)] }),
    };
    deploy(world, [prepared, next], (step, stackName) => {
      expect(world.upload(`during ${step} ${stackName}`, PRIMARY)).toEqual({ [REPLICA]: 'replicated' });
      expect(world.unreadable(...READERS)).toEqual([]);
    });
  });
});

describe('A change between own keys of the app', () => {
  const keys = (id: string, ...former: string[]): Step => ({
    primary: (stack) => ({ current: ownKey(stack, id), former: former.map((each) => ownKey(stack, each)) }),
    replica: (_, there) => ({ current: ownKey(there, id), former: former.map((each) => ownKey(there, each)) }),
  });

  test('leaves the alias of the former key in place', () => {
    const world = startWith(keys('First'));
    deploy(world, [keys('First', 'Second'), keys('Second', 'First')], (step, stackName) => {
      expect(world.upload(`during ${step} ${stackName}`, PRIMARY)).toEqual({ [REPLICA]: 'replicated' });
      expect(world.unreadable(...READERS)).toEqual([]);
    });
  });
});

describe('A change to S3 managed keys', () => {
  const former: Step = {
    primary: (stack) => ({ former: [created(stack)] }),
    replica: (stack) => ({ former: [created(stack)] }),
    props: S3_MANAGED,
  };

  test('in one deployment leaves every object readable and replicated at any time', () => {
    const world = startWith();
    deploy(world, [former], (_, stackName) => {
      expect(world.upload(`during ${stackName}`, PRIMARY)).toEqual({ [REPLICA]: 'replicated' });
      expect(world.unreadable(...READERS)).toEqual([]);
    });
    expect(world.upload('new', PRIMARY)).toEqual({ [REPLICA]: 'replicated' });
    expect(world.objects.filter(({ name }) => name === 'new')).toEqual(
      REGIONS.map((region) => ({ name: 'new', region, key: undefined })),
    );
  });

  test('keeps the keys and their aliases in the templates', () => {
    for (const { stackName, template } of synthesise(appOf(former)).stacks.slice(0, 2)) {
      const before = synthesise(appOf({})).getStackByName(stackName).template;
      const ofKms = ({ Resources }: any) => Object.entries<any>(Resources).filter(([, { Type }]) => /KMS/.test(Type));
      expect(ofKms(template)).toEqual(ofKms(before));
    }
  });

  test('keeps the opt-in of the rule, without which S3 skips objects with the former keys', () => {
    const world = startWith();
    deploy(world, [former]);
    const old = world.objects.find(({ name, region }) => name === 'old' && region === PRIMARY)!;
    const replication = synthesise(appOf(former)).getStackByName('MediaStack').template;
    const [bucket] = Object.values<any>(replication.Resources).filter(({ Type }) => Type === 'AWS::S3::Bucket');
    expect(bucket.Properties.ReplicationConfiguration.Rules).toMatchObject([
      {
        SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
        Destination: {
          EncryptionConfiguration: {
            ReplicaKmsKeyID: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, expect.stringMatching(ALIAS)]] },
          },
        },
      },
    ]);
    const [, replicaKey] = createdArns(world);
    const role = world.replicationRole();
    expect(world.isAllowed(role, 'kms:Decrypt', old.key!, world.arnIn(PRIMARY))).toBe(true);
    expect(world.isAllowed(role, 'kms:Encrypt', old.key!, world.arnIn(PRIMARY))).toBe(false);
    expect(world.isAllowed(role, 'kms:Encrypt', replicaKey, world.arnIn(REPLICA))).toBe(true);
  });

  test('and back, in two deployments, skips no object', () => {
    const world = startWith({ props: S3_MANAGED });
    const prepared: Step = { ...former };
    deploy(world, [prepared, {}], (step, stackName) => {
      expect(world.upload(`during ${step} ${stackName}`, PRIMARY)).toEqual({ [REPLICA]: 'replicated' });
      expect(world.unreadable(...READERS)).toEqual([]);
    });
    expect(world.objects.at(-1)!.key).toBeDefined();
  });
});

describe('Created keys that are specified by their ARN', () => {
  test('leave the templates; objects stay readable, and replication fails until the stack of the primary is updated', () => {
    const world = startWith();
    const [primaryArn, replicaArn] = createdArns(world);
    const own = OWN['the ARN of a key'];
    const prepared: Step = {
      primary: (stack) => ({ former: [byArn(stack, primaryArn), own.primary(stack)] }),
      replica: (stack, there) => ({ former: [byArn(stack, replicaArn), own.replica(stack, there)] }),
    };
    const changed: Step = {
      primary: (stack) => ({ current: own.primary(stack), former: [byArn(stack, primaryArn)] }),
      replica: (stack, there) => ({ current: own.replica(stack, there), former: [byArn(stack, replicaArn)] }),
    };
    const results: unknown[] = [];
    deploy(world, [prepared, changed], (step, stackName) => {
      results.push(world.upload(`during ${step} ${stackName}`, PRIMARY)[REPLICA]);
      expect(world.unreadable(...READERS)).toEqual([]);
    });
    const replicated = Array(4).fill('replicated');
    expect(results).toEqual([...replicated, 'failed', ...replicated.slice(1)]);
    expect(createdArns(world)).toEqual([undefined, undefined]);
    // The repair runs after the deployment, when the role can use the keys of both copies again.
    expect(world.isAllowed(world.replicationRole(), 'kms:Decrypt', primaryArn, world.arnIn(PRIMARY))).toBe(true);
  });

  test('that are not specified are unreadable, and S3 skips their objects', () => {
    const world = startWith();
    const unprepared = synthesise(appOf({ props: S3_MANAGED }));
    for (const stack of unprepared.stacks) world.deploy(stack);
    expect(world.unreadable(...READERS)).toEqual(
      READERS.flatMap((role) => REGIONS.map((region) => `${role}: old in ${region}`)),
    );
  });
});

test('writers that may use both keys for the time of a change can upload at any time', () => {
  const world = startWith();
  const [primaryArn] = createdArns(world);
  const own = keyArn(PRIMARY, 'own');
  const both = { ofWriters: [primaryArn, own] };
  const current = (stack: Stack) => ({ current: byArn(stack, own), former: [created(stack)] });
  const steps: Step[] = [both, { ...both, primary: current }, { primary: current }];
  deploy(world, steps, () => {
    for (const writer of WRITERS) expect(world.canUpload(writer, PRIMARY)).toBe(true);
  });
  for (const writer of WRITERS) {
    expect(world.isAllowed(world.role(writer), 'kms:GenerateDataKey', primaryArn, world.arnIn(PRIMARY))).toBe(false);
    expect(world.isAllowed(world.role(writer), 'kms:Decrypt', primaryArn, world.arnIn(PRIMARY))).toBe(true);
  }
});
