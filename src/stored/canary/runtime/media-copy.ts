import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { statusOf } from './failures';
import { isCanaryKey } from './keys';

export interface CopyLocation {
  readonly region: string;
  readonly bucket: string;
}

/** The result of reading a version from a copy. */
export type ReadResult =
  | { readonly state: 'found'; readonly body: Uint8Array }
  | { readonly state: 'missing' }
  /** The version exists but cannot be read from here: the bucket is isolated, or access to its key is denied. */
  | { readonly state: 'unreadable' };

/** A version of an object, or a delete marker. */
export interface Version {
  readonly key: string;
  readonly versionId: string;
  readonly lastModified: number;
}

/** The version id of objects in a bucket without versioning. */
export const NO_VERSION = 'null';

const LINK_SECONDS = 60;

/** One copy of the media, restricted to the canary's own objects. */
export class MediaCopy {
  readonly region: string;
  private readonly bucket: string;

  constructor(
    { region, bucket }: CopyLocation,
    private readonly folder: string,
    private readonly s3: S3Client,
  ) {
    this.region = region;
    this.bucket = bucket;
  }

  /** @returns the version id */
  async put(key: string, body: Uint8Array, tags: Record<string, string>, abortSignal: AbortSignal): Promise<string> {
    const tagging = Object.entries(tags).map((tag) => tag.map(encodeURIComponent).join('='));
    const { VersionId } = await this.s3.send(
      new PutObjectCommand({
        Bucket: this.bucket,
        Key: key,
        Body: body,
        ContentType: 'application/octet-stream',
        Tagging: tagging.length ? tagging.join('&') : undefined,
      }),
      { abortSignal },
    );
    return VersionId ?? NO_VERSION;
  }

  async read(key: string, versionId: string, abortSignal: AbortSignal): Promise<ReadResult> {
    try {
      const { Body } = await this.s3.send(this.getCommand(key, versionId), { abortSignal });
      return { state: 'found', body: await Body!.transformToByteArray() };
    } catch (error) {
      const status = statusOf(error);
      if (status === 404) return { state: 'missing' };
      // 403: denied by a policy. 400: the key is disabled or deleted. A list request depends on neither.
      if (status !== 403 && status !== 400) throw error;
      const versions = await this.versions(key, abortSignal);
      return versions.some((each) => each.versionId === versionId) ? { state: 'unreadable' } : { state: 'missing' };
    }
  }

  /** The replication status of a version over all replicas. Undefined if no rule matches it. */
  async replicationStatus(key: string, versionId: string, abortSignal: AbortSignal): Promise<string | undefined> {
    const input = { Bucket: this.bucket, Key: key, VersionId: versionId };
    const { ReplicationStatus } = await this.s3.send(new HeadObjectCommand(input), { abortSignal });
    return ReplicationStatus;
  }

  /** Lists all versions and delete markers of the canary's objects with this key prefix. */
  async versions(prefix: string, abortSignal: AbortSignal): Promise<Version[]> {
    const found: Version[] = [];
    let next: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
    while (next) {
      const page: {
        Versions?: Entry[];
        DeleteMarkers?: Entry[];
        IsTruncated?: boolean;
        NextKeyMarker?: string;
        NextVersionIdMarker?: string;
      } = await this.s3.send(new ListObjectVersionsCommand({ Bucket: this.bucket, Prefix: prefix, ...next }), {
        abortSignal,
      });
      for (const { Key, VersionId, LastModified } of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]) {
        if (!isCanaryKey(this.folder, Key!)) continue;
        found.push({ key: Key!, versionId: VersionId ?? NO_VERSION, lastModified: LastModified!.getTime() });
      }
      next = page.IsTruncated
        ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
        : undefined;
    }
    return found;
  }

  /** Deletes a version permanently, in this copy only, because S3 does not replicate it. A missing version is no error. */
  async delete({ key, versionId }: Version, abortSignal: AbortSignal): Promise<void> {
    if (!isCanaryKey(this.folder, key)) throw new Error('The object does not belong to this canary.');
    try {
      const input = { Bucket: this.bucket, Key: key, VersionId: versionId };
      await this.s3.send(new DeleteObjectCommand(input), { abortSignal });
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
    }
  }

  /** Returns a presigned link without its authority. It signs only the Host header, because a proxy drops others. */
  async linkPath(key: string, versionId: string): Promise<string> {
    const link = await getSignedUrl(this.s3, this.getCommand(key, versionId), { expiresIn: LINK_SECONDS });
    return link.slice(link.indexOf('/', 'https://'.length));
  }

  private getCommand(key: string, versionId: string): GetObjectCommand {
    return new GetObjectCommand({ Bucket: this.bucket, Key: key, VersionId: versionId });
  }
}

interface Entry {
  readonly Key?: string;
  readonly VersionId?: string;
  readonly LastModified?: Date;
}
