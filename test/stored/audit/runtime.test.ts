import { S3Client } from '@aws-sdk/client-s3';
import { gapsOf } from '../../../src/stored/audit/runtime/facts';
import { lifecycleOf } from '../../../src/stored/audit/runtime/lifecycle';
import { withMethods } from '../../../src/stored/audit/runtime/methods';
import { htmlOf } from '../../../src/stored/audit/runtime/report/html';
import { reportOf } from '../../../src/stored/audit/runtime/report/report';
import { CompletedRun, Group, Run } from '../../../src/stored/audit/runtime/state';
import { progressOf } from '../../../src/stored/audit/runtime/tasks';
import { AUDIT_REASONS, reasonOf } from '../../../src/stored/backfill/failure-reasons';

const AT = '2026-03-01T00:00:00.000Z';

const group = (reason: Group['reason'], versions = 1): Group => ({
  ...{ reason, versions, side: 'source', bytes: 10 * versions },
  samples: [
    { key: 'a<b>&"\'\u0001', versionId: '', size: 1, lastModified: AT, deleteMarker: false, replicationStatus: '' },
  ],
});

function run(fingerprints: [string | undefined, string | undefined], more: Partial<Run> = {}): Run {
  const copy = (region: string, fingerprint?: string) => ({
    ...{ region, database: 'audit', table: region, dt: '2026-03-01-00-00', asOf: AT, files: 1, fingerprint },
    versions: 10,
  });
  return {
    ...{ id: 'run', requestedAt: AT, startedAt: AT, facts: 'facts', queries: {}, attempts: {} },
    copies: [copy('us-east-1', fingerprints[0]), copy('eu-west-1', fingerprints[1])],
    comparisons: [{ region: 'eu-west-1', gaps: [], inFlightAfter: AT, done: [], groups: [], handedOver: 0 }],
    ...more,
  };
}

function completed(groups: Group[], { copies, ...more }: Run): CompletedRun {
  return {
    ...{ id: more.id, startedAt: AT, completedAt: AT, facts: more.facts, copies },
    comparisons: [{ region: 'eu-west-1', method: 'full', groups, handedOver: 3 }],
    report: { html: 'report.html', json: 'report.json' },
  };
}

const methodOf = (each: Run, last?: CompletedRun) => withMethods(each, last).comparisons[0].method;

describe('the method of a comparison', () => {
  test('is decided when all digests are known', () => {
    expect(methodOf(run(['a', undefined]))).toBeUndefined();
    expect(methodOf(run(['a', 'b']))).toBe('full');
    expect(methodOf(run(['a', 'a']))).toBe('identical');
  });

  test('reuses a result only for the same digests and facts, without anything in flight', () => {
    const last = completed([group('missing')], run(['a', 'b']));
    expect(withMethods(run(['a', 'b']), last).comparisons[0]).toMatchObject({
      ...{ method: 'unchanged', handedOver: 3 },
      groups: [{ reason: 'missing' }],
    });
    expect(methodOf(run(['a', 'c']), last)).toBe('full');
    expect(methodOf(run(['a', 'b'], { facts: 'other' }), last)).toBe('full');
    expect(methodOf(run(['a', 'b']), completed([group('in-flight')], run(['a', 'b'])))).toBe('full');
  });

  test('is full with `since`, which digests do not cover', () => {
    const since = run([undefined, undefined], { since: AT });
    expect(methodOf(since)).toBe('full');
    expect(progressOf(withMethods(since, undefined))).toEqual({ done: 2, total: 3 });
  });
});

describe('the gaps of a replica', () => {
  test('are those that no backfill filled', () => {
    const at = (time: number) => new Date(time).toISOString();
    expect(gapsOf(undefined, AT)).toEqual([]);
    expect(gapsOf({ filledUntil: 5 }, AT)).toEqual([]);
    expect(gapsOf({ gapFrom: 0, gapTo: 2_000 }, AT)).toEqual([{ from: undefined, to: at(2_000) }]);
    expect(gapsOf({ gapFrom: 1_000 }, AT)).toEqual([{ from: at(1_000), to: AT }]);
    expect(gapsOf({ gapFrom: 1_000, gapTo: 3_000, filledUntil: 2_000 }, AT)).toEqual([
      { from: at(2_000), to: at(3_000) },
    ]);
  });
});

describe('lifecycle rules', () => {
  const factsOf = (Rules: object[]) =>
    lifecycleOf({ send: async () => ({ Rules }) } as unknown as S3Client, 'media', '111111111111');

  test('become facts about what they remove and archive', async () => {
    const rules = [
      { Status: 'Enabled', Filter: { Prefix: 'tmp/' }, Expiration: { Days: 7 } },
      {
        Status: 'Enabled',
        Filter: { And: { Prefix: 'films/', ObjectSizeGreaterThan: 100 } },
        NoncurrentVersionExpiration: { NoncurrentDays: 30, NewerNoncurrentVersions: 2 },
        Transitions: [
          { Days: 10, StorageClass: 'STANDARD_IA' },
          { Days: 90, StorageClass: 'GLACIER' },
        ],
      },
    ];
    expect(JSON.parse(JSON.stringify(await factsOf(rules)))).toEqual([
      { prefix: 'tmp/', expirationDays: 7 },
      { prefix: 'films/', noncurrentDays: 30, newerNoncurrentVersions: 2, archiveDays: 90, sizeGreaterThan: 100 },
    ]);
  });

  test('that are disabled, or only abort uploads, are left out', async () => {
    const rules = [
      { Status: 'Disabled', Filter: {}, Expiration: { Days: 7 } },
      { Status: 'Enabled', Filter: {}, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } },
    ];
    expect(await factsOf(rules)).toEqual([]);
  });
});

describe('the report', () => {
  const report = reportOf('media', completed([group('lifecycle', 9), group('missing', 2)], run(['a', 'b'])));

  test('lists what is wrong first, with counts and the time that it is about', () => {
    expect(report).toMatchObject({ missing: 2, different: 0, asOf: AT });
    expect(report.replicas[0].reasons.map(({ reason }) => reason)).toEqual(['missing', 'lifecycle']);
  });

  test('is a page in which everything is escaped, with a language, captions and headers', () => {
    const html = htmlOf({ ...report, prefix: '<script>' });
    expect(html).toContain('a&lt;b&gt;&amp;&quot;&#39;\\u0001');
    expect(html).not.toMatch(/<script|a<b>|\u0001/);
    expect(html).toMatch(/^<!doctype html><html lang="en">/);
    expect(html).toContain('<caption>');
    expect(html).toContain('<th scope="col"');
  });
});

test('the repair retries missing versions, and leaves different ones to a person', () => {
  expect(Object.keys(AUDIT_REASONS)).toEqual(['MissingInAudit', 'DifferentInAudit']);
  expect(reasonOf('MissingInAudit').verdict).toBe('retry');
  expect(reasonOf('DifferentInAudit').verdict).toBe('person');
});
