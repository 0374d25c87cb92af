import { DeleteMessageBatchCommand, Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { FailedReplication, Failures } from './failures';
import { Deadline } from '../../../../private/runtime/deadline';
import { patience } from '../../../../private/runtime/patience';
import { FAILED_EVENT } from '../../contract';
import { codeOf } from '../../failure-reasons';
import { decodeKey, NULL_VERSION } from '../object-keys';
import { forEachInParallel } from '../parallel';
import { Telemetry } from '../telemetry';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-metrics-events.html */
interface ReplicationRecord {
  readonly eventName?: string;
  readonly eventTime?: string;
  readonly s3?: {
    readonly bucket?: { readonly name?: string };
    readonly object?: { readonly key?: string; readonly versionId?: string };
  };
  readonly replicationEventData?: { readonly destinationBucket?: string; readonly failureReason?: string };
}

/** The maximum of SQS. */
const BATCH = 10;
const MAX_PARALLEL_BATCHES = 16;

/** Records the S3 events for failed replication that are in the queue. */
export class FailureEvents {
  // The URL of the queue is not the endpoint, so that the settings of the SDK apply.
  private readonly sqs = new SQSClient({
    maxAttempts: 5,
    requestHandler: patience(10_000),
    useQueueUrlAsEndpoint: false,
  });

  constructor(
    private readonly failures: Failures,
    private readonly bucket: string,
    private readonly queueUrl: string,
    private readonly telemetry: Telemetry,
  ) {}

  /** Records events until the queue is empty. Events that cannot be recorded are received again, then dead letters. */
  async recordAll(deadline: Deadline): Promise<void> {
    for (let parallel = 1; parallel > 0 && !deadline.isOver;) {
      const received = await Promise.all(Array.from({ length: parallel }, () => this.receive()));
      const batches = received.filter(({ length }) => length > 0);
      if (batches.length > 0) await this.failures.markChanged();
      await Promise.all(batches.map((batch) => this.record(batch)));
      parallel = Math.min(2 * batches.length, MAX_PARALLEL_BATCHES);
    }
  }

  private async receive(): Promise<Message[]> {
    const { Messages = [] } = await this.sqs.send(
      // Without waiting, SQS asks only some of its servers for messages.
      new ReceiveMessageCommand({ QueueUrl: this.queueUrl, MaxNumberOfMessages: BATCH, WaitTimeSeconds: 1 }),
    );
    return Messages;
  }

  private async record(messages: readonly Message[]): Promise<void> {
    const recorded: Message[] = [];
    await forEachInParallel(messages, BATCH, async (message) => {
      try {
        for (const failure of this.read(message.Body!)) await this.failures.recordEvent(failure);
        recorded.push(message);
      } catch (error) {
        this.telemetry.failed('event', error);
      }
    });
    if (recorded.length === 0) return;
    const Entries = recorded.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await this.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: this.queueUrl, Entries }));
  }

  /** S3 also sends a test event, which has no records. */
  private read(body: string): FailedReplication[] {
    const { Records = [] } = JSON.parse(body) as { Records?: ReplicationRecord[] };
    return Records.flatMap(({ eventName = '', eventTime = '', s3, replicationEventData: data }) => {
      const key = s3?.object?.key;
      if (!eventName.endsWith(FAILED_EVENT) || s3?.bucket?.name !== this.bucket || !key) return [];
      return [
        {
          key: decodeKey(key),
          versionId: s3.object?.versionId || NULL_VERSION,
          reason: codeOf(data?.failureReason),
          at: Date.parse(eventTime) || Date.now(),
          destination: data?.destinationBucket?.split(':').pop(),
        },
      ];
    });
  }
}
