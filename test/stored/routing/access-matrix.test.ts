import * as fc from 'fast-check';
import { captureLog, HttpRouter, objectsOf, PRIMARY, REPLICA } from './support/http-router';
import { AccessSettings } from '../../../src/stored/routing/contract';
import { LinksRequest } from '../../../src/stored/routing/runtime/request';
import { isAllowed, PolicyDocument, principalOf } from '../../simulators/iam';

const ROLE = 'arn:aws:iam::111111111111:role/links';
const SCOPES = { readScopes: ['media/read'], uploadScopes: ['media/upload'] };
const BY_CLAIM: AccessSettings = {
  ...SCOPES,
  byClaim: ['custom:tenant', 'tenants/{claim}/'],
  roleArn: ROLE,
  linkSeconds: 1800,
};

const token = (tenant: unknown, scope = 'openid media/read media/upload') => ({
  claims: { sub: 'user-1', 'custom:tenant': tenant, scope },
});

/** Callers, and the tenant whose objects each may have. */
const CALLERS: [name: string, caller: ReturnType<typeof token>, tenant?: string][] = [
  ['a user of acme', token('acme'), 'acme'],
  ['a user of globex', token('globex'), 'globex'],
  ['a user of acm', token('acm'), 'acm'],
  ['a token without the claim', token(undefined)],
  ['an empty claim', token('')],
  ['the claim *', token('*')],
  ['the claim ac*', token('ac*')],
  ['the claim ????', token('????')],
  ['a policy variable', token('${aws:username}')],
  ['two segments', token('acme/private')],
  ['the parent', token('..')],
  ['the same segment', token('.')],
  ['a list', token(['acme', 'globex'])],
  ['a list, as API Gateway passes it', token('[acme globex]')],
  ['two values', token('acme globex')],
  ['a line break', token('acme\n')],
  ['a quotation mark', token('acme"')],
  ['an encoded slash', token('acme%2Fprivate')],
  ['letters outside of ASCII', token('acmé')],
  ['129 characters', token('a'.repeat(129))],
];

/** Keys, and the tenant whose prefix each has. */
const KEYS: [key: string, tenant?: string][] = [
  ['tenants/acme/master.mov', 'acme'],
  ['tenants/acme/private/master é.mov', 'acme'],
  ['tenants/globex/master.mov', 'globex'],
  ['tenants/acm/master.mov', 'acm'],
  ['tenants/acme'],
  ['tenants/'],
  ['tenants/*/master.mov'],
  ['Tenants/acme/master.mov'],
  ['/tenants/acme/master.mov'],
  ['copies/tenants/acme/master.mov'],
  ['master.mov'],
];
const DOTTED = ['tenants/acme/../globex/master.mov', 'tenants/acme/./master.mov', 'tenants/acme/..'];

const OPERATIONS: [name: string, method: 'get' | 'put', actions: string[], object: object][] = [
  ['read', 'get', ['s3:GetObject'], {}],
  ['versioned read', 'get', ['s3:GetObjectVersion'], { versionId: 'v1' }],
  ['upload', 'put', ['s3:PutObject'], { contentType: 'video/mp4' }],
];

beforeEach(() => void captureLog());
afterEach(() => jest.restoreAllMocks());

/** Whether a session with this policy may perform the actions, if its role may do everything. */
function permits(policy: string, actions: readonly string[], resource: string): boolean {
  const identity: PolicyDocument[] = [JSON.parse(policy)];
  const principal = principalOf(ROLE);
  return actions.some((action) =>
    isAllowed({ principal, action, resource, resourceAccount: '111111111111', context: {} }, { identity }),
  );
}

describe.each(CALLERS)('byClaim, %s', (_, caller, tenant) => {
  describe.each(OPERATIONS)('%s', (operation, method, actions, more) => {
    const upload = method === 'put';

    test('the router answers for the keys of the tenant only', async () => {
      const router = new HttpRouter(BY_CLAIM);
      for (const [key, owner] of [...KEYS, ...DOTTED.map((dotted) => [dotted] as [string])]) {
        const objects = objectsOf([key], more).map(({ createdAt, ...object }) =>
          upload ? object : { createdAt, ...object },
        );
        const expected = tenant !== undefined && owner === tenant;
        const { status, body } = await router.post(caller, { method, preference: 'yes', objects });
        expect([key, status, body.code]).toEqual([key, expected ? 200 : 403, expected ? undefined : 'NotAllowed']);
        if (upload) continue;
        const redirect = await router.get(caller, { key, ...(more as object) });
        expect([key, redirect.status]).toEqual([key, expected ? 307 : 403]);
      }
    });

    test('the policy of the session permits the keys of the tenant only, without the check of the router', async () => {
      const router = new HttpRouter(BY_CLAIM);
      const sign = async () =>
        router.access
          .grantFor({ ...caller, address: '203.0.113.9' })
          .credentials({ method, expiresInSeconds: 60 } as LinksRequest, upload ? [PRIMARY] : [PRIMARY, REPLICA]);
      if (tenant === undefined) return expect(sign()).rejects.toMatchObject({ name: 'NotAllowed' });
      await sign();
      const [policy] = router.policies;
      for (const [key, owner] of KEYS) {
        for (const bucket of ['media-us', 'media-eu']) {
          const expected = owner === tenant && (!upload || bucket === 'media-us');
          expect([operation, bucket, key, permits(policy, actions, `arn:aws:s3:::${bucket}/${key}`)]).toEqual([
            operation,
            bucket,
            key,
            expected,
          ]);
        }
      }
      const others = ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject', 's3:DeleteObject', 's3:ListBucket'].filter(
        (action) => (upload ? action !== 's3:PutObject' : !action.startsWith('s3:GetObject')),
      );
      for (const resource of ['arn:aws:s3:::media-us', `arn:aws:s3:::media-us/tenants/${tenant}/a`]) {
        expect(permits(policy, others, resource)).toBe(false);
      }
      expect(permits(policy, [actions[0]], `arn:aws:s3:::other/tenants/${tenant}/a`)).toBe(false);
      return undefined;
    });
  });
});

describe('one key of another tenant', () => {
  test('refuses the whole request', async () => {
    const objects = objectsOf(['tenants/acme/a', 'tenants/globex/b']);
    const { status, body } = await new HttpRouter(BY_CLAIM).post(token('acme'), { objects });
    expect([status, body]).toEqual([
      403,
      {
        code: 'NotAllowed',
        message: expect.stringMatching(/^objects\[1\]\.key: the key must begin with tenants\/acme\//),
      },
    ]);
  });
});

describe.each<[string, AccessSettings, object]>([
  ['byClaim', BY_CLAIM, {}],
  ['all', SCOPES, {}],
])('scopes with %s', (_, settings) => {
  const key = 'tenants/acme/a';
  const statuses = async (scope?: string, more = {}) => {
    const caller = { claims: { ...token('acme', scope).claims, ...more } };
    const router = new HttpRouter(settings);
    const reading = await router.post(caller, { objects: objectsOf([key]) });
    const redirect = await router.get(caller, { key });
    const upload = await router.post(caller, { method: 'put', objects: [{ key, contentType: 'video/mp4' }] });
    return [reading.status, redirect.status, upload.status];
  };

  test.each<[what: string, scope: string, more: object, expected: number[]]>([
    ['reading', 'media/read', {}, [200, 307, 403]],
    ['uploads', 'media/upload', {}, [403, 403, 200]],
    ['both', 'media/read media/upload', {}, [200, 307, 200]],
    ['neither', 'openid', {}, [403, 403, 403]],
    ['a longer name', 'media/reader media/uploads', {}, [403, 403, 403]],
    ['the claim scp', '', { scp: 'media/read' }, [200, 307, 403]],
    ['the claim scp as a list', '', { scp: '[media/read media/upload]' }, [200, 307, 200]],
  ])('for %s', async (_what, scope, more, expected) => expect(await statuses(scope, more)).toEqual(expected));

  test('without scopes for uploads, no caller gets upload links', async () => {
    const router = new HttpRouter({ ...settings, readScopes: undefined, uploadScopes: undefined });
    const upload = { method: 'put', objects: [{ key, contentType: 'video/mp4' }] };
    expect((await router.post(token('acme', ''), { objects: objectsOf([key]) })).status).toBe(200);
    expect((await router.post(token('acme'), upload)).status).toBe(403);
  });
});

describe('the lifetime of links', () => {
  const lifetime = async (settings: AccessSettings, limits: object, expiresInSeconds?: number) => {
    const router = new HttpRouter(settings, limits);
    const { status, body } = await router.post(token('acme'), {
      objects: objectsOf(['tenants/acme/a']),
      expiresInSeconds,
    });
    return status === 200 ? Number(new URL(body.links[0].url).searchParams.get('X-Amz-Expires')) : body.message;
  };

  test('with byClaim is 30 minutes by default and 45 minutes at most', async () => {
    expect(await lifetime(BY_CLAIM, {})).toBe(1800);
    expect(await lifetime(BY_CLAIM, {}, 2700)).toBe(2700);
    expect(await lifetime(BY_CLAIM, {}, 2701)).toMatch(/^expiresInSeconds: got 2701, expected .* from 1 to 2700$/);
    expect(await lifetime({ ...BY_CLAIM, linkSeconds: 3600 }, {})).toBe(2700);
  });

  test('with byClaim is shorter if the limits of the router are', async () => {
    expect(await lifetime(BY_CLAIM, { linkSeconds: 600, maxLinkSeconds: 600 })).toBe(600);
    expect(await lifetime(BY_CLAIM, { maxLinkSeconds: 600 }, 601)).toMatch(/from 1 to 600$/);
  });

  test('with all has the limits of the router', async () => {
    expect(await lifetime({}, {})).toBe(3600);
    expect(await lifetime({}, {}, 21_600)).toBe(21_600);
  });
});

describe('all', () => {
  test.each([
    ['a token', token(undefined)],
    ['IAM', { iamUser: 'AROAEXAMPLE:web' }],
  ])('a caller authorized by %s gets links to every key, signed by the function', async (_, caller) => {
    const router = new HttpRouter({});
    const { status, body } = await router.post(caller, { objects: objectsOf(KEYS.map(([key]) => key)) });
    expect(status).toBe(200);
    expect(body.links.every(({ url }: any) => url.includes('X-Amz-Credential=OWN'))).toBe(true);
    expect((await router.get(caller, { key: 'master.mov' })).status).toBe(307);
  });
});

describe('without access', () => {
  test('no caller over HTTP gets links, and servers that invoke the function get all', async () => {
    const router = new HttpRouter(undefined);
    expect((await router.post(token('acme'), { objects: objectsOf(['a']) })).status).toBe(403);
    expect((await router.get({ iamUser: 'AROAEXAMPLE' }, { key: 'a' })).status).toBe(403);
    const { links } = await router.invoke({ operation: 'ResolveLinks', objects: objectsOf(['tenants/globex/a']) });
    expect(links).toHaveLength(1);
  });
});

test('with IAM and byClaim, no caller gets links', async () => {
  const { status } = await new HttpRouter(BY_CLAIM).post({ iamUser: 'AROAEXAMPLE' }, { objects: objectsOf(['a']) });
  expect(status).toBe(403);
});

test('no combination of claim and key yields a link outside of the prefix', async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'acme',
      'globex',
      '*',
      '?',
      '${',
      '}',
      '/',
      '.',
      '..',
      '%2F',
      '%2e',
      '\\',
      '\n',
      '{claim}',
      '@',
      ':',
      '=',
    ),
    fc.string({ maxLength: 3 }),
    fc.string({ unit: 'binary', maxLength: 2 }),
  );
  const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
  const claims = fc.oneof(fc.stringMatching(/^[A-Za-z0-9\-_.@:+=]{1,12}$/), text);
  await fc.assert(
    fc.asyncProperty(claims, text, fc.boolean(), fc.constantFrom('get', 'put'), async (claim, tail, inside, method) => {
      const router = new HttpRouter(BY_CLAIM);
      const key = inside ? `tenants/${claim}/${tail}` : `tenants/${tail}`;
      const objects = [{ key, contentType: 'video/mp4' }];
      const { status, body } = await router.post(token(claim), { method, objects });
      if (status !== 200) return;
      expect(claim).toMatch(/^[A-Za-z0-9\-_.@:+=]{1,128}$/);
      expect(key.startsWith(`tenants/${claim}/`)).toBe(true);
      // As clients send it, after their normalization of the path.
      expect(decodeURIComponent(new URL(body.links[0].url).pathname)).toBe(`/${key}`);
      const [policy] = router.policies;
      const action = method === 'put' ? 's3:PutObject' : 's3:GetObject';
      expect(permits(policy, [action], `arn:aws:s3:::media-us/${key}`)).toBe(true);
      expect(permits(policy, [action], `arn:aws:s3:::media-us/tenants/x${claim}/a`)).toBe(false);
      expect(permits(policy, [action], `arn:aws:s3:::media-us/tenants/${claim}x/a`)).toBe(false);
    }),
    { numRuns: 500 },
  );
});
