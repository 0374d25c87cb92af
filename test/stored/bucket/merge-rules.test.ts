import type { ReplicationConfiguration, ReplicationRule } from '@aws-sdk/client-s3';
import * as fc from 'fast-check';
import { idOf, mergeRules, removeRules, RulesConflict } from '../../../src/stored/bucket/runtime/merge-rules';

const ROLE = 'arn:aws:iam::111111111111:role/r';

const rule = (ID: string, bucket: string, more: Partial<ReplicationRule> = {}): ReplicationRule => ({
  ID,
  Status: 'Enabled',
  Filter: { Prefix: '' },
  DeleteMarkerReplication: { Status: 'Enabled' },
  Destination: { Bucket: `arn:aws:s3:::${bucket}` },
  ...more,
});

/** Rules that other tools added, as S3 stores them: with unique IDs and priorities. */
const unmanagedRules = fc
  .uniqueArray(
    fc.record({
      id: fc.string({ minLength: 1, maxLength: 8 }).map((id) => `unmanaged-${id}`),
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
const managedRules = fc
  .uniqueArray(fc.constantFrom('eu', 'us', 'ap', 'af', 'sa'), { minLength: 1 })
  .map((regions) => regions.map((region) => rule(`managed-${region}`, `media-${region}`)));
const configurationOf = (Rules: ReplicationRule[]): ReplicationConfiguration | undefined =>
  Rules.length > 0 ? { Role: ROLE, Rules } : undefined;

describe('unmanaged rules', () => {
  test('stay identical and in order when managed rules are added, changed and removed', () => {
    fc.assert(
      fc.property(unmanagedRules, fc.array(managedRules, { minLength: 1, maxLength: 5 }), (unmanaged, versions) => {
        let configuration = configurationOf(unmanaged);
        let former: string[] = [];
        for (const rules of versions) {
          configuration = mergeRules(configuration, ROLE, rules, former);
          expect(configuration.Rules!.slice(0, unmanaged.length)).toEqual(unmanaged);
          expect(configuration.Rules!.slice(unmanaged.length).map(idOf)).toEqual(rules.map(idOf));
          former = rules.map(idOf);
        }
        expect(removeRules(configuration, former)).toEqual(configurationOf(unmanaged));
      }),
    );
  });

  test('and managed rules have unique priorities, which managed rules keep', () => {
    fc.assert(
      fc.property(unmanagedRules, managedRules, managedRules, (unmanaged, first, second) => {
        const one = mergeRules(configurationOf(unmanaged), ROLE, first);
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

  test('can be merged again without a change', () => {
    fc.assert(
      fc.property(unmanagedRules, managedRules, (unmanaged, rules) => {
        const once = mergeRules(configurationOf(unmanaged), ROLE, rules);
        expect(mergeRules(once, ROLE, rules)).toEqual(once);
      }),
    );
  });
});

describe('mergeRules', () => {
  const rules = [rule('managed', 'media', { Filter: { Prefix: 'video/' } })];

  test.each<[string, ReplicationRule]>([
    ['another destination', rule('a', 'other', { Priority: 1 })],
    ['other objects', rule('a', 'media', { Priority: 1, Filter: { Prefix: 'audio/' } })],
    ['a disabled rule', rule('a', 'media', { Priority: 1, Status: 'Disabled' })],
  ])('accepts %s', (_, other) => {
    expect(mergeRules({ Role: ROLE, Rules: [other] }, ROLE, rules).Rules).toHaveLength(2);
  });

  test.each<[string, ReplicationConfiguration, RegExp]>([
    ['another role', { Role: 'arn:other', Rules: [rule('a', 'x')] }, /other rules \(a\) with the role arn:other/],
    [
      'version 1 of the configuration',
      { Role: ROLE, Rules: [rule('a', 'x', { Filter: undefined, Prefix: '' })] },
      /The rule a uses version 1/,
    ],
    [
      'a rule for the same objects',
      { Role: ROLE, Rules: [rule('a', 'media')] },
      /The rule a replicates the same objects/,
    ],
    [
      'a rule for some of the same objects, by tag',
      { Role: ROLE, Rules: [rule('a', 'media', { Filter: { Tag: { Key: 'k', Value: 'v' } } })] },
      /The rule a replicates/,
    ],
    [
      'too many rules',
      { Role: ROLE, Rules: Array.from({ length: 1000 }, (__, index) => rule(`a${index}`, 'x', { Priority: index })) },
      /1000 other rules: with 1 more, it would have more than S3's 1000/,
    ],
  ])('fails for %s', (_, existing, message) => {
    expect(() => mergeRules(existing, ROLE, rules)).toThrow(RulesConflict);
    expect(() => mergeRules(existing, ROLE, rules)).toThrow(message);
  });

  test('changes the role if there are no unmanaged rules', () => {
    expect(mergeRules({ Role: 'arn:old', Rules: [rule('managed', 'media')] }, ROLE, rules)).toMatchObject({
      Role: ROLE,
    });
  });
});
