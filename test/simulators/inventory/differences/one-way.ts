import { at, Kind, Scenario } from './scenario';

const MINUTES = 1 / 1440;

const matched: { [name: string]: Kind } = {
  'identical version': { plant: (p) => p.both({ age: p.random.between(0.1, 500) }) },
  'identical history': {
    plant(p) {
      const count = p.random.integer(2, 6);
      for (let index = 0; index < count; index++) p.both({ age: p.random.between(0.1, 500) });
      p.both({ age: 0.08, marker: p.random.pick([true, false]) });
    },
  },
  'identical null version': { plant: (p) => p.both({ age: p.random.between(300, 900), versionId: '' }) },
  'other storage class': { plant: (p) => p.both({ age: 9 }, { storageClass: 'GLACIER_IR' }) },
  'ETag of a multipart upload': {
    plant: (p) => p.both({ age: 9, etag: `${p.random.hex(32)}-7` }, { etag: `${p.random.hex(32)}-8` }),
  },
  'ETag with another encryption': {
    plant: (p) => p.both({ age: 9 }, { etag: p.random.hex(32), encryption: 'SSE-KMS' }),
  },
  'backfilled version': { plant: (p) => p.both({ age: p.random.between(310, 900) }) },
  'archived after it was replicated': {
    folder: 'media/cold/',
    plant: (p) => p.both({ age: 50, storageClass: 'GLACIER' }),
  },
};

const missing: { [name: string]: Kind } = {
  'lost although COMPLETED': { plant: (p) => p.onlySource('missing', { age: p.random.between(0.1, 500) }) },
  FAILED: { plant: (p) => p.onlySource('missing', { age: p.random.between(0.1, 290), status: 'FAILED' }) },
  'PENDING for long': { plant: (p) => p.onlySource('missing', { age: p.random.between(0.1, 290), status: 'PENDING' }) },
  'never replicated': { plant: (p) => p.onlySource('missing', { age: p.random.between(0.1, 190), status: '' }) },
  'lost noncurrent version': {
    plant(p) {
      p.onlySource('missing', { age: p.random.between(50, 290) });
      p.both({ age: p.random.between(1, 43) });
    },
  },
  'lost version of many': {
    plant(p) {
      const lost = p.random.integer(1, 19);
      for (let age = 1; age < 21; age++) {
        if (age === lost) p.onlySource('missing', { age });
        else p.both({ age });
      }
    },
  },
  'lost delete marker': {
    plant(p) {
      p.both({ age: 20 });
      p.onlySource('missing', { age: p.random.between(1, 19), marker: true });
    },
  },
  'lost null version': { plant: (p) => p.onlySource('missing', { age: 100, versionId: '', status: 'FAILED' }) },
  'lost current version with the date of another': {
    plant(p) {
      p.both({ age: 100, versionId: `z${p.random.hex(31)}` });
      p.onlySource('missing', { age: 100, versionId: `a${p.random.hex(31)}` });
    },
  },
  'lost after a backfill': { plant: (p) => p.onlySource('missing', { age: p.random.between(310, 900) }) },
  'lost after it was archived': {
    folder: 'media/cold/',
    plant: (p) =>
      p.onlySource('missing', { age: 50, storageClass: 'GLACIER', status: p.random.pick(['COMPLETED', 'COMPLETE']) }),
  },
  'other size': { plant: (p) => p.differing('different', { age: 5, size: 10 }, { size: 11 }) },
  'other content': { plant: (p) => p.differing('different', { age: 5 }, { etag: p.random.hex(32) }) },
  'other null version': {
    plant: (p) => p.differing('different', { age: 500, versionId: '', size: 0 }, { size: 1, modified: p.at(400) }),
  },
};

const recent: { [name: string]: Kind } = {
  'new key': {
    plant: (p) => p.onlySource('in-flight', { age: p.random.between(-60, 59) * MINUTES, status: 'PENDING' }),
  },
  'new version': {
    plant(p) {
      p.both({ age: 3 });
      p.onlySource('in-flight', { age: 30 * MINUTES, status: p.random.pick(['PENDING', 'COMPLETED']) });
    },
  },
  'new in the later inventory': { plant: (p) => p.onlyTarget('in-flight', { age: -30 * MINUTES, marker: true }) },
  'null version that was overwritten': {
    plant: (p) => p.differing('in-flight', { age: 400, versionId: '' }, { size: 6e9, modified: p.at(-50 * MINUTES) }),
  },
};

const outside: { [name: string]: Kind } = {
  'other prefix': {
    folder: 'private/',
    plant: (p) => p.onlySource('outside-prefix', { age: 5, status: p.random.pick(['', 'COMPLETED']) }),
  },
  'similar prefix': { folder: 'media_', plant: (p) => p.onlySource('outside-prefix', { age: 5, status: '' }) },
  'uploaded to an archive': {
    plant: (p) =>
      p.onlySource('outside-class', {
        age: 5,
        status: '',
        storageClass: p.random.pick(['GLACIER', 'DEEP_ARCHIVE']),
      }),
  },
  'archived by lifecycle': {
    folder: 'media/cold/',
    plant: (p) =>
      p.onlySource(
        'archived',
        p.random.pick([
          { age: 40, status: 'FAILED', storageClass: 'GLACIER' },
          { age: 40, status: '', storageClass: 'INTELLIGENT_TIERING', tier: 'ARCHIVE_ACCESS' },
        ]),
      ),
  },
  'instant access tier': {
    plant: (p) =>
      p.onlySource('missing', {
        age: 40,
        status: '',
        storageClass: 'INTELLIGENT_TIERING',
        tier: 'ARCHIVE_INSTANT_ACCESS',
      }),
  },
  'encrypted with KMS': {
    plant: (p) => p.onlySource('outside-encryption', { age: 5, status: '', encryption: 'SSE-KMS' }),
  },
  'older than the rule': {
    plant: (p) => p.onlySource('not-backfilled', { age: p.random.between(300.1, 900), status: '' }),
  },
  'null version older than the rule': {
    plant: (p) => p.onlySource('not-backfilled', { age: 700, status: '', versionId: '' }),
  },
  'uploaded during a pause': {
    plant: (p) => p.onlySource('not-backfilled', { age: p.random.between(200.1, 204.9), status: '' }),
  },
};

const lifecycle: { [name: string]: Kind } = {
  'noncurrent version expired in the target': {
    plant(p) {
      p.onlySource('lifecycle', { age: p.random.between(80, 290) });
      p.both({ age: p.random.between(50, 79) });
    },
  },
  'noncurrent version with the date of the next': {
    plant(p) {
      p.onlySource('lifecycle', { age: 70 });
      p.both({ age: 70 });
    },
  },
  'expired and deleted in the target': {
    folder: 'media/short/',
    plant: (p) => p.onlySource('lifecycle', { age: p.random.between(60, 290) }),
  },
  'expired in the target': {
    folder: 'media/short/',
    plant(p) {
      p.both({ age: 30 });
      p.onlyTarget('lifecycle', { age: p.random.between(1, 19), marker: true, status: '' });
    },
  },
  'expired in the source': {
    folder: 'media/tmp/',
    plant(p) {
      p.both({ age: p.random.between(80, 280) });
      p.onlySource('lifecycle', { age: p.random.between(1, 49), marker: true, status: '' });
    },
  },
  'deleted by a user before it expired': {
    folder: 'media/tmp/',
    plant(p) {
      p.both({ age: 40 });
      p.onlySource('missing', { age: 20, marker: true });
    },
  },
  'expired delete marker': {
    folder: 'media/marks/',
    plant(p) {
      p.onlySource('lifecycle', { age: 100 });
      p.onlySource('lifecycle', { age: 60, marker: true });
    },
  },
  'small object that expired in the target': {
    folder: 'media/small/',
    plant: (p) => p.onlySource('lifecycle', { age: 60, size: p.random.integer(0, 99) }),
  },
  'large object in the folder of small ones': {
    folder: 'media/small/',
    plant: (p) => p.onlySource('missing', { age: 60, size: p.random.integer(100, 1000) }),
  },
  'more noncurrent versions than the source keeps': {
    plant(p) {
      for (const age of [290, 280]) p.onlyTarget('lifecycle', { age });
      // The source keeps two, whatever their age.
      for (const age of [270, 260]) p.onlyTarget('deleted-version', { age });
      p.both({ age: 200 });
    },
  },
};

const deletions: { [name: string]: Kind } = {
  'deleted permanently in the source': {
    plant: (p) => p.onlyTarget('deleted-version', { age: p.random.between(0.1, 500) }),
  },
  'restored by deleting the marker': {
    plant(p) {
      p.both({ age: 40 });
      p.onlyTarget('deleted-version', { age: 20, marker: true });
    },
  },
  'written to the replica': {
    plant: (p) =>
      p.onlyTarget('extra', {
        age: p.random.between(-0.08, 90),
        status: p.random.pick(['', 'PENDING', 'COMPLETED', 'FAILED']),
      }),
  },
  'overwritten in the replica': {
    plant(p) {
      p.both({ age: 300 });
      p.onlyTarget('extra', { age: 200, status: '' });
      p.onlyTarget('extra', { age: 0.5, status: '' });
    },
  },
  'deleted in the replica': {
    plant(p) {
      p.both({ age: 300 });
      p.onlyTarget('extra', { age: 5, marker: true, status: '' });
    },
  },
};

/** A primary and a replica: by far the most frequent setup, with most of what can happen. */
export const ONE_WAY: Scenario = {
  source: {
    lifecycle: [
      { prefix: 'media/tmp/', expirationDays: 30 },
      { prefix: 'media/', noncurrentDays: 60, newerNoncurrentVersions: 2 },
      { prefix: 'media/cold/', archiveDays: 20 },
    ],
  },
  target: {
    lifecycle: [
      { prefix: 'media/', noncurrentDays: 45 },
      { prefix: 'media/short/', expirationDays: 10 },
      { prefix: 'media/small/', expirationDays: 10, sizeLessThan: 100 },
      { prefix: 'media/marks/', expiredDeleteMarkers: true },
    ],
  },
  rules: {
    forward: { prefixes: ['media/'], kms: false, gaps: [{ to: at(300) }, { from: at(205), to: at(200) }] },
    compareEtags: true,
  },
  kinds: { ...matched, ...missing, ...recent, ...outside, ...lifecycle, ...deletions },
};
