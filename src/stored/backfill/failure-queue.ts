import { Duration } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

const MAX_RECEIVES = 5;

/**
 * Receives the S3 events for objects that failed to replicate. A broken policy causes one event for each new object:
 * the queue batches them, and keeps them while the function cannot record them.
 */
export class FailureQueue extends Construct {
  readonly queue: sqs.Queue;
  readonly deadLetters: sqs.Queue;

  constructor(scope: Construct, id: string, consumer: lambda.Function) {
    super(scope, id);
    // SSE-SQS, because SNS can send to a queue with a KMS key only if the key policy allows it.
    const common = { encryption: sqs.QueueEncryption.SQS_MANAGED, enforceSSL: true };
    this.deadLetters = new sqs.Queue(this, 'DeadLetters', { ...common, retentionPeriod: Duration.days(14) });
    this.queue = new sqs.Queue(this, 'Queue', {
      ...common,
      retentionPeriod: Duration.days(4),
      // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
      visibilityTimeout: Duration.seconds(6 * consumer.timeout!.toSeconds()),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MAX_RECEIVES },
    });
    consumer.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: 500,
        maxBatchingWindow: Duration.seconds(20),
        maxConcurrency: 4,
        reportBatchItemFailures: true,
      }),
    );
  }
}
