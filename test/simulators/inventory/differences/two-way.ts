import { at, Scenario } from './scenario';

const MINUTES = 1 / 1440;

/** Two copies that replicate to each other. */
export const TWO_WAY: Scenario = {
  source: { lifecycle: [{ noncurrentDays: 30 }] },
  target: { lifecycle: [{ expirationDate: at(50), prefix: 'media/event/' }, { noncurrentDays: 30 }] },
  rules: { forward: { gaps: [{ to: at(300) }] }, backward: { gaps: [{ to: at(100) }] } },
  kinds: {
    'identical, from the source': { plant: (p) => p.both({ age: 10 }) },
    'identical, from the target': { plant: (p) => p.both({ age: 10, status: 'REPLICA' }, { status: 'COMPLETED' }) },
    'missing in the target': { plant: (p) => p.onlySource('missing', { age: p.random.between(0.1, 500) }) },
    'missing in the source': {
      plant: (p) =>
        p.onlyTarget('missing', { age: p.random.between(0.1, 90), status: p.random.pick(['COMPLETED', 'FAILED']) }),
    },
    'delete marker missing in the source': {
      plant(p) {
        p.both({ age: 20 });
        p.onlyTarget('missing', { age: 10, marker: true, status: 'COMPLETED' });
      },
    },
    'deleted in the target': {
      plant: (p) => p.onlySource('deleted-version', { age: p.random.between(1, 90), status: 'REPLICA' }),
    },
    'deleted in the source': { plant: (p) => p.onlyTarget('deleted-version', { age: p.random.between(1, 90) }) },
    'in flight to the source': {
      plant: (p) => p.onlyTarget('in-flight', { age: p.random.between(-110, 50) * MINUTES, status: 'PENDING' }),
    },
    'before the way back existed': {
      plant: (p) => p.onlyTarget('not-backfilled', { age: p.random.between(101, 290), status: '' }),
    },
    'before the way there existed': { plant: (p) => p.onlySource('not-backfilled', { age: 310, status: '' }) },
    'noncurrent in both, deleted in the source first': {
      plant(p) {
        p.onlyTarget('lifecycle', { age: 60 });
        p.both({ age: p.random.between(32, 50) });
      },
    },
    'expired at a date': {
      folder: 'media/event/',
      plant(p) {
        p.both({ age: 80 });
        p.onlyTarget('lifecycle', { age: 50 - p.random.between(0, 1), marker: true, status: '' });
      },
    },
    'other size': { plant: (p) => p.differing('different', { age: 5, size: 10 }, { size: 11 }) },
    'other ETag, which is not compared': { plant: (p) => p.both({ age: 5 }, { etag: p.random.hex(32) }) },
  },
};
