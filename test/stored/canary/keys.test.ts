import fc from 'fast-check';
import { isOurs, newKey } from '../../../src/stored/canary/runtime/keys';

const FOLDER = 'films/.replication-canary/canary-1a2b3c4d/';

test('a new key is ours', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), (now) => {
      expect(isOurs(FOLDER, newKey(FOLDER, now))).toBe(true);
    }),
  );
});

test('no other key is', () => {
  const made = newKey(FOLDER, Date.now());
  const others = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string().map((name) => FOLDER + name),
    fc.string({ minLength: 1 }).map((more) => made + more),
    fc.string({ minLength: 1 }).map((more) => more + made),
    fc.integer({ min: 0, max: made.length - 1 }).map((length) => made.slice(0, length)),
    fc.constantFrom(made.toUpperCase(), made.replace('1a2b3c4d', '1a2b3c4e'), made.replace('films/', 'film/')),
  );
  fc.assert(
    fc.property(others, (key) => {
      fc.pre(key !== made);
      expect(isOurs(FOLDER, key)).toBe(false);
    }),
  );
});

test.each(['', '/', 'folder'])('nothing is below the folder %j', (folder) => {
  expect(isOurs(folder, newKey(folder, 0))).toBe(false);
});
