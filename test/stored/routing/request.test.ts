import { parseLinksRequest } from '../../../src/stored/routing/runtime/request';

const LIMITS = { regions: ['us-east-1', 'eu-west-1'], uploads: true, linkSeconds: 3600, maxLinkSeconds: 21_600 };
const NOW = Date.UTC(2026, 0, 1);
const parse = (request: unknown) => parseLinksRequest(request, LIMITS, NOW);
const withKey = (key: unknown) => ({ objects: [{ key: 'fine' }, { key }] });

describe('parseLinksRequest', () => {
  test('applies the defaults', () => {
    expect(parse({ objects: [] })).toEqual({
      method: 'get',
      viewer: { preference: undefined, region: undefined, address: undefined },
      objects: [],
      expiresInSeconds: 3600,
    });
  });

  test('accepts null for fields without a value', () => {
    const nothing = { method: null, preference: null, region: null, clientIp: null, expiresInSeconds: null };
    const object = { key: 'a', versionId: null, createdAt: null, contentDisposition: null, contentType: null };
    expect(parse({ ...nothing, objects: [object] }).objects).toEqual([{ key: 'a' }]);
  });

  test.each<[what: string, request: unknown, message: RegExp]>([
    ['nothing', null, /^request: got nothing, expected an object/],
    ['a list', [], /^request: got a list of 0/],
    ['without objects', {}, /^objects: got nothing, expected a list of up to 1000/],
    ['with too many objects', { objects: Array(1001).fill({ key: 'a' }) }, /^objects: got a list of 1001/],
    ['with an object that is a string', { objects: ['a'] }, /^objects\[0\]: got "a", expected an object/],
    ['with an unknown method', { objects: [], method: 'delete' }, /^method: got "delete", expected one of get, put/],
    [
      'with an unknown preference',
      { objects: [], preference: 'YES' },
      /^preference: got "YES", expected one of no, yes/,
    ],
    [
      'with a region without a copy',
      { objects: [], region: 'eu-west-3' },
      /^region: .* a region with a copy \(us-east-1/,
    ],
    ['with an octal address', { objects: [], clientIp: '010.0.0.1' }, /^clientIp: got "010.0.0.1", expected an IPv4/],
    ['with a hexadecimal address', { objects: [], clientIp: '0x7f.1' }, /^clientIp/],
    ['with a port', { objects: [], clientIp: '10.0.0.1:443' }, /^clientIp/],
    ['with a zone', { objects: [], clientIp: 'fe80::1%1' }, /^clientIp/],
    ['with an address that is a number', { objects: [], clientIp: 167772161 }, /^clientIp: got 167772161/],
    ['with an empty key', withKey(''), /^objects\[1\].key: got "", expected the key of an object: 1 to 1024 bytes/],
    ['with a key of 1,025 bytes', withKey('k'.repeat(1025)), /^objects\[1\].key: got "kkk.*… \(1027 characters\)/],
    ['with a key of 1,026 bytes in 513 characters', withKey('ü'.repeat(513)), /^objects\[1\].key/],
    ['with a lone surrogate', withKey('a\ud800'), /^objects\[1\].key/],
    ['without a key', withKey(undefined), /^objects\[1\].key: got nothing/],
    [
      'with a time in the future',
      { objects: [{ key: 'a', createdAt: '2026-01-01T00:01:00Z' }] },
      /^objects\[0\].createdAt: .* not in the future/,
    ],
    [
      'with a time without offset',
      { objects: [{ key: 'a', createdAt: '2025-01-01T00:00:00' }] },
      /^objects\[0\].createdAt: .* a time like/,
    ],
    [
      'with a day that does not exist',
      { objects: [{ key: 'a', createdAt: '2025-02-30T00:00:00Z' }] },
      /^objects\[0\].createdAt: .* a time like/,
    ],
    [
      'with a month that does not exist',
      { objects: [{ key: 'a', createdAt: '2025-13-01T00:00:00Z' }] },
      /^objects\[0\].createdAt/,
    ],
    ['with a time that is a number', { objects: [{ key: 'a', createdAt: 1 }] }, /^objects\[0\].createdAt: got 1,/],
    ['with an empty version', { objects: [{ key: 'a', versionId: '' }] }, /^objects\[0\].versionId/],
    ['with a header of two lines', { objects: [{ key: 'a', contentType: 'a\r\nb' }] }, /^objects\[0\].contentType/],
    [
      'for links that expire at once',
      { objects: [], expiresInSeconds: 0 },
      /^expiresInSeconds: got 0, expected a whole number from 1 to 21600/,
    ],
    ['for links with too long a lifetime', { objects: [], expiresInSeconds: 21_601 }, /^expiresInSeconds/],
    ['for links that expire after half a second', { objects: [], expiresInSeconds: 0.5 }, /^expiresInSeconds/],
    [
      'for links with a lifetime that is a string',
      { objects: [], expiresInSeconds: '60' },
      /^expiresInSeconds: got "60"/,
    ],
    [
      'for an upload of a version',
      { method: 'put', objects: [{ key: 'a', versionId: 'v' }] },
      /^objects\[0\].versionId: .* expected no value: it does not apply to uploads/,
    ],
  ])('fails when the request is %s', (_, request, message) => {
    expect(() => parse(request)).toThrow(message);
    expect(() => parse(request)).toThrow(expect.objectContaining({ name: 'ValidationError' }));
  });

  test.each(['k'.repeat(1024), 'ü'.repeat(512), '🎬', ' ', '/', 'a//b'])('accepts the key %p', (key) => {
    expect(parse(withKey(key)).objects[1].key).toBe(key);
  });

  test('accepts times of a clock that is slightly ahead', () => {
    expect(parse({ objects: [{ key: 'a', createdAt: '2026-01-01T00:00:29Z' }] }).objects[0].createdAt).toBe(
      NOW + 29_000,
    );
  });
});
