import type {
  Event,
  LambdaFunctionConfiguration,
  NotificationConfiguration,
  QueueConfiguration,
  TopicConfiguration,
} from '@aws-sdk/client-s3';

/**
 * Adds a notification without a filter to a configuration. All others stay as they are.
 *
 * @param formerTopic the topic of the notification that an earlier version of the resource added
 * @throws if existing notifications are for the same events, which S3 would reject
 */
export function mergeNotification(
  existing: NotificationConfiguration,
  own: TopicConfiguration,
  formerTopic?: string,
): NotificationConfiguration {
  const { TopicConfigurations = [] } = existing;
  const isOwn = (each: TopicConfiguration) => each.Id === own.Id || isTo(own.TopicArn, each) || isTo(formerTopic, each);
  const others = { ...existing, TopicConfigurations: TopicConfigurations.filter((each) => !isOwn(each)) };
  const conflicts = notificationsOf(others).filter(({ Events }) => Events!.some((event) => isCovered(event, own)));
  if (conflicts.length > 0) {
    const found = conflicts.map((each) => `${each.Id} (${each.Events!.join(', ')}) to ${destinationOf(each)}`);
    throw new Error(
      `The bucket has notifications for the same events: ${found.join('; ')}. S3 accepts one destination for each event. ` +
        'Remove these events from the notifications, and subscribe the destinations to `replicationEvents`.',
    );
  }
  return { ...others, TopicConfigurations: [...others.TopicConfigurations, own] };
}

/** Removes a notification from a configuration that contains it. */
export function removeNotification(
  existing: NotificationConfiguration,
  { TopicArn }: TopicConfiguration,
): NotificationConfiguration {
  return { ...existing, TopicConfigurations: existing.TopicConfigurations!.filter((each) => !isTo(TopicArn, each)) };
}

/** Whether a configuration contains the notification. Its ID does not matter: the CDK's function changes IDs. */
export function hasNotification(existing: NotificationConfiguration, { TopicArn }: TopicConfiguration): boolean {
  return existing.TopicConfigurations?.some((each) => isTo(TopicArn, each)) ?? false;
}

/** The ARNs of all destinations. */
export function destinationsOf(configuration: NotificationConfiguration): string[] {
  return notificationsOf(configuration).map(destinationOf);
}

type Notification = Partial<TopicConfiguration & QueueConfiguration & LambdaFunctionConfiguration>;

function notificationsOf(configuration: NotificationConfiguration): Notification[] {
  const { TopicConfigurations = [], QueueConfigurations = [], LambdaFunctionConfigurations = [] } = configuration;
  return [...TopicConfigurations, ...QueueConfigurations, ...LambdaFunctionConfigurations];
}

function destinationOf({ TopicArn, QueueArn, LambdaFunctionArn }: Notification): string {
  return (TopicArn ?? QueueArn ?? LambdaFunctionArn)!;
}

/** Whether an event type, such as `s3:Replication:*`, is or includes one of the notification's. */
function isCovered(event: Event, { Events }: TopicConfiguration): boolean {
  return Events!.some((own) => (event.endsWith(':*') ? own.startsWith(event.slice(0, -1)) : own === event));
}

/** Whether a notification is for replication events only, and to the topic. */
function isTo(topic: string | undefined, { TopicArn, Events }: TopicConfiguration): boolean {
  return TopicArn === topic && Events!.every((event) => event.startsWith('s3:Replication:'));
}
