import type { ReplicationConfiguration, ReplicationRule } from '@aws-sdk/client-s3';
import * as fc from 'fast-check';
import { idOf, mergeRules, releaseRules, RulesClash } from '../../../src/stored/bucket/runtime/merge-rules';

const ROLE = 'arn:aws:iam::111111111111:role/r';

const rule = (ID: string, bucket: string, more: Partial<ReplicationRule> = {}): ReplicationRule => ({
  ID,
  Status: 'Enabled',
  Filter: { Prefix: '' },
  DeleteMarkerReplication: { Status: 'Enabled' },
  Destination: { Bucket: `arn:aws:s3:::${bucket}` },
  ...more,
});

/** Rules of others, as S3 would keep them: ids and priorities are distinct. */
const foreignRules = fc
  .uniqueArray(
    fc.record({
      id: fc.string({ minLength: 1, maxLength: 8 }).map((id) => `theirs-${id}`),
      priority: fc.nat(2000),
      bucket: fc.constantFrom('x', 'y', 'z'),
      prefix: fc.string({ maxLength: 3 }),
      status: fc.constantFrom('Enabled' as const, 'Disabled' as const),
    }),
    { maxLength: 20, selector: ({ id }) => id },
  )
  .map((rules) => [...new Map(rules.map((each) => [each.priority, each])).values()])
  .map((rules) =>
    rules.map(({ id, priority, bucket, prefix, status }) =>
      rule(id, bucket, { Priority: priority, Filter: { Prefix: prefix }, Status: status }),
    ),
  );
const ourRules = fc
  .uniqueArray(fc.constantFrom('eu', 'us', 'ap', 'af', 'sa'), { minLength: 1 })
  .map((regions) => regions.map((region) => rule(`ours-${region}`, `media-${region}`)));
const asPut = (Rules: ReplicationRule[]): ReplicationConfiguration | undefined =>
  Rules.length > 0 ? { Role: ROLE, Rules } : undefined;

describe('rules of others', () => {
  test('survive adoption, any changes, and release, to the letter and in order', () => {
    fc.assert(
      fc.property(foreignRules, fc.array(ourRules, { minLength: 1, maxLength: 5 }), (foreign, versions) => {
        let kept = asPut(foreign);
        let former: string[] = [];
        for (const ours of versions) {
          kept = mergeRules(kept, ROLE, ours, former);
          expect(kept.Rules!.slice(0, foreign.length)).toEqual(foreign);
          expect(kept.Rules!.slice(foreign.length).map(idOf)).toEqual(ours.map(idOf));
          former = ours.map(idOf);
        }
        expect(releaseRules(kept, former)).toEqual(asPut(foreign));
      }),
    );
  });

  test('leave each rule a priority of its own, which ours keep', () => {
    fc.assert(
      fc.property(foreignRules, ourRules, ourRules, (foreign, first, second) => {
        const one = mergeRules(asPut(foreign), ROLE, first);
        const two = mergeRules(one, ROLE, second, first.map(idOf));
        for (const { Rules } of [one, two]) {
          const priorities = Rules!.map(({ Priority }) => Priority);
          expect(new Set(priorities).size).toBe(priorities.length);
          expect(priorities.every((priority) => Number.isInteger(priority))).toBe(true);
        }
        for (const { ID } of second.filter((each) => first.some((other) => other.ID === each.ID))) {
          const priorityIn = ({ Rules }: ReplicationConfiguration) => Rules!.find((each) => each.ID === ID)!.Priority;
          expect(priorityIn(two)).toBe(priorityIn(one));
        }
      }),
    );
  });

  test('and ours are merged twice as once', () => {
    fc.assert(
      fc.property(foreignRules, ourRules, (foreign, ours) => {
        const once = mergeRules(asPut(foreign), ROLE, ours);
        expect(mergeRules(once, ROLE, ours)).toEqual(once);
      }),
    );
  });
});

describe('mergeRules', () => {
  const ours = [rule('ours', 'media', { Filter: { Prefix: 'video/' } })];

  test.each<[string, ReplicationRule]>([
    ['another destination', rule('a', 'other', { Priority: 1 })],
    ['other objects', rule('a', 'media', { Priority: 1, Filter: { Prefix: 'audio/' } })],
    ['a rule that is switched off', rule('a', 'media', { Priority: 1, Status: 'Disabled' })],
  ])('goes together with %s', (_, foreign) => {
    expect(mergeRules({ Role: ROLE, Rules: [foreign] }, ROLE, ours).Rules).toHaveLength(2);
  });

  test.each<[string, ReplicationConfiguration, RegExp]>([
    ['a role', { Role: 'arn:other', Rules: [rule('a', 'x')] }, /other rules \(a\), whose role is arn:other/],
    ['the first form', { Role: ROLE, Rules: [rule('a', 'x', { Filter: undefined, Prefix: '' })] }, /first form/],
    ['the same objects', { Role: ROLE, Rules: [rule('a', 'media')] }, /The rule a replicates the same objects/],
    [
      'a part of them, by tag',
      { Role: ROLE, Rules: [rule('a', 'media', { Filter: { Tag: { Key: 'k', Value: 'v' } } })] },
      /The rule a replicates/,
    ],
    [
      'the limit',
      { Role: ROLE, Rules: Array.from({ length: 1000 }, (__, index) => rule(`a${index}`, 'x', { Priority: index })) },
      /1000 other rules: with our 1, it would have more than S3's 1000/,
    ],
  ])('refuses what clashes by %s', (_, existing, message) => {
    expect(() => mergeRules(existing, ROLE, ours)).toThrow(RulesClash);
    expect(() => mergeRules(existing, ROLE, ours)).toThrow(message);
  });

  test('takes the role over where no other rule is left', () => {
    expect(mergeRules({ Role: 'arn:old', Rules: [rule('ours', 'media')] }, ROLE, ours)).toMatchObject({ Role: ROLE });
  });
});
