import { DeleteObjectsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { CustomResourceEvent } from '../../../../private/runtime/custom-resource';
import { Deadline } from '../../../../private/runtime/deadline';
import { ReportsProperties } from '../../contract';
import { BackfillEvent } from '../backfill-plan';

export type ReportsEvent = CustomResourceEvent<ReportsProperties>;

/** Empties the reports bucket before its deletion, because CloudFormation only deletes empty buckets. */
export class ReportsResource {
  constructor(
    private readonly s3: S3Client,
    private readonly account: string,
  ) {}

  async handle({ RequestType, ResourceProperties }: ReportsEvent, deadline: Deadline): Promise<void> {
    if (RequestType !== 'Delete') return;
    const bucket = { Bucket: ResourceProperties.ReportsBucket, ExpectedBucketOwner: this.account };
    for (;;) {
      const abortSignal = deadline.signal;
      const { Contents = [] } = await this.s3.send(new ListObjectsV2Command(bucket), { abortSignal });
      if (Contents.length === 0) return;
      const Objects = Contents.map(({ Key }) => ({ Key }));
      const { Errors = [] } = await this.s3.send(
        new DeleteObjectsCommand({ ...bucket, Delete: { Objects, Quiet: true } }),
        { abortSignal },
      );
      if (Errors.length > 0) throw new Error(`Failed to empty the reports bucket: ${Errors[0].Code}`);
    }
  }
}

export function isReportsEvent(event: BackfillEvent | ReportsEvent): event is ReportsEvent {
  return 'ReportsBucket' in event.ResourceProperties;
}
