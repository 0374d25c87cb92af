import fc from 'fast-check';
import { isCanaryKey, newKey } from '../../../src/stored/canary/runtime/keys';

const FOLDER = 'films/.replication-canary/canary-1a2b3c4d/';

test('recognises every key that it creates', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), (now) => {
      expect(isCanaryKey(FOLDER, newKey(FOLDER, now))).toBe(true);
    }),
  );
});

test('recognises no other key', () => {
  const created = newKey(FOLDER, Date.now());
  const others = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string().map((name) => FOLDER + name),
    fc.string({ minLength: 1 }).map((more) => created + more),
    fc.string({ minLength: 1 }).map((more) => more + created),
    fc.integer({ min: 0, max: created.length - 1 }).map((length) => created.slice(0, length)),
    fc.constantFrom(created.toUpperCase(), created.replace('1a2b3c4d', '1a2b3c4e'), created.replace('films/', 'film/')),
  );
  fc.assert(
    fc.property(others, (key) => {
      fc.pre(key !== created);
      expect(isCanaryKey(FOLDER, key)).toBe(false);
    }),
  );
});

test.each(['', '/', 'folder'])('recognises no key in the invalid folder %j', (folder) => {
  expect(isCanaryKey(folder, newKey(folder, 0))).toBe(false);
});
