import { DeleteObjectsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { Deadline } from '../../../../private/runtime/deadline';

/** Empties the reports bucket before its deletion, because CloudFormation only deletes empty buckets. */
export async function emptyReports(s3: S3Client, name: string, account: string, deadline: Deadline): Promise<void> {
  const bucket = { Bucket: name, ExpectedBucketOwner: account };
  for (;;) {
    const abortSignal = deadline.signal;
    const { Contents = [] } = await s3.send(new ListObjectsV2Command(bucket), { abortSignal });
    if (Contents.length === 0) return;
    const Objects = Contents.map(({ Key }) => ({ Key }));
    const { Errors = [] } = await s3.send(new DeleteObjectsCommand({ ...bucket, Delete: { Objects, Quiet: true } }), {
      abortSignal,
    });
    if (Errors.length > 0) throw new Error(`Failed to empty the reports bucket: ${Errors[0].Code}`);
  }
}
