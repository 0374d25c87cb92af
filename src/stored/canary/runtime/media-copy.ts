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
import { isOurs } from './keys';
import { CopySettings } from '../contract';

/** What a copy says of a version. */
export type Sight =
  | { readonly state: 'found'; readonly body: Uint8Array }
  | { readonly state: 'missing' }
  /** It is there, but may not be read from here: the bucket is isolated, or the key refuses. */
  | { readonly state: 'unreadable' };

/** A version of an object, or a delete marker. */
export interface Version {
  readonly key: string;
  readonly versionId: string;
  readonly lastModified: number;
}

/** The id of what was put into a bucket without versions. */
export const NO_VERSION = 'null';

const LINK_SECONDS = 60;

/** One copy of the media, as far as the canary's own objects go. */
export class MediaCopy {
  readonly region: string;
  private readonly bucket: string;

  constructor(
    { region, bucket }: CopySettings,
    private readonly folder: string,
    private readonly s3: S3Client,
  ) {
    this.region = region;
    this.bucket = bucket;
  }

  /** @returns the id of the version */
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

  async look(key: string, versionId: string, abortSignal: AbortSignal): Promise<Sight> {
    try {
      const { Body } = await this.s3.send(this.reading(key, versionId), { abortSignal });
      return { state: 'found', body: await Body!.transformToByteArray() };
    } catch (error) {
      const status = statusOf(error);
      if (status === 404) return { state: 'missing' };
      // 403: a policy; 400: the key is disabled or gone. Listing needs neither.
      if (status !== 403 && status !== 400) throw error;
      const versions = await this.versions(key, abortSignal);
      return versions.some((each) => each.versionId === versionId) ? { state: 'unreadable' } : { state: 'missing' };
    }
  }

  /** What S3 says of the replication of a version to all replicas together; nothing if no rule is for it. */
  async replicationStatus(key: string, versionId: string, abortSignal: AbortSignal): Promise<string | undefined> {
    const input = { Bucket: this.bucket, Key: key, VersionId: versionId };
    const { ReplicationStatus } = await this.s3.send(new HeadObjectCommand(input), { abortSignal });
    return ReplicationStatus;
  }

  /** All versions and delete markers of this canary's objects whose key begins so. */
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
        if (!isOurs(this.folder, Key!)) continue;
        found.push({ key: Key!, versionId: VersionId ?? NO_VERSION, lastModified: LastModified!.getTime() });
      }
      next = page.IsTruncated
        ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
        : undefined;
    }
    return found;
  }

  /** For good, and in this copy only: S3 does not replicate it. What is gone already is no error. */
  async delete({ key, versionId }: Version, abortSignal: AbortSignal): Promise<void> {
    if (!isOurs(this.folder, key)) throw new Error('The object is not of this canary.');
    try {
      const input = { Bucket: this.bucket, Key: key, VersionId: versionId };
      await this.s3.send(new DeleteObjectCommand(input), { abortSignal });
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
    }
  }

  /** A presigned link without its authority. No header but the host is signed: a proxy drops others. */
  async linkPath(key: string, versionId: string): Promise<string> {
    const link = await getSignedUrl(this.s3, this.reading(key, versionId), { expiresIn: LINK_SECONDS });
    return link.slice(link.indexOf('/', 'https://'.length));
  }

  private reading(key: string, versionId: string): GetObjectCommand {
    return new GetObjectCommand({ Bucket: this.bucket, Key: key, VersionId: versionId });
  }
}

interface Entry {
  readonly Key?: string;
  readonly VersionId?: string;
  readonly LastModified?: Date;
}
