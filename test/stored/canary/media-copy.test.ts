import { createServer, IncomingMessage, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { MediaCopy } from '../../../src/stored/canary/runtime/media-copy';

const FOLDER = '.replication-canary/canary-1a2b3c4d/';
const KEY = `${FOLDER}20261121T080000Z-00000000-0000-4000-8000-000000000000`;
const VERSION = 'aVersionId';

interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

/** The tests use the real S3 client and a local server with scripted responses. */
let server: Server;
let copy: MediaCopy;
let requests: string[];
let answer: (request: IncomingMessage) => Answer;

beforeEach(async () => {
  requests = [];
  server = createServer((request, response) => {
    requests.push(`${request.method} ${decodeURIComponent(request.url!)}`);
    request.resume();
    const { status, body = '', headers } = answer(request);
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const s3 = new S3Client({
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${port}`,
    forcePathStyle: true,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 3,
  });
  copy = new MediaCopy({ region: 'eu-west-1', bucket: 'media' }, FOLDER, s3);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const timeout = () => AbortSignal.timeout(5000);
const error = (status: number, code: string): Answer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<Error><Code>${code}</Code><Message>${KEY}</Message></Error>`,
});
const entry = (kind: string, key: string, version: string) =>
  `<${kind}><Key>${key}</Key><VersionId>${version}</VersionId><LastModified>2026-11-21T08:00:00.000Z</LastModified></${kind}>`;
const list = (entries: string, more = ''): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: `<ListVersionsResult>${entries}${more}</ListVersionsResult>`,
});

test('reads a version by its id', async () => {
  answer = () => ({ status: 200, body: 'content' });
  const result = await copy.read(KEY, VERSION, timeout());
  expect(result.state === 'found' && Buffer.from(result.body).toString()).toBe('content');
  expect(requests[0]).toMatch(new RegExp(`^GET /media/${KEY}\\?.*versionId=${VERSION}`));
});

test('reports a version that does not exist yet as missing', async () => {
  answer = () => error(404, 'NoSuchVersion');
  expect(await copy.read(KEY, VERSION, timeout())).toEqual({ state: 'missing' });
});

test.each([
  [403, 'AccessDenied'],
  [400, 'KMS.DisabledException'],
])('lists versions to find one that cannot be read (%s %s)', async (status, code) => {
  answer = ({ url }) => (url!.includes('versions') ? list(entry('Version', KEY, VERSION)) : error(status, code));
  expect(await copy.read(KEY, VERSION, timeout())).toEqual({ state: 'unreadable' });
  answer = ({ url }) => (url!.includes('versions') ? list(entry('Version', KEY, 'other')) : error(status, code));
  expect(await copy.read(KEY, VERSION, timeout())).toEqual({ state: 'missing' });
});

test('does not report a version as missing if all access is denied', async () => {
  answer = () => error(403, 'AccessDenied');
  await expect(copy.read(KEY, VERSION, timeout())).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
});

test('retries after throttling and failures of S3', async () => {
  const answers = [error(503, 'SlowDown'), error(500, 'InternalError'), { status: 200, body: 'content' }];
  answer = () => answers.shift()!;
  expect((await copy.read(KEY, VERSION, timeout())).state).toBe('found');
  expect(requests.length).toBe(3);
});

test('lists versions and delete markers from all pages, but only those of the canary', async () => {
  const more =
    '<IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker><NextVersionIdMarker>v</NextVersionIdMarker>';
  const pages = [
    list(
      entry('Version', KEY, '1') + entry('Version', `${FOLDER}film.mov`, '2') + entry('Version', 'film.mov', '3'),
      more,
    ),
    list(entry('DeleteMarker', KEY, '4')),
  ];
  answer = () => pages.shift()!;
  const found = await copy.versions(FOLDER, timeout());
  expect(found.map(({ versionId }) => versionId)).toEqual(['1', '4']);
  expect(found[0]).toEqual({ key: KEY, versionId: '1', lastModified: Date.parse('2026-11-21T08:00:00Z') });
  expect(requests[1]).toMatch(/key-marker=k&.*version-id-marker=v/);
});

test('deletes a version, and ignores a missing one', async () => {
  answer = () => ({ status: 204 });
  const version = { key: KEY, versionId: VERSION, lastModified: 0 };
  await copy.delete(version, timeout());
  expect(requests[0]).toMatch(new RegExp(`^DELETE /media/${KEY}\\?.*versionId=${VERSION}`));
  answer = () => error(404, 'NoSuchVersion');
  await copy.delete(version, timeout());
  answer = () => error(403, 'AccessDenied');
  await expect(copy.delete(version, timeout())).rejects.toThrow();
});

test.each(['film.mov', `${FOLDER}film.mov`, `x${KEY}`, `${KEY}/..`])('never deletes %s', async (key) => {
  await expect(copy.delete({ key, versionId: VERSION, lastModified: 0 }, timeout())).rejects.toThrow(
    'does not belong to this canary',
  );
  expect(requests).toEqual([]);
});

test('encodes tags', async () => {
  let tagging: unknown;
  answer = ({ headers }) => {
    tagging = headers['x-amz-tagging'];
    return { status: 200, headers: { 'x-amz-version-id': VERSION } };
  };
  expect(await copy.put(KEY, Buffer.from('x'), { 'a b': 'c&d=é', kind: 'film' }, timeout())).toBe(VERSION);
  expect(tagging).toBe('a%20b=c%26d%3D%C3%A9&kind=film');
  answer = () => ({ status: 200 });
  expect(await copy.put(KEY, Buffer.from('x'), {}, timeout())).toBe('null');
});

test('signs only the host header, and returns the link without its authority', async () => {
  const path = await copy.linkPath(KEY, VERSION);
  expect(path).toMatch(new RegExp(`^/media/${KEY}\\?`));
  expect(path).toMatch(/X-Amz-SignedHeaders=host&/);
  expect(path).toMatch(new RegExp(`versionId=${VERSION}`));
  expect(path).toMatch(/X-Amz-Expires=60/);
});
