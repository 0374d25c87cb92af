import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { EVENT, EVENT_RETRY_MINUTES } from './contract';
import { statement } from '../../private/policy-statements';

const MAX_RECEIVES = 5;

/**
 * Keeps the S3 events for objects that failed to replicate or are late until the worker records them. A broken policy
 * causes one event for each new object.
 */
export class FailureQueue extends Construct {
  readonly queue: sqs.Queue;
  readonly deadLetters: sqs.Queue;
  /** Of both queues. In the policy of a queue, the resource `*` is that queue. */
  private readonly policy: sqs.QueuePolicy;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    // SSE-SQS, because SNS can send to a queue with a KMS key only if the key policy allows it.
    const encryption = sqs.QueueEncryption.SQS_MANAGED;
    this.deadLetters = new sqs.Queue(this, 'DeadLetters', { encryption, retentionPeriod: Duration.days(14) });
    this.queue = new sqs.Queue(this, 'Queue', {
      encryption,
      retentionPeriod: Duration.days(4),
      visibilityTimeout: Duration.minutes(EVENT_RETRY_MINUTES),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MAX_RECEIVES },
    });
    this.policy = new sqs.QueuePolicy(this, 'Policy', { queues: [this.queue, this.deadLetters] });
    this.policy.document.addStatements(
      new iam.PolicyStatement({
        sid: 'HttpsOnly',
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['sqs:*'],
        resources: ['*'],
        conditions: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
  }

  /** Subscribes to the events that the worker records. */
  subscribeTo(topic: sns.ITopic): void {
    this.policy.document.addStatements(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('sns.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: ['*'],
        conditions: { ArnEquals: { 'aws:SourceArn': topic.topicArn } },
      }),
    );
    const subscription = new sns.Subscription(this, 'Subscription', {
      topic,
      protocol: sns.SubscriptionProtocol.SQS,
      endpoint: this.queue.queueArn,
      rawMessageDelivery: true,
      // The documentation names the events with and without this prefix.
      filterPolicyWithMessageBody: {
        Records: sns.FilterOrPolicy.policy({
          eventName: sns.FilterOrPolicy.filter(
            sns.SubscriptionFilter.stringFilter({
              allowlist: Object.values(EVENT).flatMap((name) => [name, `s3:${name}`]),
            }),
          ),
        }),
      },
    });
    subscription.node.addDependency(this.policy);
  }

  /** The permissions of the worker. */
  statementForReceiving(): iam.PolicyStatement {
    return statement(['sqs:ReceiveMessage', 'sqs:DeleteMessage'], this.queue.queueArn);
  }
}
