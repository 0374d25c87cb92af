import { Logger } from '@aws-lambda-powertools/logger';
import { RulesEvent, RulesResource } from './runtime/rules-resource';
import { sendAnswer } from '../private/runtime/custom-resource';

const logger = new Logger();
const resource = new RulesResource();

/** Behind the custom resource that puts replication rules into buckets that are not of the template. */
export async function handler(event: RulesEvent): Promise<void> {
  const answer = await resource.handle(event);
  const { RequestType, ResourceProperties } = event;
  logger.info('answered', { RequestType, bucket: ResourceProperties.BucketName, reason: answer.Reason });
  await sendAnswer(event.ResponseURL, answer);
}
