import { setTimeout as sleep } from 'node:timers/promises';
import type { Site } from './platform';
import { compareKeys, inRanges } from './ranges';
import { asciiJson, AwsCli, AwsError } from '../aws/aws-cli';

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

/** The number of versions for which it is worth starting another worker. */
const STEP = 5_000;
const PART_UPLOAD_MS = 7 * 24 * 3_600_000;
const OPERATION = ['s3api', 'list-object-versions'] as const;
const FIELDS = 'Key,VersionId,LastModified,IsLatest';
const QUERY = `{v:Versions[].[${FIELDS},Size,ETag],d:DeleteMarkers[].[${FIELDS}],key:NextKeyMarker,id:NextVersionIdMarker}`;
const TRANSIENT = ['no answer', 'InternalError', 'RequestTimeout', 'ServiceUnavailable', 'SlowDown', '500', '503'];
const PAUSES_MS = [1_000, 5_000, 15_000, 60_000];

/** Whether a version can have been completed since a time. An upload in parts counts from its start. */
export function isSince({ createdAt, isInParts }: Version, since: number): boolean {
  return createdAt >= (isInParts ? since - PART_UPLOAD_MS : since);
}

/** Visits every key that is in any of the buckets once, with its versions in each of them. */
export async function eachKey(sites: readonly Site[], visit: (versions: Version[][]) => void): Promise<void> {
  await inRanges(async (range, divide) => {
    const lists = sites.map((site) => versionsByKey(site, range.after));
    try {
      let heads = await Promise.all(lists.map((list) => list.next()));
      for (let count = 0; ;) {
        const [key] = heads.flatMap(({ value }) => (value ? [value[0].key] : [])).sort(compareKeys);
        if (key === undefined || (range.upTo !== undefined && compareKeys(key, range.upTo) > 0)) return;
        const versions = heads.map(({ value }) => (value?.[0].key === key ? value : []));
        visit(versions);
        heads = await Promise.all(
          heads.map((head, index) => (versions[index].length > 0 ? lists[index].next() : head)),
        );
        count += versions.flat().length;
        if (count < STEP) continue;
        count = 0;
        divide(key);
      }
    } finally {
      await Promise.all(lists.map((list) => list.return(undefined)));
    }
  });
}

/** Lists all versions after a key, key by key. A list can take hours: it must not end because S3 fails for a minute. */
async function* versionsByKey(site: Site, after?: string): AsyncGenerator<Version[], undefined> {
  let last = after;
  for (let attempt = 0; ; attempt++) {
    try {
      for await (const versions of listed(site, last)) {
        yield versions;
        last = versions[0].key;
        attempt = 0;
      }
      return;
    } catch (error) {
      const isTransient = error instanceof AwsError && TRANSIENT.includes(error.code ?? 'no answer');
      if (!isTransient || attempt === PAUSES_MS.length) throw error;
    }
    await sleep(PAUSES_MS[attempt]);
  }
}

/**
 * One process of the AWS CLI lists everything. If it continues after a key, it leaves out the delete markers of the first
 * page. Therefore, separate processes list the keys of this page.
 */
async function* listed({ aws, bucket }: Site, after?: string): AsyncGenerator<Version[], undefined> {
  if (after === undefined) return yield* grouped(aws.pages(...OPERATION, { bucket, query: QUERY }));
  const token = Buffer.from(asciiJson({ KeyMarker: after })).toString('base64');
  const pages = aws.pages(...OPERATION, { bucket, query: QUERY, 'starting-token': token });
  try {
    await pages.next();
    const second = await pages.next();
    const [start] = second.done ? [] : versionsOf(second.value);
    for await (const versions of grouped(singlePages(aws, bucket, after))) {
      yield versions;
      if (start && compareKeys(versions[0].key, start.key) >= 0) break;
    }
    if (!start) return;
    for await (const versions of grouped(pages, versionsOf(second.value))) {
      if (compareKeys(versions[0].key, start.key) > 0) yield versions;
    }
  } finally {
    await pages.return(undefined);
  }
}

/** Pages that begin after a key. A separate process lists each of them. */
async function* singlePages(aws: AwsCli, bucket: string, after: string): AsyncGenerator<any> {
  for (let marker: object | undefined = { KeyMarker: after }; marker;) {
    const page = await aws.call(...OPERATION, { Bucket: bucket, ...marker }, { query: QUERY, 'no-paginate': true });
    yield page;
    marker = page.key ? { KeyMarker: page.key, VersionIdMarker: page.id ?? undefined } : undefined;
  }
}

/** The versions of each key, which can be on several pages. */
async function* grouped(pages: AsyncIterable<any>, first: Version[] = []): AsyncGenerator<Version[], undefined> {
  let pending: Version[] = [];
  const add = function* (page: Version[]) {
    for (const version of page) {
      if (pending.length > 0 && pending[0].key !== version.key) {
        yield pending;
        pending = [];
      }
      pending.push(version);
    }
  };
  yield* add(first);
  for await (const page of pages) yield* add(versionsOf(page));
  if (pending.length > 0) yield pending;
}

function versionsOf({ v, d }: any): Version[] {
  return [...(v ?? []), ...(d ?? [])].map(versionOf).sort(byKey);
}

function byKey(one: Version, other: Version): number {
  return compareKeys(one.key, other.key);
}

type Row = [key: string, id: string, createdAt: string, isLatest: boolean, size?: number, etag?: string];

function versionOf([key, id, createdAt, isLatest, size = -1, etag = '']: Row): Version {
  return { key, id, createdAt: Date.parse(createdAt), isLatest, size, isInParts: /-\d+"?$/.test(etag) };
}
