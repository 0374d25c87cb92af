import { Viewer } from '../../../src/stored/routing/runtime/rule';
import { UserPreferences } from '../../../src/stored/routing/runtime/user-preferences';
import { UserTable } from '../../../src/stored/routing/runtime/user-table';
import { DynamoDbItems } from '../../support/dynamodb-items';

const REGIONS = ['us-east-1', 'eu-west-1'];
const dynamo = new DynamoDbItems('user');
const events = { userPreferencesUnavailable: jest.fn() };
let now: number;

/** Another instance of the function. */
function newInstance(regions = REGIONS): UserPreferences {
  return new UserPreferences({ table: new UserTable('users'), regions, events });
}

beforeAll(() => dynamo.start());
afterAll(() => dynamo.stop());
beforeEach(() => {
  dynamo.reset();
  events.userPreferencesUnavailable.mockClear();
  now = Date.now();
  jest.spyOn(Date, 'now').mockImplementation(() => now);
});
afterEach(() => jest.restoreAllMocks());

const ANONYMOUS: Viewer = { preference: undefined, region: undefined, address: undefined };
const operations = () => dynamo.requests.map(({ operation }) => operation);

describe('PutPreference and GetPreference', () => {
  test('store the preference and the region of a user', async () => {
    const users = newInstance();
    const anna = { user: 'anna', preference: 'auto', region: 'eu-west-1' };
    expect(await users.put({ operation: 'PutPreference', ...anna })).toEqual(anna);
    expect(await users.get({ user: 'anna' })).toEqual(anna);
    expect(await users.get({ user: 'bert' })).toEqual({ user: 'bert' });
    expect(dynamo.items.get('anna')).toEqual({
      user: { S: 'anna' },
      preference: { S: 'auto' },
      region: { S: 'eu-west-1' },
    });
    expect(operations()).toEqual(['PutItem', 'GetItem', 'GetItem']);
  });

  test('replace and remove both', async () => {
    const users = newInstance();
    await users.put({ user: 'anna', preference: 'yes', region: 'eu-west-1' });
    expect(await users.put({ user: 'anna', preference: 'no' })).toEqual({ user: 'anna', preference: 'no' });
    expect(await users.get({ user: 'anna' })).toEqual({ user: 'anna', preference: 'no' });
    expect(await users.put({ user: 'anna', preference: null, region: null })).toEqual({ user: 'anna' });
    expect(dynamo.items.size).toBe(0);
  });

  test('see a change by another instance at once', async () => {
    const [one, other] = [newInstance(), newInstance()];
    await one.put({ user: 'anna', preference: 'yes' });
    expect(await other.get({ user: 'anna' })).toEqual({ user: 'anna', preference: 'yes' });
    expect(dynamo.requests.at(-1)!.body.ConsistentRead).toBe(true);
  });

  test.each<[object, RegExp]>([
    [{ preference: 'yes' }, /^user: got nothing, expected 1 to 256 printable characters$/],
    [{ user: '', preference: 'yes' }, /^user: got ""/],
    [{ user: 5, preference: 'yes' }, /^user: got 5/],
    [{ user: 'a'.repeat(257), preference: 'yes' }, /^user: got "aaa/],
    [{ user: 'anna\n', preference: 'yes' }, /^user: got "anna\\n"/],
    [{ user: 'anna\u202e', preference: 'yes' }, /^user: got/],
    [{ user: '\ud800', preference: 'yes' }, /^user: got/],
    [{ user: 'anna' }, /^preference: got nothing, expected null or a preference \(no, yes, auto\)$/],
    [{ user: 'anna', preference: 'AUTO' }, /^preference: got "AUTO"/],
    [{ user: 'anna', preference: 'yes', region: 'mars-1' }, /^region: got "mars-1", expected a region with a copy/],
    [{ user: 'anna', preference: null, region: 'eu-west-1' }, /^region: got "eu-west-1", expected no value/],
  ])('reject %j and store nothing', async (request, message) => {
    await expect(newInstance().put({ ...request })).rejects.toMatchObject({ name: 'ValidationError', message });
    expect(dynamo.requests).toEqual([]);
  });

  test('fail if the table fails', async () => {
    dynamo.mode = 'fails';
    await expect(newInstance().get({ user: 'anna' })).rejects.toMatchObject({ name: 'InternalServerError' });
    await expect(newInstance().put({ user: 'anna', preference: 'no' })).rejects.toThrow();
  });
});

describe('the stored preference of a user', () => {
  test('applies to a request with neither a preference nor a region', async () => {
    await newInstance().put({ user: 'anna', preference: 'auto', region: 'eu-west-1' });
    const users = newInstance();
    const chosen = { ...ANONYMOUS, preference: 'auto', region: 'eu-west-1' };
    expect(await users.apply({ ...ANONYMOUS, address: 1 }, 'anna')).toEqual({ ...chosen, address: 1 });
    expect(await users.apply(ANONYMOUS, 'bert')).toEqual(ANONYMOUS);
  });

  test.each<[string, Viewer, string | undefined]>([
    ['a preference', { ...ANONYMOUS, preference: 'no' }, 'anna'],
    ['a region', { ...ANONYMOUS, region: 'us-east-1' }, 'anna'],
    ['no user', ANONYMOUS, undefined],
  ])('is not read for a request with %s', async (_, viewer, user) => {
    expect(await newInstance().apply(viewer, user)).toEqual(viewer);
    expect(dynamo.requests).toEqual([]);
  });

  test('is read again after 30 seconds, also if the user had none', async () => {
    const [one, other] = [newInstance(), newInstance()];
    expect(await one.apply(ANONYMOUS, 'anna')).toEqual(ANONYMOUS);
    await other.put({ user: 'anna', preference: 'yes' });
    now += 29_999;
    expect((await one.apply(ANONYMOUS, 'anna')).preference).toBeUndefined();
    now += 2;
    expect((await one.apply(ANONYMOUS, 'anna')).preference).toBe('yes');
    expect((await one.apply(ANONYMOUS, 'anna')).preference).toBe('yes');
    expect(operations()).toEqual(['GetItem', 'PutItem', 'GetItem']);
  });

  test('applies at once in the instance that stored it', async () => {
    const users = newInstance();
    await users.apply(ANONYMOUS, 'anna');
    await users.put({ user: 'anna', preference: 'no' });
    expect((await users.apply(ANONYMOUS, 'anna')).preference).toBe('no');
  });

  test('has no region if the region has no copy any more', async () => {
    await newInstance().put({ user: 'anna', preference: 'yes', region: 'eu-west-1' });
    const users = newInstance(['us-east-1', 'ap-southeast-2']);
    expect(await users.apply(ANONYMOUS, 'anna')).toEqual({ ...ANONYMOUS, preference: 'yes' });
    expect(await users.get({ user: 'anna' })).toEqual({ user: 'anna', preference: 'yes' });
  });

  test('is ignored if it is unknown', async () => {
    dynamo.items.set('anna', { user: { S: 'anna' }, preference: { S: 'sometimes' }, region: { S: 'eu-west-1' } });
    expect(await newInstance().apply(ANONYMOUS, 'anna')).toEqual(ANONYMOUS);
  });

  test.each(['hangs', 'fails'] as const)('is not used if the table %s, and the request continues', async (mode) => {
    await newInstance().put({ user: 'anna', preference: 'yes' });
    const users = newInstance();
    dynamo.mode = mode;
    const started = performance.now();
    expect(await users.apply(ANONYMOUS, 'anna')).toEqual(ANONYMOUS);
    expect(performance.now() - started).toBeLessThan(1_500);
    expect(events.userPreferencesUnavailable).toHaveBeenCalledTimes(1);
    dynamo.mode = 'answers';
    expect((await users.apply(ANONYMOUS, 'anna')).preference).toBe('yes');
  });
});
