import { setTimeout as sleep } from 'node:timers/promises';
import type { Site } from './platform';
import { compareKeys, inRanges } from './ranges';
import { AwsError } from '../aws/aws-cli';

const TRANSIENT = ['no answer', 'InternalError', 'RequestTimeout', 'ServiceUnavailable', 'SlowDown', '500', '503'];
const PAUSES_MS = [1_000, 5_000, 15_000, 60_000];

/** A version of an object, or a delete marker. */
export interface Version {
  readonly key: string;
  readonly id: string;
  /** The creation time in milliseconds, which is the same in all copies. For an upload in parts, its start. */
  readonly createdAt: number;
  /** -1 for a delete marker. */
  readonly size: number;
  readonly isLatest: boolean;
  readonly isInParts: boolean;
}

/** The number of versions for which it is worth starting another worker: a page of S3. */
const PAGE = 1000;
const FIELDS = 'Key,VersionId,LastModified,IsLatest';
const QUERY = `{v:Versions[].[${FIELDS},Size,ETag],d:DeleteMarkers[].[${FIELDS}],key:NextKeyMarker,id:NextVersionIdMarker}`;

/** Visits every key that is in any of the buckets once, with its versions in each of them. */
export async function eachKey(sites: readonly Site[], visit: (versions: Version[][]) => void): Promise<void> {
  await inRanges(async (range, divide) => {
    const lists = sites.map((site) => versionsByKey(site, range.after));
    let heads = await Promise.all(lists.map((list) => list.next()));
    for (let count = 0; ; ) {
      const [key] = heads.flatMap(({ value }) => (value ? [value[0].key] : [])).sort(compareKeys);
      if (key === undefined || (range.upTo !== undefined && compareKeys(key, range.upTo) > 0)) return;
      const versions = heads.map(({ value }) => (value?.[0].key === key ? value : []));
      visit(versions);
      heads = await Promise.all(heads.map((head, index) => (versions[index].length > 0 ? lists[index].next() : head)));
      count += versions.flat().length;
      if (count < PAGE) continue;
      count = 0;
      divide(key);
    }
  });
}

/**
 * Lists all versions after a key, key by key. Each page is a command of its own: with a starting token, the AWS CLI leaves
 * out the delete markers of the first page.
 */
async function* versionsByKey(site: Site, after?: string): AsyncGenerator<Version[], undefined> {
  let pending: Version[] = [];
  let marker: object | undefined = { KeyMarker: after };
  while (marker) {
    const { v, d, key, id } = await pageOf(site, marker);
    marker = key ? { KeyMarker: key, VersionIdMarker: id ?? undefined } : undefined;
    for (const version of [...(v ?? []), ...(d ?? [])].map(versionOf).sort(byKey)) {
      if (pending.length > 0 && pending[0].key !== version.key) {
        yield pending;
        pending = [];
      }
      pending.push(version);
    }
  }
  if (pending.length > 0) yield pending;
}

/** A list can take hours: it must not end because S3 fails for a minute. */
async function pageOf({ aws, bucket }: Site, marker: object): Promise<any> {
  const options = { query: QUERY, 'no-paginate': true } as const;
  for (let attempt = 0; ; attempt++) {
    try {
      return await aws.call('s3api', 'list-object-versions', { Bucket: bucket, ...marker }, options);
    } catch (error) {
      const isTransient = error instanceof AwsError && TRANSIENT.includes(error.code ?? 'no answer');
      if (!isTransient || attempt === PAUSES_MS.length) throw error;
    }
    await sleep(PAUSES_MS[attempt]);
  }
}

function byKey(one: Version, other: Version): number {
  return compareKeys(one.key, other.key);
}

type Row = [key: string, id: string, createdAt: string, isLatest: boolean, size?: number, etag?: string];

function versionOf([key, id, createdAt, isLatest, size = -1, etag = '']: Row): Version {
  return { key, id, createdAt: Date.parse(createdAt), isLatest, size, isInParts: /-\d+"?$/.test(etag) };
}
