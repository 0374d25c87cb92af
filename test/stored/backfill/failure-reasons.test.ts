import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, FAILURE_REASONS, reasonOf } from '../../../src/stored/backfill/failure-reasons';

const OPERATIONS = readFileSync(join(__dirname, '../../../docs/operations.md'), 'utf8');
const RETRIED = { retry: 'yes', person: 'no', gone: 'no', done: 'no' };

test('docs/operations.md lists all reasons with the same advice', () => {
  const rows = OPERATIONS.split('\n').flatMap((line) => {
    const [, reason, retried, advice] =
      /^\| `((?:Assume|Dst|Initiate|Src)\w+)` \| (yes|no) \| (.*) \|$/.exec(line) ?? [];
    return reason ? [[reason, retried, advice]] : [];
  });
  expect(rows).toEqual(
    Object.entries(FAILURE_REASONS).map(([reason, { verdict, advice }]) => [reason, RETRIED[verdict], advice]),
  );
});

test('every documented reason has advice', () => {
  expect(Object.keys(FAILURE_REASONS)).toHaveLength(34);
  for (const { advice } of Object.values(FAILURE_REASONS)) expect(advice).toMatch(/^[A-Z].{18,}\.$/);
});

test('reasons that a retry cannot resolve are not retried', () => {
  const notRetried = Object.entries(FAILURE_REASONS).filter(([, { verdict }]) => verdict !== 'retry');
  expect(notRetried.map(([reason]) => reason)).toEqual([
    'DstObjectHardDeleted',
    'DstVersionNotFound',
    'SrcKeyNotFound',
    'SrcObjectNotEligible',
    'SrcObjectNotFound',
    'SrcReplicationNotPending',
    'SrcVersionNotFound',
  ]);
});

test('an undocumented reason is retried and has advice', () => {
  for (const code of ['AccessDenied', 'constructor', 'toString']) {
    expect(reasonOf(code)).toMatchObject({
      verdict: 'retry',
      advice: expect.stringMatching(/Not a documented reason/),
    });
  }
});

test.each([
  ['AccessDenied', 'AccessDenied'],
  ['', 'Unknown'],
  [undefined, 'Unknown'],
  ['two words', 'Unknown'],
  ['x'.repeat(65), 'Unknown'],
])('codeOf(%j) is %j', (text, code) => expect(codeOf(text)).toBe(code));
