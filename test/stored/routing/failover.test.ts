import { FAILOVER_CACHED_SECONDS, PreferencesDocument, Reason } from '../../../src/stored/routing/contract';
import { Failover } from '../../../src/stored/routing/runtime/failover';
import { FailoverRecord } from '../../../src/stored/routing/runtime/failover-record';
import { mediaCopy } from '../../../src/stored/routing/runtime/media-copy';
import { Head } from '../../../src/stored/routing/runtime/object-reader';
import { parsePreferences } from '../../../src/stored/routing/runtime/preferences';
import { Router, RouterProps } from '../../../src/stored/routing/runtime/router';

const PRIMARY = mediaCopy('primary', ['us-east-1', 'media-us'], {});
const EU = mediaCopy('replica', ['eu-west-1', 'media-eu', 'https://media.eu.example.com'], {});
const EU_UPLOADS = mediaCopy('replica', ['eu-west-1', 'media-eu'], {});
const APAC = mediaCopy('replica', ['ap-southeast-2', 'media-ap'], {});
const REGIONS = [PRIMARY, EU, APAC].map(({ region }) => region);

/** S3's answer about the third replica during the failover. */
let answer: Reason = 'in-replica';
let isActive = true;

function newRouter(document: PreferencesDocument = {}, props: Partial<RouterProps> = {}): Router {
  const successor = { replica: EU, uploads: EU_UPLOADS, readiness: { of: async () => [answer] } };
  return new Router({
    primary: PRIMARY,
    replicas: [EU, APAC],
    readiness: { of: async () => ['delay-over'] },
    failover: new Failover({ check: async () => isActive }, successor),
    uploads: true,
    linkSeconds: 3600,
    maxLinkSeconds: 21_600,
    preferences: async () => parsePreferences(JSON.stringify(document), REGIONS),
    credentials: async () => ({ accessKeyId: 'AKID', secretAccessKey: 'secret' }),
    now: Date.now,
    ...props,
  });
}

async function linkOf(request: object, router = newRouter()) {
  const { links } = await router.resolveLinks({ objects: [{ key: 'a' }], ...request });
  const [{ url, region, source, reason }] = links;
  return { host: new URL(url).host, region, source, reason };
}

beforeEach(() => {
  isActive = true;
  answer = 'in-replica';
});

describe('links during a failover', () => {
  test('for uploads point to the replica, not to its proxy', async () => {
    expect(await linkOf({ method: 'put' })).toEqual({
      host: 'media-eu.s3.eu-west-1.amazonaws.com',
      region: 'eu-west-1',
      source: 'replica',
      reason: 'failover',
    });
  });

  test.each([
    [{ preference: 'no' }],
    [{ preference: 'auto' }],
    [{ preference: 'yes' }],
    [{ region: 'us-east-1' }],
    [{ region: 'eu-west-1' }],
  ])('for reading with %j never point to the former primary', async (request) => {
    const { region } = await linkOf(request);
    expect(region).not.toBe('us-east-1');
  });

  test('point to a third replica that S3 has found to have the object, and otherwise to the successor', async () => {
    expect(await linkOf({ region: 'ap-southeast-2' })).toMatchObject({
      region: 'ap-southeast-2',
      reason: 'in-replica',
    });
    answer = 'not-in-replica';
    expect(await linkOf({ region: 'ap-southeast-2' })).toMatchObject({ region: 'eu-west-1', reason: 'failover' });
    const drained = newRouter({ drainedRegions: ['ap-southeast-2'] });
    expect(await linkOf({ region: 'ap-southeast-2' }, drained)).toMatchObject({
      region: 'eu-west-1',
      reason: 'failover',
    });
  });

  test('ignore that the region of the successor is drained', async () => {
    const drained = newRouter({ drainedRegions: ['eu-west-1'] });
    expect(await linkOf({ preference: 'no' }, drained)).toMatchObject({ region: 'eu-west-1', reason: 'failover' });
  });

  test('are signed with credentials for the replica, and not for the former primary', async () => {
    const buckets: string[][] = [];
    const grant = {
      limits: (limits: any) => limits,
      admit: (request: any) => request,
      credentials: async (_request: unknown, copies: readonly { bucket: string }[]) => {
        buckets.push(copies.map(({ bucket }) => bucket));
        return { accessKeyId: 'AKID', secretAccessKey: 'secret' };
      },
    };
    await newRouter().resolveLinks({ objects: [{ key: 'a' }], region: 'ap-southeast-2' }, grant);
    await newRouter().resolveLinks({ objects: [{ key: 'a' }], method: 'put' }, grant);
    expect(buckets.map((each) => [...new Set(each)])).toEqual([['media-eu', 'media-ap'], ['media-eu']]);
  });

  test('follow the usual rule without a failover', async () => {
    isActive = false;
    expect(await linkOf({ method: 'put' })).toMatchObject({ region: 'us-east-1', reason: 'upload' });
    expect(await linkOf({ preference: 'no' })).toMatchObject({ region: 'us-east-1', reason: 'preference-no' });
    expect(await linkOf({ region: 'eu-west-1' })).toMatchObject({ region: 'eu-west-1', reason: 'delay-over' });
  });
});

describe('FailoverRecord', () => {
  let now = 0;
  let state: Head['state'] = 'missing';
  let waits: Promise<void> | undefined;
  const head = jest.fn(async () => {
    await waits;
    return (state === 'found' ? { state, lastModified: 0, isInParts: false } : { state }) as Head;
  });
  const failoverUnknown = jest.fn();
  const newRecord = () => new FailoverRecord({ head }, EU, { failoverUnknown }, () => now);

  beforeEach(() => {
    [now, state, waits] = [0, 'missing', undefined];
    jest.clearAllMocks();
  });

  test('is read at most every 10 seconds', async () => {
    const record = newRecord();
    for (now of [0, 5_000, 9_999]) expect(await record.check('put')).toBe(false);
    expect(head).toHaveBeenCalledTimes(1);
    state = 'found';
    now = FAILOVER_CACHED_SECONDS * 1000;
    expect(await record.check('put')).toBe(true);
    expect(head).toHaveBeenCalledTimes(2);
  });

  test('is read in the background for links for reading, for up to a minute', async () => {
    const record = newRecord();
    await record.check('get');
    let end = () => {};
    waits = new Promise((done) => (end = done));
    state = 'found';
    now = 30_000;
    expect(await record.check('get')).toBe(false);
    end();
    await waits;
    await new Promise((done) => setImmediate(done));
    expect(await record.check('get')).toBe(true);
    state = 'missing';
    now = 100_000;
    expect(await record.check('get')).toBe(false);
  });

  test.each<Head['state']>(['slow', 'failed', 'rejected'])(
    'that cannot be read (%s) changes nothing',
    async (failure) => {
      const record = newRecord();
      state = 'found';
      await record.check('put');
      state = failure;
      now = 15_000;
      expect(await record.check('put')).toBe(true);
      now = 16_000;
      expect(await record.check('put')).toBe(true);
      expect(head).toHaveBeenCalledTimes(2);
      expect(failoverUnknown).toHaveBeenCalledWith(failure);
      state = 'missing';
      now = 18_000;
      expect(await record.check('put')).toBe(false);
    },
  );

  test('that a new instance cannot read means no failover', async () => {
    state = 'slow';
    expect(await newRecord().check('put')).toBe(false);
  });
});
