import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { FailedReplication, Failures } from './failures';
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

const CONCURRENCY = 25;

/** Records the S3 events for failed replication from an SQS batch. */
export class FailureEvents {
  constructor(
    private readonly failures: Failures,
    private readonly bucket: string,
    private readonly telemetry: Telemetry,
  ) {}

  /** @returns the messages that SQS must deliver again */
  async handle({ Records: messages }: SQSEvent): Promise<SQSBatchResponse> {
    const batchItemFailures: { itemIdentifier: string }[] = [];
    await this.failures.markChanged();
    await forEachInParallel(messages, CONCURRENCY, async ({ body, messageId }) => {
      try {
        for (const failure of this.read(body)) await this.failures.recordEvent(failure);
      } catch (error) {
        this.telemetry.failed('event', error);
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    });
    return { batchItemFailures };
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
