import { Duration, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { HttpAuthorizer, LinkAccess, MediaRouter, MediaRouterOptions, ReplicatedMediaBucket } from '../../../src';
import { sessionPolicy } from '../../../src/stored/routing/session-policy';
import { isAllowed, PolicyDocument, principalOf } from '../../simulators/iam';
import { asText, newApp, primaryStack, templateOf } from '../../support/synth';

const ACCOUNT = '111111111111';
const JWT = { authorizer: HttpAuthorizer.jwt({ issuer: 'https://login.example.com', audience: ['studio'] }) };
const IAM = { authorizer: HttpAuthorizer.iam() };
const BY_CLAIM = LinkAccess.byClaim('custom:tenant', 'tenants/{claim}/');
const UPLOADS = LinkAccess.byClaim('custom:tenant', 'tenants/{claim}/', { uploadScopes: ['media/upload'] });

function setUp(options: MediaRouterOptions, { region = 'us-east-1', replicaAccount }: Record<string, string> = {}) {
  const stack = new Stack(newApp(), 'MediaStack', { env: { region, account: ACCOUNT } });
  const replica = region === 'cn-north-1' ? 'cn-northwest-1' : 'eu-west-1';
  const media = new ReplicatedMediaBucket(stack, 'Media', {
    replicas: [{ region: replica, account: replicaAccount }],
    replicateExisting: false,
  });
  return { stack, media, router: new MediaRouter(stack, 'Router', { media, ...options }) };
}

const resources = (template: Template, type: string) => Object.entries<any>(template.findResources(type));

function linkRole(template: Template): any {
  return resources(template, 'AWS::IAM::Role').find(([id]) => id.startsWith('RouterLinkRole'))?.[1];
}

function policyOf(template: Template, role: RegExp): any[] {
  return resources(template, 'AWS::IAM::Policy')
    .map(([, policy]) => asText(policy).Properties)
    .filter(({ Roles }) => role.test(JSON.stringify(Roles)))
    .flatMap((properties) => properties.PolicyDocument.Statement);
}

const settingsOf = (template: Template) =>
  resources(template, 'AWS::Lambda::Function')
    .map(([, fn]) => asText(fn).Properties.Environment?.Variables.MEDIA_ROUTER_SETTINGS)
    .filter(Boolean)
    .map((text) => JSON.parse(text))[0];

const actionsOf = (statements: any[]) => statements.map(({ Action }) => [Action].flat().join()).sort();

describe('LinkAccess.all', () => {
  test('creates no role, and passes the scopes to the function', () => {
    const access = LinkAccess.all({ readScopes: ['media/read'], uploadScopes: ['media/upload'] });
    const { stack, router } = setUp({ httpApi: JWT, access, uploads: true });
    expect(router.linkRole).toBeUndefined();
    expect(linkRole(templateOf(stack))).toBeUndefined();
    expect(settingsOf(templateOf(stack)).access).toEqual({
      readScopes: ['media/read'],
      uploadScopes: ['media/upload'],
    });
    expect(JSON.stringify(policyOf(templateOf(stack), /RouterFunctionRole/))).not.toContain('sts:');
  });
});

describe('LinkAccess.byClaim', () => {
  test('creates a role that only the function can assume, for an hour', () => {
    const { stack, router } = setUp({ httpApi: JWT, access: BY_CLAIM });
    const template = templateOf(stack);
    const { Properties } = asText(linkRole(template));
    expect(Properties.AssumeRolePolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { AWS: expect.stringMatching(/^\$\{RouterFunctionRole\w+\.Arn\}$/) },
      },
    ]);
    expect(Properties.MaxSessionDuration).toBe(3600);
    expect(Properties.RoleName).toBeUndefined();
    const assume = policyOf(template, /RouterFunctionRole/).filter(({ Action }) => Action === 'sts:AssumeRole');
    expect(assume).toEqual([
      { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: expect.stringMatching(/^\$\{RouterLinkRole\w+\.Arn\}$/) },
    ]);
    expect(router.linkRole).toBeInstanceOf(iam.Role);
    expect(settingsOf(template).access).toEqual({
      byClaim: ['custom:tenant', 'tenants/{claim}/'],
      roleArn: expect.stringMatching(/^\$\{RouterLinkRole\w+\.Arn\}$/),
      linkSeconds: 1800,
    });
  });

  test('the role reads objects of all tenants, and nothing else', () => {
    const statements = policyOf(templateOf(setUp({ httpApi: JWT, access: BY_CLAIM }).stack), /RouterLinkRole/);
    expect(actionsOf(statements)).toEqual([
      ...Array(2).fill('kms:Decrypt'),
      ...Array(2).fill('s3:GetBucketLocation,s3:ListBucket'),
      ...Array(2).fill('s3:GetObject,s3:GetObjectVersion'),
    ]);
    const objects = statements.filter(({ Action }) => Action.includes('s3:GetObject'));
    for (const { Resource } of objects) expect(Resource).toMatch(/\/tenants\/\*\/\*$/);
  });

  test('the role writes to the primary only if callers over HTTP can upload', () => {
    const puts = (access: LinkAccess) =>
      policyOf(templateOf(setUp({ httpApi: JWT, uploads: true, access }).stack), /RouterLinkRole/).filter(
        ({ Action }) => Action.includes('s3:PutObject'),
      );
    expect(puts(BY_CLAIM)).toEqual([]);
    expect(puts(UPLOADS)).toEqual([
      expect.objectContaining({ Resource: expect.stringMatching(/us-east-1.*\/tenants\/\*\/\*$/) }),
    ]);
  });

  test('a session has the permissions of the role within one prefix', () => {
    const { stack } = setUp({ httpApi: JWT, uploads: true, access: UPLOADS });
    const statements = policyOf(templateOf(stack), /RouterLinkRole/);
    const role: PolicyDocument[] = [{ Statement: statements }];
    const bucket = /:s3:::(.*)\/tenants/.exec(
      statements.find(({ Action }) => Action.includes('s3:PutObject')).Resource,
    )![1];
    const can = (method: 'get' | 'put', action: string, key: string) => {
      const session = JSON.parse(
        sessionPolicy({ method, partition: '${AWS::Partition}', buckets: [bucket], prefix: 'tenants/acme/' }),
      );
      const request = {
        principal: principalOf('arn:aws:iam::111111111111:role/links'),
        action,
        resource: `arn:\${AWS::Partition}:s3:::${bucket}/${key}`,
        resourceAccount: ACCOUNT,
        context: { 'aws:resourceaccount': ACCOUNT },
      };
      return isAllowed(request, { identity: role }) && isAllowed(request, { identity: [session] });
    };
    expect(can('get', 's3:GetObject', 'tenants/acme/a')).toBe(true);
    expect(can('get', 's3:GetObjectVersion', 'tenants/acme/a')).toBe(true);
    expect(can('put', 's3:PutObject', 'tenants/acme/a')).toBe(true);
    expect(can('get', 's3:PutObject', 'tenants/acme/a')).toBe(false);
    expect(can('put', 's3:GetObject', 'tenants/acme/a')).toBe(false);
    expect(can('get', 's3:GetObject', 'tenants/globex/a')).toBe(false);
    expect(can('put', 's3:PutObject', 'tenants/globex/a')).toBe(false);
  });

  test('the sessions can use the keys of the media, within the policies of the role', () => {
    const kms = (method: 'get' | 'put') =>
      JSON.parse(sessionPolicy({ method, partition: 'aws', buckets: ['b'], prefix: 'p/' })).Statement[1];
    expect(kms('get')).toEqual({ Effect: 'Allow', Action: ['kms:Decrypt'], Resource: ['*'] });
    expect(kms('put')).toEqual({ Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: ['*'] });
  });

  test('with a copy in another account, the role has a name, which the policies of the copy refer to', () => {
    const { stack, media } = setUp({ httpApi: JWT, access: BY_CLAIM }, { replicaAccount: '222222222222' });
    const { RoleName } = linkRole(templateOf(stack)).Properties;
    expect(RoleName).toMatch(/^router-[0-9a-f]{8}-links$/);
    const replica = templateOf(media.replica('eu-west-1').stack);
    for (const [type, property] of [
      ['AWS::S3::BucketPolicy', 'PolicyDocument'],
      ['AWS::KMS::Key', 'KeyPolicy'],
    ]) {
      const [[, { Properties }]] = resources(replica, type);
      expect(JSON.stringify(asText(Properties[property]))).toContain(`:role/${RoleName}`);
    }
  });

  test('works in another partition', () => {
    const { stack } = setUp({ httpApi: JWT, access: BY_CLAIM }, { region: 'cn-north-1' });
    expect(JSON.stringify(templateOf(stack).toJSON())).not.toMatch(/arn:aws:/);
    const policy = sessionPolicy({ method: 'get', partition: 'aws-cn', buckets: ['b'], prefix: 'p/' });
    expect(JSON.parse(policy).Statement[0].Resource).toEqual(['arn:aws-cn:s3:::b/p/*']);
  });

  test('the lifetime of links is the one of the router, if it is specified', () => {
    const { stack } = setUp({ httpApi: JWT, access: BY_CLAIM, linkLifetime: Duration.minutes(10) });
    expect(settingsOf(templateOf(stack)).access.linkSeconds).toBe(600);
  });

  test('can be specified without an HTTP API of the router', () => {
    expect(setUp({ access: BY_CLAIM }).router.linkRole).toBeDefined();
  });
});

describe('the access log of the HTTP API', () => {
  const formatOf = (httpApi: MediaRouterOptions['httpApi']) => {
    const template = templateOf(setUp({ httpApi, access: LinkAccess.all() }).stack);
    const [[, { Properties }]] = resources(template, 'AWS::ApiGatewayV2::Stage');
    return JSON.parse(Properties.AccessLogSettings.Format);
  };

  test('has the subject and the address of the caller', () => {
    const address = '$context.identity.sourceIp';
    expect(formatOf(JWT)).toMatchObject({ subject: '$context.authorizer.claims.sub', address });
    expect(formatOf(IAM)).toMatchObject({ subject: '$context.identity.caller', address });
  });
});

describe('validation', () => {
  const problemOf = (options: MediaRouterOptions) => {
    try {
      setUp(options);
    } catch (error) {
      return (error as Error).message.replace(/^\[MediaStack\/Router\] /, '');
    }
    return undefined;
  };
  const withPrefix = (prefix: string) => problemOf({ access: LinkAccess.byClaim('sub', prefix) });

  test('fails when an HTTP API has no access', () => {
    expect(problemOf({ httpApi: JWT })).toBe(
      'access: got nothing, expected the objects that callers of the HTTP API get links to. Specify LinkAccess.byClaim() ' +
        'to limit callers to a prefix of their own, or LinkAccess.all() if every caller may get links to every object.',
    );
  });

  test('fails when callers with IAM authorization are limited by claims or scopes', () => {
    expect(problemOf({ httpApi: IAM, access: BY_CLAIM })).toMatch(
      /^access: got "LinkAccess.byClaim\(\) with HttpAuthorizer.iam\(\)", expected HttpAuthorizer.jwt\(\), .* Use HttpAuthorizer.jwt\(\)/,
    );
    expect(problemOf({ httpApi: IAM, access: LinkAccess.all({ readScopes: ['a'] }) })).toMatch(
      /^access: got "scopes with HttpAuthorizer.iam\(\)", expected no scopes, .* \(`grantInvoke`\)\.$/,
    );
  });

  test('fails when there are scopes for uploads, but no uploads', () => {
    expect(problemOf({ httpApi: JWT, access: UPLOADS })).toMatch(
      /^access: got "uploadScopes", expected uploads to be enabled/,
    );
  });

  test.each([[[]], [['']], [['a b']], [['a', '"b"']], [['a\\b']]])('fails when the scopes are %j', (readScopes) => {
    expect(problemOf({ access: LinkAccess.all({ readScopes }) })).toMatch(
      /^access: got .* expected at least one scope/,
    );
  });

  test('fails when the claim has no name', () => {
    expect(problemOf({ access: LinkAccess.byClaim('', '{claim}/') })).toMatch(/expected the name of a claim/);
  });

  test.each(['{claim}/', 'tenants/{claim}/', 'a-b/{claim}/masters/', 'tenant={claim}/', 'tenants/{claim}-media/'])(
    'accepts the prefix %s',
    (prefix) => expect(withPrefix(prefix)).toBeUndefined(),
  );

  test.each([
    '',
    'tenants/',
    'tenants/{claim}',
    '{claim}/{claim}/',
    '/tenants/{claim}/',
    'tenants/*/{claim}/',
    'tenants/{claim}/?',
    'tenants/{claim}/${aws:username}/',
    '../{claim}/',
    'tenants/{claim}/./',
    'tenänts/{claim}/',
    '{other}/{claim}/',
    'tenants/{claim}/"',
    'tenants/{claim}\\/',
    Token.asString({ Ref: 'Prefix' }),
  ])('fails when the prefix is %j', (prefix) => {
    expect(withPrefix(prefix)).toMatch(
      /^access: got ".*", expected a prefix that contains \{claim\} once and a slash after it/,
    );
  });

  test('fails when the session policy could be too long for AWS STS', () => {
    const longest = 'p'.repeat(640);
    expect(withPrefix(`${longest}/{claim}/`)).toBeUndefined();
    expect(withPrefix(`${longest.repeat(2)}/{claim}/`)).toMatch(
      /expected a prefix with which the session policy has up to 2048 characters; it has up to \d{4}\. Specify a shorter prefix\.$/,
    );
  });

  test('ignores scopes that are known only at deployment', () => {
    const readScopes = Token.asList({ Ref: 'Scopes' });
    expect(problemOf({ access: LinkAccess.all({ readScopes }) })).toBeUndefined();
  });
});

test('two routers with byClaim can be in one stack', () => {
  const stack = primaryStack();
  const media = new ReplicatedMediaBucket(stack, 'Media', {
    replicas: [{ region: 'eu-west-1' }],
    replicateExisting: false,
  });
  for (const id of ['One', 'Two']) new MediaRouter(stack, id, { media, httpApi: JWT, access: BY_CLAIM });
  const roles = resources(templateOf(stack), 'AWS::IAM::Role').filter(([id]) => id.includes('LinkRole'));
  expect(roles).toHaveLength(2);
});
