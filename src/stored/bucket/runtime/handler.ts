import { Logger } from '@aws-lambda-powertools/logger';
import { RulesEvent, RulesResource } from './rules-resource';
import { sendAnswer } from '../../../private/runtime/custom-resource';
import { once } from '../../../private/runtime/once';

const logger = once(() => new Logger());

/** Behind the custom resource that puts replication rules into buckets that are not of the template. */
export async function rules(event: RulesEvent): Promise<void> {
  const answer = await new RulesResource().handle(event);
  const { RequestType, ResourceProperties } = event;
  logger().info('answered', { RequestType, bucket: ResourceProperties.BucketName, reason: answer.Reason });
  await sendAnswer(event.ResponseURL, answer);
}
