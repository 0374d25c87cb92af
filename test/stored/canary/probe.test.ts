import { createHash } from 'node:crypto';
import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { readThroughProxy } from '../../../src/stored/canary/runtime/probe';

const BODY = 'a small object';
const sha256 = createHash('sha256').update(BODY).digest('hex');
const PATH = '/.replication-canary/a%20b?versionId=1&X-Amz-Signature=secret';

let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let port: number;

beforeEach(async () => {
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const read = (request: any = { path: PATH, sha256 }, timeoutMs = 2000) =>
  readThroughProxy({ origin: `http://media.invalid:${port}`, address: '127.0.0.1', timeoutMs }, request);

test('sends the link unchanged to its proxy, with the host name that clients use', async () => {
  const seen: unknown[] = [];
  answer = ({ method, url, headers }, response) => {
    seen.push(method, url, headers.host);
    response.end(BODY);
  };
  expect(await read()).toEqual({ status: 200, milliseconds: expect.any(Number), matches: true });
  expect(seen).toEqual(['GET', PATH, `media.invalid:${port}`]);
});

test.each([200, 403, 503])('reports different content with status %s', async (status) => {
  answer = (_, response) => response.writeHead(status).end('something else');
  expect(await read()).toMatchObject({ status, matches: false });
});

test('stops reading a body that is too long', async () => {
  answer = (_, response) => response.end(Buffer.alloc(10_000_000));
  expect(await read()).toMatchObject({ status: 200, matches: false });
});

test('stops after its timeout', async () => {
  answer = () => undefined;
  expect(await read(undefined, 50)).toMatchObject({ status: 0, matches: false, error: expect.any(String) });
});

test('reports an error without any part of the link', async () => {
  server.close();
  server.closeAllConnections();
  const result = await read();
  expect(result).toMatchObject({ status: 0, matches: false, error: 'ECONNREFUSED' });
  expect(JSON.stringify(result)).not.toMatch(/X-Amz|replication-canary/);
});

test.each([[{}], [{ path: 'https://elsewhere.example.com/' }], [{ path: 7 }]])(
  'rejects the request %j',
  async (request) => {
    await expect(read(request)).rejects.toThrow('expected a link without its authority');
  },
);

test('follows no redirects and connects to no other host', async () => {
  answer = (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
  expect(await read()).toMatchObject({ status: 302, matches: false });
  answer = ({ url, headers }, response) => {
    expect([url, headers.host]).toEqual(['//169.254.169.254/x', `media.invalid:${port}`]);
    response.end(BODY);
  };
  expect(await read({ path: '//169.254.169.254/x', sha256 })).toMatchObject({ matches: true });
});
