import { Logger } from '@aws-lambda-powertools/logger';
import { RulesEvent, RulesResource } from './rules-resource';
import { once } from '../../../private/runtime/once';

const logger = once(() => new Logger());

/** Handles the custom resource that manages replication rules in buckets outside of the template. */
export async function rules(event: RulesEvent): Promise<void> {
  const reason = await new RulesResource().handle(event);
  const { RequestType, ResourceProperties } = event;
  logger().info('responded', { RequestType, bucket: ResourceProperties.BucketName, reason });
}
