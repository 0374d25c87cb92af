import type { Event, NotificationConfiguration, TopicConfiguration } from '@aws-sdk/client-s3';
import { BucketResource } from './bucket-resource';
import { destinationsOf, hasNotification, mergeNotification, removeNotification } from './merge-notification';
import { ReplicationBucket } from './replication-bucket';
import { EventsProperties } from '../contract';

/** Manages one notification of a bucket, and keeps those of other tools. */
export class EventsResource extends BucketResource<EventsProperties> {
  protected async put(bucket: ReplicationBucket, properties: EventsProperties, old?: EventsProperties): Promise<void> {
    const own = notificationOf(properties);
    // S3 validates all destinations, and any of them can be missing by now. A rollback must not fail for that reason.
    const validate = old?.TopicArn !== own.TopicArn;
    await bucket.writeUntilKept('notification', async () => {
      const merged = mergeNotification(await bucket.notifications(), own, old?.TopicArn);
      await bucket.putNotifications(merged, validate).catch((error: Error) => nameDestinations(error, merged));
      return hasNotification(await bucket.notifications(), own);
    });
  }

  protected async remove(bucket: ReplicationBucket, properties: EventsProperties): Promise<void> {
    const own = notificationOf(properties);
    await bucket.writeUntilKept('notification', async () => {
      const existing = await bucket.notifications();
      if (!hasNotification(existing, own)) return true;
      await bucket.putNotifications(removeNotification(existing, own), false);
      return false;
    });
  }
}

function notificationOf({ Id, TopicArn, Events }: EventsProperties): TopicConfiguration {
  return { Id, TopicArn, Events: Events as Event[] };
}

/** S3 does not name the destination that it could not validate. */
function nameDestinations(error: Error, configuration: NotificationConfiguration): never {
  if (!error.message.includes('validate the following destination')) throw error;
  throw new Error(
    `${error.message}: S3 tests every destination when a notification is added. One of these does not exist, or does not ` +
      `allow S3: ${destinationsOf(configuration).join(', ')}. Remove its notification.`,
  );
}
