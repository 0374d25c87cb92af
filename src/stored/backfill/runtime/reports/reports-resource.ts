import { DeleteObjectsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { answerTo, CustomResourceAnswer, CustomResourceEvent } from '../../../../private/runtime/custom-resource';
import { Deadline } from '../../../../private/runtime/deadline';
import { ReportsProperties } from '../../contract';

export type ReportsEvent = CustomResourceEvent<ReportsProperties>;

/** Empties the reports bucket before its deletion, because CloudFormation only deletes empty buckets. */
export class ReportsResource {
  constructor(
    private readonly s3: S3Client,
    private readonly account: string,
  ) {}

  async handle(event: ReportsEvent, deadline: Deadline): Promise<CustomResourceAnswer> {
    const id = event.PhysicalResourceId ?? `reports-${event.LogicalResourceId}`;
    try {
      if (event.RequestType === 'Delete') await this.empty(event.ResourceProperties.ReportsBucket, deadline);
      return answerTo(event, id);
    } catch (error) {
      return answerTo(event, id, `Failed to empty the reports bucket: ${(error as Error).name}`);
    }
  }

  private async empty(name: string, deadline: Deadline): Promise<void> {
    const Bucket = { Bucket: name, ExpectedBucketOwner: this.account };
    for (;;) {
      const abortSignal = deadline.signal;
      const { Contents = [] } = await this.s3.send(new ListObjectsV2Command(Bucket), { abortSignal });
      if (Contents.length === 0) return;
      const Objects = Contents.map(({ Key }) => ({ Key }));
      const { Errors = [] } = await this.s3.send(
        new DeleteObjectsCommand({ ...Bucket, Delete: { Objects, Quiet: true } }),
        { abortSignal },
      );
      if (Errors.length > 0) throw Object.assign(new Error(Errors[0].Message), { name: Errors[0].Code });
    }
  }
}

export function isReportsEvent(event: CustomResourceEvent<object>): event is ReportsEvent {
  return 'ReportsBucket' in event.ResourceProperties;
}
