import { App, Environment, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ReplicatedMediaBucket, ReplicatedMediaBucketProps, S3MediaProxy } from '../../../src';
import { InvalidInput } from '../../../src/private/problems';
import { asText, newApp, primaryStack } from '../../support/synth';

const ACCOUNT = '111111111111';
const REPLICAS = [{ region: 'eu-west-1' }, { region: 'ap-southeast-2' }];

/** Where the bucket is in the tree of its app. */
interface Place {
  readonly stackName?: string;
  readonly parents?: string[];
  readonly id?: string;
}

const PLACES: [what: string, place: Place][] = [
  ['renamed', { id: 'Archive' }],
  ['moved in the tree', { parents: ['Studio', 'Library'] }],
  ['in a renamed stack', { stackName: 'RenamedStack' }],
];
const ELSEWHERE: Place = { stackName: 'RenamedStack', parents: ['Studio', 'Library'], id: 'Archive' };

type PropsOf = (stack: Stack) => Partial<ReplicatedMediaBucketProps>;

/** Every stack of an app with a bucket. The stack of the primary is `primary`, whatever its name. */
function stacksWith(propsOf: PropsOf, identity?: string, place: Place = {}): Record<string, any> {
  const { stackName = 'MediaStack', parents = [], id = 'Media' } = place;
  const app = newApp();
  const stack = new Stack(app, stackName, { env: { account: ACCOUNT, region: 'us-east-1' } });
  const scope = parents.reduce<Construct>((parent, each) => new Construct(parent, each), stack);
  const media = new ReplicatedMediaBucket(scope, id, { replicas: REPLICAS, identity, ...propsOf(stack) });
  const queue = new sqs.Queue(stack, 'Failed');
  media.replicationEvents.addSubscription(new SqsSubscription(queue));
  const assembly = app.synth();
  return Object.fromEntries(
    assembly.stacks.map((each) => [each.stackName === stackName ? 'primary' : each.stackName, each.template]),
  );
}

/** The identity in the output `Copies`. */
function identityOf(stacks: Record<string, any>): string {
  const [copies] = Object.entries<any>(stacks.primary.Outputs).filter(([id]) => id.includes('Copies'));
  return JSON.parse(asText(copies[1].Value)).identity;
}

/** What contains data, or belongs to it and would be removed from it if its logical ID changed. */
const STATEFUL =
  /^AWS::(S3|KMS|DynamoDB|SQS|SNS)::|^Custom::|^AWS::IAM::Role$|^AWS::Lambda::(Function|EventSourceMapping)$/;

/** The stateful resources of each stack, without texts that contain the path of the construct. */
function stateful(stacks: Record<string, any>): Record<string, any> {
  const withoutPath = ({ Metadata, ...resource }: any) =>
    JSON.parse(
      JSON.stringify(resource, (key, value) =>
        ['Description', 'POWERTOOLS_SERVICE_NAME', 'Tags'].includes(key) ? undefined : value,
      ),
    );
  return Object.fromEntries(
    Object.entries(stacks).map(([name, { Resources }]) => [
      name,
      Object.fromEntries(
        Object.entries<any>(Resources)
          .filter(([, { Type }]) => STATEFUL.test(Type))
          .map(([id, resource]) => [id, withoutPath(resource)]),
      ),
    ]),
  );
}

function logicalIds(stacks: Record<string, any>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(stacks).map(([name, { Resources }]) => [name, Object.keys(Resources).sort()]),
  );
}

const FORMS: [what: string, props: PropsOf][] = [
  ['new copies', () => ({ serverAccessLogs: true, repair: {} })],
  [
    'copies that are deleted with their objects',
    () => ({ removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true }),
  ],
  [
    'an imported primary',
    (stack) => ({
      bucket: s3.Bucket.fromBucketName(stack, 'Existing', 'years-of-media'),
      encryption: s3.BucketEncryption.S3_MANAGED,
    }),
  ],
  ['two-way replication', () => ({ writeToReplicas: true })],
  ['a replica in another account', () => ({ replicas: [{ region: 'eu-west-1', account: '222222222222' }] })],
  ['a proxy', () => ({ replicas: [{ region: 'eu-west-1', proxy: { domainName: 'media.eu.example.com' } }] })],
  [
    'a replica with a proxy in a shared stack',
    ({ node }) => {
      const stack = new Stack(node.root as App, 'Ireland', { env: { account: ACCOUNT, region: 'eu-west-1' } });
      return { replicas: [{ region: 'eu-west-1', stack, proxy: { domainName: 'media.eu.example.com' } }] };
    },
  ],
];

describe.each(FORMS)('identity of a ReplicatedMediaBucket with %s', (_form, props) => {
  const before = stacksWith(props);
  const identity = identityOf(before);

  test('can be specified for a deployed bucket without any change of its templates', () => {
    expect(stacksWith(props, identity)).toEqual(before);
  });

  test('keeps all stateful resources of a bucket that is renamed and moved, in a renamed stack', () => {
    const after = stacksWith(props, identity, ELSEWHERE);
    expect(stateful(after)).toEqual(stateful(before));
    expect(logicalIds(after)).toEqual(logicalIds(before));
  });
});

describe.each(PLACES)('a ReplicatedMediaBucket that is %s', (_place, place) => {
  const before = stacksWith(() => ({}));
  const identity = identityOf(before);

  test('keeps all stateful resources with an identity', () => {
    const after = stacksWith(() => ({}), identity, place);
    expect(stateful(after)).toEqual(stateful(before));
    expect(logicalIds(after)).toEqual(logicalIds(before));
  });

  test('uses nothing of the former one without an identity', () => {
    const after = stacksWith(() => ({}), undefined, place);
    expect(identityOf(after)).not.toBe(identity);
    expect(JSON.stringify(after)).not.toContain(identity);
    const former = Object.keys(stateful(before).primary);
    const shared = Object.keys(stateful(after).primary).filter((id) => former.includes(id));
    // Resources outside the construct: the queue of the test, and functions of aws-cdk-lib that all constructs share.
    expect(shared.filter((id) => !/^(Failed|BucketNotificationsHandler)/.test(id))).toEqual([]);
  });
});

describe('identity of a ReplicatedMediaBucket', () => {
  const mediaIn = (scope: Construct, id: string, props: Partial<ReplicatedMediaBucketProps> = {}) =>
    new ReplicatedMediaBucket(scope, id, { replicas: [{ region: 'eu-west-1' }], ...props });
  const errorOf = (make: () => unknown) => {
    try {
      make();
    } catch (error) {
      return (error as InvalidInput).message;
    }
    return undefined;
  };

  test('names everything that it is the base of', () => {
    const stacks = stacksWith(() => ({}), 'studio-media');
    expect(Object.keys(stacks).sort()).toEqual(['primary', 'studio-media-ap-southeast-2', 'studio-media-eu-west-1']);
    for (const { Resources } of Object.values(stacks)) {
      const aliases = Object.values<any>(Resources).filter(({ Type }) => Type === 'AWS::KMS::Alias');
      expect(aliases.map(({ Properties }) => Properties.AliasName)).toEqual(['alias/studio-media']);
    }
    expect(identityOf(stacks)).toBe('studio-media');
  });

  test('keeps apart identities that differ in hyphens only', () => {
    const stack = primaryStack();
    ['a-b', 'ab', 'a--b'].forEach((identity) => mediaIn(stack, `Media-${identity}`, { identity }));
    expect(() => (stack.node.root as App).synth()).not.toThrow();
  });

  test('does not override a logical ID that the app sets', () => {
    const stack = primaryStack();
    const media = mediaIn(stack, 'Media', { identity: 'studio-media' });
    (media.primary.node.defaultChild as s3.CfnBucket).overrideLogicalId('FormerBucket');
    const { Resources } = (stack.node.root as App).synth().getStackArtifact(stack.artifactId).template;
    expect(Resources.FormerBucket.Type).toBe('AWS::S3::Bucket');
  });

  test('supports values that other stacks import', () => {
    const app = newApp();
    const stack = primaryStack(app);
    const media = mediaIn(stack, 'Media', { replicateExisting: true });
    const { functionArn } = media.replicationStatusFunction!;
    const consumer = new Stack(app, 'Consumer', { env: { region: 'us-east-1' } });
    new kms.CfnAlias(consumer, 'Any', { aliasName: 'alias/any', targetKeyId: functionArn });
    stack.exportValue(functionArn);
    const assembly = app.synth();
    const [{ Value }] = Object.values<any>(assembly.getStackArtifact(stack.artifactId).template.Outputs).filter(
      ({ Export }) => Export,
    );
    const { Resources } = assembly.getStackArtifact(stack.artifactId).template;
    expect(Resources[Value['Fn::GetAtt'][0]].Type).toBe('AWS::Lambda::Function');
  });

  describe('fails when', () => {
    const RULE =
      'lowercase letters, digits and hyphens, starting with a letter and not with xn--, sthree-, amzn-s3-demo-, which S3 reserves. ' +
      'Change the identity, or remove it to use the construct ID.';

    test.each<[string, Partial<ReplicatedMediaBucketProps>, string]>([
      ['it is too long', { identity: 'a'.repeat(30) }, `identity: got "${'a'.repeat(30)}", expected 1 to 29 ${RULE}`],
      ['it begins with a digit', { identity: '4k' }, `identity: got "4k", expected 1 to 29 ${RULE}`],
      ['S3 reserves it', { identity: 'sthree-media' }, `identity: got "sthree-media", expected 1 to 29 ${RULE}`],
      [
        'it is known only at deployment',
        { identity: new Stack().account },
        'identity: got "a value that is known only at deployment", expected a literal, because stacks of other regions ' +
          'contain the derived names. Specify a string.',
      ],
      [
        'there is a prefix as well',
        { identity: 'studio-media', namePrefix: 'studio' },
        'namePrefix: got "studio", expected no value with `identity`, which replaces the prefix and the hash. ' +
          'Remove `namePrefix`. The names that the construct has now do not change.',
      ],
    ])('%s', (_what, props, message) => {
      expect(errorOf(() => mediaIn(primaryStack(), 'Media', props))).toBe(`[MediaStack/Media] ${message}`);
    });

    const known = (account: string, region = 'us-east-1'): Environment => ({ account, region });
    const twice = (one: Environment, other: Environment, props: Partial<ReplicatedMediaBucketProps> = {}) => {
      const app = newApp();
      const stages = [one, other].map((env, index) => new Stage(app, `Stage${index}`, { env }));
      const [first, second] = stages.map((stage) => new Stack(stage, 'Studio'));
      mediaIn(first, 'Media', { identity: 'studio-media', ...props });
      return errorOf(() => mediaIn(second, 'Media', { identity: 'studio-media', ...props }));
    };
    const TAKEN =
      '[Stage1/Studio/Media] identity: got "studio-media", expected an identity that no other ReplicatedMediaBucket has in ' +
      'the same account, but [Stage0/Studio/Media] has it. Choose another identity. If the stacks are deployed to ' +
      "different accounts, specify both: `env: { account: '…' }`.";

    test.each([
      ['the same account', known(ACCOUNT), known(ACCOUNT)],
      ['the same account and another region', known(ACCOUNT), known(ACCOUNT, 'us-west-2')],
      ['an unknown account', known(ACCOUNT), { region: 'us-east-1' }],
      ['unknown accounts', { region: 'us-east-1' }, { region: 'us-east-1' }],
    ])('another bucket has it in %s', (_what, one, other) => {
      expect(twice(one, other)).toBe(TAKEN);
    });

    test('another bucket has it in the account of a replica', () => {
      const replicas = [{ region: 'eu-west-1', account: '333333333333' }];
      expect(twice(known(ACCOUNT), known('222222222222'), { replicas })).toBe(TAKEN);
    });

    test('another bucket has it, but not in another account', () => {
      expect(twice(known(ACCOUNT), known('222222222222'))).toBeUndefined();
    });

    test('it is that of a former path, and a new bucket has that path', () => {
      const stack = primaryStack();
      const identity = identityOf(stacksWith(() => ({})));
      mediaIn(stack, 'Archive', { identity });
      expect(errorOf(() => mediaIn(stack, 'Media'))).toContain(
        `[MediaStack/Media] identity: got "${identity}", expected an identity that no other ReplicatedMediaBucket has in the ` +
          'same account, but [MediaStack/Archive] has it.',
      );
    });
  });

  describe('a stack without a region', () => {
    const MESSAGE =
      '[Anywhere] env.region: got nothing, expected a region, because derived names contain it. ' +
      "Set `env: { region: '…' }` on the stack. The account is optional.";

    test('cannot contain a bucket', () => {
      const stack = new Stack(newApp(), 'Anywhere', { env: { account: ACCOUNT } });
      expect(errorOf(() => mediaIn(stack, 'Media'))).toBe(MESSAGE);
    });

    test('cannot contain a proxy', () => {
      const stack = new Stack(newApp(), 'Anywhere');
      const bucket = new s3.Bucket(stack, 'Bucket');
      expect(errorOf(() => new S3MediaProxy(stack, 'Proxy', { bucket }))).toBe(MESSAGE);
    });

    test('cannot contain a replica', () => {
      const app = newApp();
      const stack = new Stack(app, 'Anywhere');
      const replicas = [{ region: 'eu-west-1', stack }];
      expect(errorOf(() => mediaIn(primaryStack(app), 'Media', { replicas }))).toBe(
        '[MediaStack/Media] replicas[0].stack: got "Anywhere in an unknown region", expected a stack in eu-west-1. ' +
          "Set `env: { region: 'eu-west-1' }` on the stack, or remove `stack` to create one.",
      );
    });
  });
});
