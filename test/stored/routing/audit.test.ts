import { captureLog, HttpRouter, objectsOf } from './support/http-router';

const BY_CLAIM = {
  byClaim: ['custom:tenant', 'tenants/{claim}/'] as [string, string],
  roleArn: 'arn:aws:iam::111111111111:role/links',
};
const caller = { claims: { sub: 'user-1', 'custom:tenant': 'acme' } };
let log: ReturnType<typeof captureLog>;

beforeEach(() => (log = captureLog()));
afterEach(() => jest.restoreAllMocks());

const records = () =>
  log
    .text()
    .split('\n')
    .filter((line) => line.includes('"message"'))
    .map((line) => JSON.parse(line));

describe('the audit record', () => {
  test('of a call over HTTP says who, from where, for how many keys, and which copies', async () => {
    const keys = ['tenants/acme/secret-a.mov', 'tenants/acme/secret-b.mov'];
    const objects = objectsOf(keys);
    objects[1].createdAt = new Date().toISOString();
    await new HttpRouter(BY_CLAIM).post(caller, { preference: 'yes', objects });
    expect(records()).toEqual([
      expect.objectContaining({
        message: 'links issued',
        subject: 'user-1',
        address: '203.0.113.9',
        access: 'tenants/acme/',
        operation: 'ResolveLinks',
        method: 'get',
        keys: 2,
        prefixes: ['tenants/'],
        links: 2,
        copies: { 'eu-west-1': 1, 'us-east-1': 1 },
      }),
    ]);
  });

  test('of a redirect, and of an upload', async () => {
    const router = new HttpRouter({ uploadScopes: ['up'] });
    await router.get({ iamUser: 'AROAEXAMPLE:web' }, { key: 'films/secret.mov' });
    const upload = { method: 'put', objects: [{ key: 'secret.mov', contentType: 'video/mp4' }] };
    await router.post({ claims: { sub: 'user-1', scope: 'up' } }, upload);
    expect(records()).toEqual([
      expect.objectContaining({ operation: 'Redirect', subject: 'AROAEXAMPLE:web', prefixes: ['films/'], keys: 1 }),
      expect.objectContaining({ operation: 'ResolveLinks', method: 'put', prefixes: [''], copies: { 'us-east-1': 1 } }),
    ]);
  });

  test('of a direct call has the user whom the server named', async () => {
    const router = new HttpRouter(undefined);
    const objects = objectsOf(['films/secret.mov']);
    await router.invoke({ operation: 'ResolveLinks', user: 'user-2', clientIp: '10.11.12.13', objects });
    await expect(router.invoke({ operation: 'ResolveLinks', user: { name: 'x' }, objects })).rejects.toThrow('user');
    const [named, unnamed] = records();
    expect(named).toMatchObject({ message: 'links issued', user: 'user-2', keys: 1 });
    expect(named).not.toHaveProperty('address');
    expect(unnamed).not.toHaveProperty('user');
  });

  test('of a refused call says why, and what it was for', async () => {
    const router = new HttpRouter(BY_CLAIM);
    await router.post(caller, { objects: objectsOf(['tenants/globex/secret.mov']) });
    await router.post(caller, { objects: [{ key: '' }] });
    await router.post({ claims: { sub: 'user-3' } }, { objects: [] });
    const expected = { message: 'links refused', level: 'INFO', address: '203.0.113.9' };
    expect(records()).toEqual([
      expect.objectContaining({ ...expected, subject: 'user-1', code: 'NotAllowed', prefixes: ['tenants/'], keys: 1 }),
      expect.objectContaining({ ...expected, subject: 'user-1', code: 'ValidationError' }),
      expect.objectContaining({ ...expected, subject: 'user-3', code: 'NotAllowed', keys: 0 }),
    ]);
  });

  test('of a failed call says who called, with the error', async () => {
    const router = new HttpRouter(BY_CLAIM);
    jest.spyOn(router.access, 'grantFor').mockImplementation(() => {
      throw new Error('broken inside');
    });
    expect((await router.post(caller, { objects: [] })).status).toBe(500);
    expect(records()).toEqual([
      expect.objectContaining({
        message: 'failed',
        level: 'ERROR',
        subject: 'user-1',
        error: expect.objectContaining({ message: 'broken inside' }),
      }),
    ]);
  });

  test('has up to ten first segments, which are short', async () => {
    const keys = Array.from({ length: 20 }, (_, index) => `folder${index}/secret.mov`);
    await new HttpRouter({}).post(caller, { objects: objectsOf(['x'.repeat(500) + '/secret', ...keys]) });
    const [{ prefixes }] = records();
    expect(prefixes).toHaveLength(10);
    expect(prefixes.slice(0, 2)).toEqual(['x'.repeat(64), 'folder0/']);
  });

  test('has never a whole key, a link or a credential', async () => {
    const router = new HttpRouter(BY_CLAIM);
    await router.post(caller, { objects: objectsOf(['tenants/acme/secret.mov']) });
    await router.post(caller, { objects: objectsOf(['secret.mov', 'tenants/globex/secret.mov']) });
    await router.get(caller, { key: 'tenants/acme/secret.mov' });
    await router.post(caller, { operation: 'secret', method: 'secret', objects: ['secret', { key: { secret: 1 } }] });
    await router.invoke({ operation: 'secret', object: 'secret' }).catch(() => undefined);
    expect(records()).toHaveLength(5);
    expect(log.text()).not.toMatch(/secret|X-Amz|amazonaws|token|SESSION/);
  });
});
