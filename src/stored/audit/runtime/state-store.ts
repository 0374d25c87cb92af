import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AuditState } from './state';
import { unlessError } from '../../../private/runtime/unless-error';
import { STATE_KEY } from '../contract';

/** Another invocation has changed the state. It continues the run. */
export class StateConflict extends Error {
  readonly name = 'StateConflict';
}

/** The state as it was read. `etag` is undefined if there is none yet. */
export interface StoredState {
  readonly state: AuditState;
  readonly etag?: string;
}

/** Stores the state as one S3 object, which is replaced only if it did not change since it was read. */
export class StateStore {
  constructor(
    private readonly s3: S3Client,
    private readonly bucket: string,
    private readonly account: string,
  ) {}

  async load(): Promise<StoredState> {
    const object = { Bucket: this.bucket, Key: STATE_KEY, ExpectedBucketOwner: this.account };
    const found = await unlessError(this.s3.send(new GetObjectCommand(object)), 'NoSuchKey');
    if (!found) return { state: { version: 1, createdAt: new Date().toISOString() } };
    return { state: JSON.parse(await found.Body!.transformToString()) as AuditState, etag: found.ETag };
  }

  /**
   * Replaces the state that was read.
   *
   * @throws StateConflict if another invocation replaced it in the meantime
   */
  async save(state: AuditState, { etag }: StoredState): Promise<StoredState> {
    try {
      const { ETag } = await this.s3.send(
        new PutObjectCommand({
          Bucket: this.bucket,
          Key: STATE_KEY,
          ExpectedBucketOwner: this.account,
          Body: JSON.stringify(state),
          ContentType: 'application/json',
          ...(etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: etag }),
        }),
      );
      return { state, etag: ETag };
    } catch (error) {
      if (['PreconditionFailed', 'ConditionalRequestConflict'].includes((error as Error).name)) {
        throw new StateConflict('Another invocation changed the state.', { cause: error });
      }
      throw error;
    }
  }
}
