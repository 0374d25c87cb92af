import { Scenario } from './scenario';

/** A rule with tags, in a bucket that has other rules too, and a replica to which another bucket replicates. */
export const TAGGED: Scenario = {
  source: {},
  target: { receivesFromOthers: true },
  rules: { forward: { tagged: true, sharedStatus: true } },
  kinds: {
    identical: { plant: (p) => p.both({ age: p.random.between(0.1, 500) }) },
    'without the tags': {
      plant: (p) => p.onlySource('outside-tags', { age: 5, status: p.random.pick(['', 'COMPLETED', 'COMPLETE']) }),
    },
    'failed with the tags': {
      plant: (p) => p.onlySource('missing', { age: 5, status: p.random.pick(['FAILED', 'PENDING']) }),
    },
    'delete marker': {
      plant(p) {
        p.both({ age: 9 });
        p.onlySource('delete-marker', { age: 5, marker: true, status: '' });
      },
    },
    'from another bucket': { plant: (p) => p.onlyTarget('extra', { age: 5 }) },
    'other size': { plant: (p) => p.differing('different', { age: 5, size: 10 }, { size: 11 }) },
  },
};
