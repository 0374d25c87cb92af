import { Access } from './access';
import { Buckets, currentOf, denied } from './buckets';
import { S3Error } from './errors';
import { Bucket, statusOf, TopicConfiguration, Version } from './records';
import { checkConfiguration } from './replication-rules';
import {
  deletionsOf,
  encryptionToXml,
  listedVersion,
  replicationOf,
  replicationToXml,
  topicsOf,
  topicsToXml,
  toXml,
} from './xml';
import { Answer } from '../common/gateway';
import { ServiceModel } from '../common/model';
import { Principal } from '../iam';

export interface S3Request {
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly principal?: Principal;
}

interface Operation {
  readonly method: string;
  /** A parameter of the query that the operation is recognised by. */
  readonly query?: string;
  readonly ofObject?: boolean;
  /** The action on the bucket that it needs. */
  readonly action?: string;
  readonly run: (request: S3Request, bucket: Bucket, world: OperationsWorld) => Partial<Answer>;
}

export interface OperationsWorld {
  readonly buckets: Buckets;
  readonly access: Access;
  readonly putNotifications: (bucket: Bucket, topics: readonly TopicConfiguration[]) => void;
}

const EMPTY = { status: 204, body: '' };
const ok = (body = ''): Partial<Answer> => ({ status: 200, body });

/** A configuration, or the error that a bucket without it answers with. */
function configured<T>(
  value: T | undefined,
  missing: ConstructorParameters<typeof S3Error>[0],
  xml: (value: T) => string,
) {
  if (value === undefined) throw new S3Error(missing, 'The configuration does not exist');
  return ok(xml(value));
}

/** The operations, most specific first. https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html */
export const OPERATIONS = {
  GetBucketVersioning: {
    ...{ method: 'GET', query: 'versioning', action: 's3:GetBucketVersioning' },
    run: (_, { versioning }) => ok(toXml('VersioningConfiguration', { Status: versioning })),
  },
  PutBucketVersioning: {
    ...{ method: 'PUT', query: 'versioning', action: 's3:PutBucketVersioning' },
    run: ({ body }, bucket) => {
      bucket.versioning = /<Status>Enabled</.test(body) ? 'Enabled' : 'Suspended';
      return ok();
    },
  },
  GetBucketEncryption: {
    ...{ method: 'GET', query: 'encryption', action: 's3:GetEncryptionConfiguration' },
    run: (_, bucket) =>
      configured(bucket.encryption, 'ServerSideEncryptionConfigurationNotFoundError', () => encryptionToXml(bucket)),
  },
  GetBucketPolicy: {
    ...{ method: 'GET', query: 'policy', action: 's3:GetBucketPolicy' },
    run: (_, { policy }) => configured(policy, 'NoSuchBucketPolicy', JSON.stringify),
  },
  GetBucketReplication: {
    ...{ method: 'GET', query: 'replication', action: 's3:GetReplicationConfiguration' },
    run: (_, { replication }) => configured(replication, 'ReplicationConfigurationNotFoundError', replicationToXml),
  },
  PutBucketReplication: {
    ...{ method: 'PUT', query: 'replication', action: 's3:PutReplicationConfiguration' },
    run: ({ body }, bucket, { buckets }) => {
      const configuration = replicationOf(body);
      checkConfiguration(bucket, configuration, (name) => buckets.find(name));
      bucket.replication = configuration;
      return ok();
    },
  },
  DeleteBucketReplication: {
    ...{ method: 'DELETE', query: 'replication', action: 's3:PutReplicationConfiguration' },
    run: (_, bucket) => {
      bucket.replication = undefined;
      return EMPTY;
    },
  },
  GetBucketLifecycleConfiguration: {
    ...{ method: 'GET', query: 'lifecycle', action: 's3:GetLifecycleConfiguration' },
    run: (_, { lifecycle }) =>
      configured(lifecycle, 'NoSuchLifecycleConfiguration', (Rules) => toXml('LifecycleConfiguration', { Rules })),
  },
  GetBucketNotificationConfiguration: {
    ...{ method: 'GET', query: 'notification', action: 's3:GetBucketNotification' },
    run: (_, bucket) => ok(topicsToXml(bucket)),
  },
  PutBucketNotificationConfiguration: {
    ...{ method: 'PUT', query: 'notification', action: 's3:PutBucketNotification' },
    run: ({ body }, bucket, { putNotifications }) => {
      putNotifications(bucket, topicsOf(body));
      return ok();
    },
  },
  GetObjectLockConfiguration: {
    ...{ method: 'GET', query: 'object-lock', action: 's3:GetBucketObjectLockConfiguration' },
    run: (_, { objectLock }) =>
      configured(objectLock || undefined, 'ObjectLockConfigurationNotFoundError', () =>
        toXml('ObjectLockConfiguration', { ObjectLockEnabled: 'Enabled' }),
      ),
  },
  ListObjectVersions: {
    ...{ method: 'GET', query: 'versions', action: 's3:ListBucketVersions' },
    run: ({ query }, bucket) => {
      const limit = Number(query.get('max-keys') ?? 1000);
      const all = withPrefix(bucket, query).slice(0, limit);
      return ok(
        toXml('ListVersionsResult', {
          Name: bucket.name,
          IsTruncated: withPrefix(bucket, query).length > limit,
          Versions: all.filter(({ isDeleteMarker }) => !isDeleteMarker).map(listedVersion),
          DeleteMarkers: all.filter(({ isDeleteMarker }) => isDeleteMarker).map(listedVersion),
        }),
      );
    },
  },
  ListObjectsV2: {
    ...{ method: 'GET', query: 'list-type', action: 's3:ListBucket' },
    run: ({ query }, bucket) => {
      const all = withPrefix(bucket, query);
      const current = all.filter((each) => currentOf(bucket, each.key) === each && !each.isDeleteMarker);
      const folderOf = ({ key }: Version) => commonPrefixOf(key, query);
      const folders = new Set(current.flatMap((each) => folderOf(each) ?? []));
      const listed = current.filter((each) => folderOf(each) === undefined);
      return ok(
        toXml('ListBucketResult', {
          Name: bucket.name,
          IsTruncated: false,
          KeyCount: listed.length + folders.size,
          Contents: listed.map(listedVersion),
          CommonPrefixes: [...folders].sort().map((Prefix) => ({ Prefix })),
        }),
      );
    },
  },
  DeleteObjects: {
    ...{ method: 'POST', query: 'delete' },
    run: ({ body, principal }, { name }, { buckets }) => {
      for (const { Key, VersionId } of deletionsOf(body)) buckets.remove(name, Key, VersionId, principal);
      return ok(toXml('DeleteResult', {}));
    },
  },
  PutObject: {
    ...{ method: 'PUT', ofObject: true },
    run: ({ key, body, headers, principal }, bucket, { buckets }) => {
      const { name } = bucket;
      expectPreconditions(bucket, key, headers);
      if (String(headers['content-encoding'] ?? '').includes('aws-chunked')) {
        throw new S3Error('NotImplemented', 'Chunked uploads are not simulated');
      }
      const tags = Object.fromEntries(new URLSearchParams(String(headers['x-amz-tagging'] ?? '')));
      return { ...ok(), headers: headersOf(buckets.put(name, key, body, tags, principal)) };
    },
  },
  GetObject: { method: 'GET', ofObject: true, run: getObject },
  HeadObject: { method: 'HEAD', ofObject: true, run: (...of) => ({ ...getObject(...of), body: '' }) },
  DeleteObject: {
    ...{ method: 'DELETE', ofObject: true },
    run: ({ key, query, principal }, { name }, { buckets }) => {
      const version = buckets.remove(name, key, query.get('versionId') ?? undefined, principal);
      return { ...EMPTY, headers: version ? headersOf(version) : {} };
    },
  },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;

export const MODEL = new ServiceModel<OperationName>(
  Object.fromEntries(
    Object.entries(OPERATIONS).map(([name, { method }]) => [name, { http: method, errors: [] }]),
  ) as any,
);

/** The operation that a request is for. */
export function operationOf({ method, key, query }: S3Request): OperationName {
  const all: [string, Operation][] = Object.entries(OPERATIONS);
  const found = all.find(
    ([, each]) =>
      each.method === method &&
      (each.ofObject ?? false) === (key !== '') &&
      (each.query === undefined || query.has(each.query)),
  );
  if (!found) throw new S3Error('NotImplemented', `${method} with ${query} is not simulated`);
  return found[0] as OperationName;
}

export function run(name: OperationName, request: S3Request, world: OperationsWorld): Partial<Answer> {
  const operation: Operation = OPERATIONS[name];
  const bucket = world.buckets.get(request.bucket);
  const { principal, query } = request;
  const prefix = query.get('prefix') ?? undefined;
  if (principal && operation.action && !world.access.toBucket(principal, operation.action, bucket, prefix)) {
    throw denied();
  }
  return operation.run(request, bucket, world);
}

function getObject(
  { key, query, principal }: S3Request,
  { name }: Bucket,
  { buckets }: OperationsWorld,
): Partial<Answer> {
  const version = buckets.read(name, key, query.get('versionId') ?? undefined, principal);
  return { ...ok(version.body), headers: headersOf(version) };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
function expectPreconditions(bucket: Bucket, key: string, headers: S3Request['headers']): void {
  const current = currentOf(bucket, key);
  const existing = current?.isDeleteMarker ? undefined : current;
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  if (noneMatch !== undefined && noneMatch !== '*') {
    throw new S3Error('NotImplemented', 'A header you provided implies functionality that is not implemented');
  }
  if (match !== undefined && !existing) throw new S3Error('NoSuchKey', 'The specified key does not exist.');
  const holds = (match === undefined || etagOf(existing!) === match) && (noneMatch === undefined || !existing);
  if (!holds) {
    throw new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
  }
}

/** Without versioning, every version has the same ID. */
function etagOf({ versionId, ordinal, createdAt, completedAt }: Version): string {
  const id = versionId === 'null' ? `null${ordinal}` : versionId;
  return `"${Buffer.from(id).toString('hex').slice(0, 32)}${createdAt < completedAt ? '-2' : ''}"`;
}

function headersOf(version: Version): Record<string, string> {
  const status = statusOf(version);
  return {
    etag: etagOf(version),
    'last-modified': new Date(version.createdAt).toUTCString(),
    'x-amz-version-id': version.versionId,
    ...(version.isDeleteMarker && { 'x-amz-delete-marker': 'true' }),
    ...(status && { 'x-amz-replication-status': status }),
  };
}

function withPrefix({ versions }: Bucket, query: URLSearchParams): Version[] {
  return versions.filter(({ key }) => key.startsWith(query.get('prefix') ?? ''));
}

/** The folder that a key is listed as, if the request groups keys by a delimiter. */
function commonPrefixOf(key: string, query: URLSearchParams): string | undefined {
  const delimiter = query.get('delimiter');
  if (!delimiter) return undefined;
  const { length } = query.get('prefix') ?? '';
  const end = key.indexOf(delimiter, length);
  return end < 0 ? undefined : key.slice(0, end + delimiter.length);
}
