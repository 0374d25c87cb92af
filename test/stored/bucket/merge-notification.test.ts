import type { Event, NotificationConfiguration, TopicConfiguration } from '@aws-sdk/client-s3';
import * as fc from 'fast-check';
import {
  destinationsOf,
  hasNotification,
  mergeNotification,
  removeNotification,
} from '../../../src/stored/bucket/runtime/merge-notification';

const EVENTS: Event[] = ['s3:Replication:OperationFailedReplication', 's3:Replication:OperationNotTracked'];
const own: TopicConfiguration = { Id: 'own', TopicArn: 'arn:own', Events: EVENTS };

/** Notifications of other tools, for other events. */
const notification = fc.record({
  Id: fc.string({ minLength: 1 }).map((id) => `other-${id}`),
  Events: fc.subarray<Event>(
    ['s3:ObjectCreated:*', 's3:ObjectRemoved:Delete', 's3:Replication:OperationMissedThreshold', 's3:ObjectRestore:*'],
    { minLength: 1 },
  ),
  Filter: fc.option(
    fc.string().map((Value) => ({ Key: { FilterRules: [{ Name: 'prefix' as const, Value }] } })),
    { nil: undefined },
  ),
});
const others: fc.Arbitrary<NotificationConfiguration> = fc.record(
  {
    TopicConfigurations: fc.array(notification.map((each) => ({ ...each, TopicArn: 'arn:topic' }))),
    QueueConfigurations: fc.array(notification.map((each) => ({ ...each, QueueArn: 'arn:queue' }))),
    LambdaFunctionConfigurations: fc.array(notification.map((each) => ({ ...each, LambdaFunctionArn: 'arn:fn' }))),
    EventBridgeConfiguration: fc.constant({}),
  },
  { requiredKeys: ['TopicConfigurations'] },
);

describe('notifications of other tools', () => {
  test('stay identical and in order when the own one is added, changed and removed', () => {
    fc.assert(
      fc.property(others, fc.subarray(EVENTS, { minLength: 1 }), (existing, Events) => {
        const first = mergeNotification(existing, { Id: 'former', TopicArn: 'arn:former', Events });
        const changed = mergeNotification(first, own, 'arn:former');
        expect(changed).toEqual({
          ...existing,
          TopicConfigurations: [...existing.TopicConfigurations!, own],
        });
        expect(mergeNotification(changed, own)).toEqual(changed);
        expect(hasNotification(changed, own)).toBe(true);
        expect(removeNotification(changed, own)).toEqual(existing);
        expect(hasNotification(existing, own)).toBe(false);
      }),
    );
  });
});

describe('mergeNotification', () => {
  test.each<[string, NotificationConfiguration, string]>([
    [
      'one of the events',
      { QueueConfigurations: [{ Id: 'alerts', QueueArn: 'arn:alerts', Events: ['s3:ObjectCreated:*', EVENTS[0]] }] },
      `alerts (s3:ObjectCreated:*, ${EVENTS[0]}) to arn:alerts`,
    ],
    [
      'a type that includes them, although it has a filter',
      {
        LambdaFunctionConfigurations: [
          {
            Id: 'all',
            LambdaFunctionArn: 'arn:fn',
            Events: ['s3:Replication:*'],
            Filter: { Key: { FilterRules: [{ Name: 'suffix', Value: '.mp4' }] } },
          },
        ],
      },
      'all (s3:Replication:*) to arn:fn',
    ],
    [
      'the events in several notifications',
      {
        TopicConfigurations: EVENTS.map((event, index) => ({ Id: `${index}`, TopicArn: 'arn:t', Events: [event] })),
      },
      `0 (${EVENTS[0]}) to arn:t; 1 (${EVENTS[1]}) to arn:t`,
    ],
  ])('fails for %s', (_, existing, found) => {
    expect(() => mergeNotification(existing, own)).toThrow(
      new Error(
        `The bucket has notifications for the same events: ${found}. S3 accepts one destination for each event. Remove ` +
          'these events from the notifications, and subscribe the destinations to `replicationEvents`.',
      ),
    );
  });

  test('replaces the notification of an earlier deployment that was not released', () => {
    const earlier = { TopicConfigurations: [{ ...own, TopicArn: 'arn:earlier' }] };
    expect(mergeNotification(earlier, own)).toEqual({ TopicConfigurations: [own] });
  });
});

test('the notification is found although another tool has changed its ID', () => {
  const changed = { TopicConfigurations: [{ ...own, Id: 'changed' }] };
  expect(hasNotification(changed, own)).toBe(true);
  expect(mergeNotification(changed, own)).toEqual({ TopicConfigurations: [own] });
  expect(removeNotification(changed, own)).toEqual({ TopicConfigurations: [] });
});

test.each<[string, TopicConfiguration]>([
  ['a successor with the same ID', { ...own, TopicArn: 'arn:successor' }],
  ['the user, for other events to the same topic', { ...own, Id: 'user', Events: ['s3:ObjectCreated:*'] }],
])('the notification of %s is not removed', (_, other) => {
  expect(hasNotification({ TopicConfigurations: [other] }, own)).toBe(false);
  const existing = { TopicConfigurations: [own, other] };
  expect(removeNotification(existing, own)).toEqual({ TopicConfigurations: [other] });
});

test('destinationsOf lists the destinations of all types', () => {
  const configuration = {
    TopicConfigurations: [own],
    QueueConfigurations: [{ QueueArn: 'arn:queue', Events: [] }],
    LambdaFunctionConfigurations: [{ LambdaFunctionArn: 'arn:fn', Events: [] }],
  };
  expect(destinationsOf(configuration)).toEqual(['arn:own', 'arn:queue', 'arn:fn']);
});
