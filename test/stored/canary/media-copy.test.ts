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

/** The real client, before a server that answers as it is told. */
let server: Server;
let copy: MediaCopy;
let asked: string[];
let answer: (request: IncomingMessage) => Answer;

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push(`${request.method} ${decodeURIComponent(request.url!)}`);
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

const soon = () => AbortSignal.timeout(5000);
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

test('a version is found by its id, with its content', async () => {
  answer = () => ({ status: 200, body: 'content' });
  const sight = await copy.look(KEY, VERSION, soon());
  expect(sight.state === 'found' && Buffer.from(sight.body).toString()).toBe('content');
  expect(asked[0]).toMatch(new RegExp(`^GET /media/${KEY}\\?.*versionId=${VERSION}`));
});

test('what is not there yet is missing', async () => {
  answer = () => error(404, 'NoSuchVersion');
  expect(await copy.look(KEY, VERSION, soon())).toEqual({ state: 'missing' });
});

test.each([
  [403, 'AccessDenied'],
  [400, 'KMS.DisabledException'],
])('what may not be read (%s %s) is found by a list', async (status, code) => {
  answer = ({ url }) => (url!.includes('versions') ? list(entry('Version', KEY, VERSION)) : error(status, code));
  expect(await copy.look(KEY, VERSION, soon())).toEqual({ state: 'unreadable' });
  answer = ({ url }) => (url!.includes('versions') ? list(entry('Version', KEY, 'another')) : error(status, code));
  expect(await copy.look(KEY, VERSION, soon())).toEqual({ state: 'missing' });
});

test('a copy that refuses everything is no missing object', async () => {
  answer = () => error(403, 'AccessDenied');
  await expect(copy.look(KEY, VERSION, soon())).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
});

test('throttling and failures of S3 are tried again', async () => {
  const answers = [error(503, 'SlowDown'), error(500, 'InternalError'), { status: 200, body: 'content' }];
  answer = () => answers.shift()!;
  expect((await copy.look(KEY, VERSION, soon())).state).toBe('found');
  expect(asked.length).toBe(3);
});

test('lists all pages, versions and delete markers, and only what is ours', async () => {
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
  const found = await copy.versions(FOLDER, soon());
  expect(found.map(({ versionId }) => versionId)).toEqual(['1', '4']);
  expect(found[0]).toEqual({ key: KEY, versionId: '1', lastModified: Date.parse('2026-11-21T08:00:00Z') });
  expect(asked[1]).toMatch(/key-marker=k&.*version-id-marker=v/);
});

test('deletes one version, and minds none that is gone', async () => {
  answer = () => ({ status: 204 });
  const version = { key: KEY, versionId: VERSION, lastModified: 0 };
  await copy.delete(version, soon());
  expect(asked[0]).toMatch(new RegExp(`^DELETE /media/${KEY}\\?.*versionId=${VERSION}`));
  answer = () => error(404, 'NoSuchVersion');
  await copy.delete(version, soon());
  answer = () => error(403, 'AccessDenied');
  await expect(copy.delete(version, soon())).rejects.toThrow();
});

test.each(['film.mov', `${FOLDER}film.mov`, `x${KEY}`, `${KEY}/..`])('never deletes %s', async (key) => {
  await expect(copy.delete({ key, versionId: VERSION, lastModified: 0 }, soon())).rejects.toThrow('not of this canary');
  expect(asked).toEqual([]);
});

test('puts with tags that have any characters', async () => {
  let tagging: unknown;
  answer = ({ headers }) => {
    tagging = headers['x-amz-tagging'];
    return { status: 200, headers: { 'x-amz-version-id': VERSION } };
  };
  expect(await copy.put(KEY, Buffer.from('x'), { 'a b': 'c&d=é', kind: 'film' }, soon())).toBe(VERSION);
  expect(tagging).toBe('a%20b=c%26d%3D%C3%A9&kind=film');
  answer = () => ({ status: 200 });
  expect(await copy.put(KEY, Buffer.from('x'), {}, soon())).toBe('null');
});

test('a link signs the host only, and comes without it', async () => {
  const path = await copy.linkPath(KEY, VERSION);
  expect(path).toMatch(new RegExp(`^/media/${KEY}\\?`));
  expect(path).toMatch(/X-Amz-SignedHeaders=host&/);
  expect(path).toMatch(new RegExp(`versionId=${VERSION}`));
  expect(path).toMatch(/X-Amz-Expires=60/);
});
