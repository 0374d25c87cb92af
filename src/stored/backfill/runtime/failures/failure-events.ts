import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { Failures, Sighting } from './failures';
import { codeOf } from '../../failure-reasons';
import { decodeKey, NULL_VERSION } from '../object-keys';
import { atOnce } from '../parallel';
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

const FAILED = /Replication:OperationFailedReplication$/;
const WRITES_AT_ONCE = 25;

/** S3's events of objects that it gave up on, as they come in a queue. */
export class FailureEvents {
  constructor(
    private readonly failures: Failures,
    private readonly bucket: string,
    private readonly telemetry: Telemetry,
  ) {}

  /** @returns the messages that are to come again */
  async handle({ Records: messages }: SQSEvent): Promise<SQSBatchResponse> {
    const batchItemFailures: { itemIdentifier: string }[] = [];
    await this.failures.willChange();
    await atOnce(messages, WRITES_AT_ONCE, async ({ body, messageId }) => {
      try {
        for (const sighting of this.read(body)) await this.failures.see(sighting);
      } catch (error) {
        this.telemetry.failed('event', error);
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    });
    return { batchItemFailures };
  }

  /** S3 also sends a test event, which has no records. */
  private read(body: string): Sighting[] {
    const { Records = [] } = JSON.parse(body) as { Records?: ReplicationRecord[] };
    return Records.flatMap(({ eventName = '', eventTime = '', s3, replicationEventData: data }) => {
      const key = s3?.object?.key;
      if (!FAILED.test(eventName) || s3?.bucket?.name !== this.bucket || !key) return [];
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
