import { Logger } from '@aws-lambda-powertools/logger';
import { EventsResource } from './events-resource';
import { RulesResource } from './rules-resource';
import { CustomResourceEvent } from '../../../private/runtime/custom-resource';
import { once } from '../../../private/runtime/once';
import { EventsProperties, RulesProperties } from '../contract';

type BucketEvent = CustomResourceEvent<RulesProperties> | CustomResourceEvent<EventsProperties>;

const logger = once(() => new Logger());

/** Handles the custom resources that manage replication rules and notifications of buckets outside of the template. */
export async function buckets(event: BucketEvent): Promise<void> {
  const reason = await (isEvents(event) ? new EventsResource().handle(event) : new RulesResource().handle(event));
  const { RequestType, ResourceProperties } = event;
  logger().info('responded', { RequestType, bucket: ResourceProperties.BucketName, reason });
}

function isEvents(event: BucketEvent): event is CustomResourceEvent<EventsProperties> {
  return 'TopicArn' in event.ResourceProperties;
}
