import { Queues } from './queues';
import { isAllowed, Keys, PolicyDocument } from '../../../simulators/iam';
import { bucketArn, Bucket } from '../../../simulators/s3';

interface Topic {
  readonly keyArn?: string;
  policy?: PolicyDocument;
}

export interface Subscription {
  readonly topicArn: string;
  readonly queueArn: string;
  /** On the body of the message. */
  readonly filter?: object;
}

/** The topics and queues of all accounts. */
export class Messaging {
  readonly topics = new Map<string, Topic>();
  readonly subscriptions = new Map<string, Subscription>();
  readonly queuePolicies = new Map<string, PolicyDocument>();

  constructor(
    private readonly keys: () => Keys,
    readonly queues: Queues,
  ) {}

  /** Whether S3 can publish to a topic, by the policies of the topic and of its key. */
  accepts(topicArn: string, bucket: Bucket): boolean {
    const topic = this.topics.get(topicArn);
    if (!topic?.policy) return false;
    const common = { principal: { id: 's3.amazonaws.com' }, resourceAccount: bucket.account };
    const context = {
      'aws:sourceaccount': bucket.account,
      'aws:sourcearn': bucketArn(bucket),
      'aws:securetransport': 'true',
    };
    const mayPublish = isAllowed(
      { ...common, action: 'sns:Publish', resource: topicArn, context },
      { identity: [], resource: topic.policy },
    );
    if (!mayPublish || topic.keyArn === undefined) return mayPublish;
    const key = this.keys().get(topic.keyArn);
    return ['kms:GenerateDataKey', 'kms:Decrypt'].every((action) =>
      isAllowed({ ...common, action, resource: topic.keyArn!, context }, { identity: [], resource: key?.policy }),
    );
  }

  publish(topicArn: string, message: string): void {
    for (const subscription of this.subscriptions.values()) {
      const { queueArn, filter = {} } = subscription;
      if (subscription.topicArn !== topicArn || !matches(filter, JSON.parse(message))) continue;
      const request = {
        principal: { id: 'sns.amazonaws.com' },
        action: 'sqs:SendMessage',
        resource: queueArn,
        resourceAccount: queueArn.split(':')[4],
        context: { 'aws:sourcearn': topicArn, 'aws:securetransport': 'true' },
      };
      if (!isAllowed(request, { identity: [], resource: this.queuePolicies.get(queueArn) })) {
        throw new Error(`${queueArn} does not accept messages of ${topicArn}.`);
      }
      this.queues.send(queueArn, message);
    }
  }
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html */
function matches(filter: any, body: any): boolean {
  return Object.entries<any>(filter).every(([key, part]) => {
    const value = body?.[key];
    if (!Array.isArray(part)) return [value].flat().some((each) => matches(part, each));
    if (part.some((each) => typeof each !== 'string')) throw new Error('Only texts are simulated in filters.');
    return part.includes(value);
  });
}
