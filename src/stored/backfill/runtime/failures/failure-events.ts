import { DeleteMessageBatchCommand, Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { FailedReplication, Failures } from './failures';
import { Deadline } from '../../../../private/runtime/deadline';
import { patience } from '../../../../private/runtime/patience';
import { EVENT } from '../../contract';
import { codeOf } from '../../failure-reasons';
import { decodeKey, NULL_VERSION } from '../object-keys';
import { forEachInParallel } from '../parallel';
import { ReplicaStates } from '../replica-states';
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

interface ReplicationEvent extends FailedReplication {
  readonly name: (typeof EVENT)[keyof typeof EVENT];
}

/** Records the S3 events in the queue, which report objects that failed to replicate or are late. */
export class FailureEvents {
  // The URL of the queue is not the endpoint, so that the settings of the SDK apply.
  private readonly sqs = new SQSClient({
    maxAttempts: 5,
    requestHandler: patience(10_000),
    useQueueUrlAsEndpoint: false,
  });

  constructor(
    private readonly failures: Failures,
    private readonly states: ReplicaStates,
    private readonly bucket: string,
    private readonly queueUrl: string,
    private readonly telemetry: Telemetry,
  ) {}

  /**
   * Records events until the queue is empty. SQS delivers events that cannot be recorded again, and then moves them to
   * the dead-letter queue.
   *
   * @returns whether the queue is empty and all events were recorded
   */
  async recordAll(replicas: readonly string[], deadline: Deadline): Promise<boolean> {
    let areRecorded = true;
    for (let parallel = 1; parallel > 0;) {
      if (deadline.isOver) return false;
      const received = await Promise.all(Array.from({ length: parallel }, () => this.receive()));
      const batches = received.filter(({ length }) => length > 0);
      if (batches.length > 0) await this.failures.markChanged();
      const recorded = await Promise.all(batches.map((batch) => this.record(batch, replicas)));
      areRecorded &&= recorded.every(Boolean);
      parallel = Math.min(2 * batches.length, MAX_PARALLEL_BATCHES);
    }
    return areRecorded;
  }

  private async receive(): Promise<Message[]> {
    const { Messages = [] } = await this.sqs.send(
      // Without waiting, SQS asks only some of its servers for messages.
      new ReceiveMessageCommand({ QueueUrl: this.queueUrl, MaxNumberOfMessages: BATCH, WaitTimeSeconds: 1 }),
    );
    return Messages;
  }

  /** @returns whether all events were recorded */
  private async record(messages: readonly Message[], replicas: readonly string[]): Promise<boolean> {
    const recorded: Message[] = [];
    await forEachInParallel(messages, BATCH, async (message) => {
      try {
        for (const event of this.read(message.Body!)) await this.apply(event, replicas);
        recorded.push(message);
      } catch (error) {
        this.telemetry.failed('event', error);
      }
    });
    if (recorded.length > 0) {
      const Entries = recorded.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await this.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: this.queueUrl, Entries }));
    }
    return recorded.length === messages.length;
  }

  private async apply(event: ReplicationEvent, replicas: readonly string[]): Promise<void> {
    const { name, destination } = event;
    const affected = destination === undefined ? replicas : replicas.filter((replica) => replica === destination);
    if (name === EVENT.arrived) {
      for (const replica of affected) await this.states.addArrived(replica, event);
      return;
    }
    await this.states.addMissing(affected, event, { unlessArrived: name !== EVENT.failed });
    // S3 sends no further event about an object that it no longer tracks, so a repair replicates the object.
    if (name !== EVENT.late) await this.failures.recordEvent(event);
  }

  /** S3 also sends a test event, which has no records. */
  private read(body: string): ReplicationEvent[] {
    const { Records = [] } = JSON.parse(body) as { Records?: ReplicationRecord[] };
    return Records.flatMap(({ eventName = '', eventTime = '', s3, replicationEventData: data }) => {
      const key = s3?.object?.key;
      const name = Object.values(EVENT).find((each) => eventName.endsWith(each));
      if (!name || s3?.bucket?.name !== this.bucket || !key) return [];
      return [
        {
          name,
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
