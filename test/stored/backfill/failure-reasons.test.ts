import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, FAILURE_REASONS, reasonOf } from '../../../src/stored/backfill/failure-reasons';

const OPERATIONS = readFileSync(join(__dirname, '../../../docs/operations.md'), 'utf8');
const RETRIED = { retry: 'yes', person: 'no', gone: 'no', done: 'no' };

test('docs/operations.md has all reasons, with the same advice', () => {
  const rows = OPERATIONS.split('\n').flatMap((line) => {
    const [, reason, retried, advice] =
      /^\| `((?:Assume|Dst|Initiate|Src)\w+)` \| (yes|no) \| (.*) \|$/.exec(line) ?? [];
    return reason ? [[reason, retried, advice]] : [];
  });
  expect(rows).toEqual(
    Object.entries(FAILURE_REASONS).map(([reason, { verdict, advice }]) => [reason, RETRIED[verdict], advice]),
  );
});

test('all documented reasons are there', () => {
  expect(Object.keys(FAILURE_REASONS)).toHaveLength(34);
  for (const { advice } of Object.values(FAILURE_REASONS)) expect(advice).toMatch(/^[A-Z].{18,}\.$/);
});

test('what no retry can heal is not retried', () => {
  const without = Object.entries(FAILURE_REASONS).filter(([, { verdict }]) => verdict !== 'retry');
  expect(without.map(([reason]) => reason)).toEqual([
    'DstObjectHardDeleted',
    'DstVersionNotFound',
    'SrcKeyNotFound',
    'SrcObjectNotEligible',
    'SrcObjectNotFound',
    'SrcReplicationNotPending',
    'SrcVersionNotFound',
  ]);
});

test('what is not documented has an advice too', () => {
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
])('the code %j is kept as %j', (text, code) => expect(codeOf(text)).toBe(code));
