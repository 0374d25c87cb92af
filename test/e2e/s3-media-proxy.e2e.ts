import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketCorsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { KeyPair, TestAuthority } from './support/certificates';
import { CORPUS } from './support/corpus';
import { deployedCommand } from './support/deployed';
import { Dns } from './support/dns';
import { eventually } from './support/eventually';
import { Answer, send, sendRaw } from './support/http';
import { ProxyServer } from './support/proxy-server';
import { CREDENTIALS, S3Server } from './support/s3-server';
import { REQUEST_ID, Upstream } from './support/upstream';

const REGION = 'eu-west-1';
const BUCKET = 'e2e-bucket';
const HOST = `${BUCKET}.s3.${REGION}.amazonaws.com`;
const PORT = 8080;
const [FIRST, SECOND, NAMESERVER, DIRECT] = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5'];

const dir = mkdtempSync(join(tmpdir(), 'e2e-'));
const authority = new TestAuthority(dir);
const dns = new Dns(HOST);
const s3Server = new S3Server(dir, BUCKET, REGION);
let certificate: KeyPair;
let first: Upstream;
let second: Upstream;
let direct: Upstream;
let proxy: ProxyServer;

/** The real SDK client. It connects to S3 at a separate address, without the proxy. */
const s3 = new S3Client({
  region: REGION,
  credentials: CREDENTIALS,
  requestHandler: new NodeHttpHandler({
    httpsAgent: new Agent({
      ca: authority.certificate,
      keepAlive: true,
      lookup: (_name, options, done) =>
        options.all ? done(null, [{ address: DIRECT, family: 4 }]) : done(null, DIRECT, 4),
    }),
  }),
});

/** Presigns a link for S3's host, and returns it without its authority, which clients replace. */
async function pathOfLink(command: GetObjectCommand | HeadObjectCommand): Promise<string> {
  const link = await getSignedUrl(s3, command, { expiresIn: 3600 });
  expect(link.startsWith(`https://${HOST}/`)).toBe(true);
  return link.slice(`https://${HOST}`.length);
}

const linkTo = (Key: string) => pathOfLink(new GetObjectCommand({ Bucket: BUCKET, Key }));

async function put(Key: string, Body: string | Buffer): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
}

const get = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  send({ port: PORT, path, headers });

beforeAll(async () => {
  certificate = authority.issue(HOST);
  await s3Server.start();
  first = new Upstream(FIRST, s3Server.port, certificate);
  second = new Upstream(SECOND, s3Server.port, certificate);
  direct = new Upstream(DIRECT, s3Server.port, certificate);
  await Promise.all([first.listen(), second.listen(), direct.listen(), dns.listen(NAMESERVER)]);
  dns.addresses = [FIRST];
  proxy = new ProxyServer({
    command: deployedCommand(BUCKET, REGION),
    port: PORT,
    nameserver: NAMESERVER,
    authority: authority.certificate,
  });
  await proxy.start();
});

afterAll(async () => {
  s3.destroy();
  proxy?.stop();
  s3Server.stop();
  dns.close();
  await Promise.all([first?.close(), second?.close(), direct?.close()]);
  rmSync(dir, { recursive: true, force: true });
});

beforeEach(() => {
  for (const upstream of [first, second]) upstream.forget();
});

describe('the proxy of the template', () => {
  test('serves objects with any key for links that are signed for S3', async () => {
    expect(CORPUS.length).toBeGreaterThanOrEqual(200);
    const contentOf = (key: string) => createHash('sha256').update(key).digest('hex');
    for (const key of CORPUS) await put(key, contentOf(key));
    const altered: string[] = [];
    for (const key of CORPUS) {
      const { status, body } = await get(await linkTo(key));
      if (status !== 200 || body.toString() !== contentOf(key)) altered.push(`${JSON.stringify(key)}: ${status}`);
    }
    expect(altered).toEqual([]);
  });

  test('forwards the request target unchanged', async () => {
    const target = '/a//b/../%2e%2E/%2f%2F+%20%c3%a9?X=%2F&Y=a+b&&Z';
    await get(target);
    expect(first.seen.map(({ sent }) => sent).join('')).toContain(`GET ${target} HTTP/1.1\r\n`);
  });

  test('supports range, HEAD and conditional requests', async () => {
    const content = randomBytes(1_000_000);
    await put('media.mxf', content);
    const path = await linkTo('media.mxf');

    const part = await get(path, { Range: 'bytes=1000-1999' });
    expect(part.status).toBe(206);
    expect(part.headers['content-range']).toBe('bytes 1000-1999/1000000');
    expect(part.body.equals(content.subarray(1000, 2000))).toBe(true);

    const whole = await get(path);
    expect(whole.body.equals(content)).toBe(true);
    const notModified = await get(path, { 'If-None-Match': whole.headers.etag! });
    expect(notModified.status).toBe(304);

    const head = await send({
      port: PORT,
      path: await pathOfLink(new HeadObjectCommand({ Bucket: BUCKET, Key: 'media.mxf' })),
      method: 'HEAD',
    });
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '1000000', 0]);
  });

  test('lets S3 reject an invalid signature', async () => {
    await put('secret.mov', 'x');
    const path = await linkTo('secret.mov');
    expect((await get(path)).status).toBe(200);
    expect((await get(path.replace(/Signature=./, 'Signature=z'))).status).toBe(403);
    expect((await get(path.replace('secret', 'other'))).status).toBe(403);
    expect((await get('/secret.mov')).status).toBe(403);
  });

  test.each(['PUT', 'POST', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND', 'OPTIONS'])('rejects %s', async (method) => {
    await put('keep.mov', 'x');
    const answer = await send({ port: PORT, path: await linkTo('keep.mov'), method });
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
    expect(first.seen.flatMap(({ sent }) => sent.match(/^[A-Z]+ \/keep/gm) ?? [])).toEqual([]);
  });

  test('rejects CONNECT and unknown methods', async () => {
    for (const line of ['CONNECT example.com:443 HTTP/1.1', 'get / HTTP/1.1', 'GETX / HTTP/1.1']) {
      expect(await sendRaw(PORT, `${line}\r\nHost: x\r\n\r\n`)).toMatch(/^HTTP\/1\.1 40[05] /);
    }
  });

  test('rejects clear-text HTTP/2, whose requests can have bodies', async () => {
    const settings = '\0\0\0\x04\0\0\0\0\0';
    const answer = await sendRaw(PORT, `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${settings}`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('forwards CORS preflight requests to S3', async () => {
    await s3.send(
      new PutBucketCorsCommand({
        Bucket: BUCKET,
        CORSConfiguration: {
          CORSRules: [{ AllowedOrigins: ['https://app.example.com'], AllowedMethods: ['GET'], AllowedHeaders: ['*'] }],
        },
      }),
    );
    const preflight = await send({
      port: PORT,
      path: '/media.mxf',
      method: 'OPTIONS',
      headers: { Origin: 'https://app.example.com', 'Access-Control-Request-Method': 'GET' },
    });
    expect(preflight.status).toBe(200);
    expect(preflight.headers['access-control-allow-origin']).toMatch(/\*|https:\/\/app\.example\.com/);
  });

  describe('does not reach other hosts or buckets', () => {
    const sentToS3 = () => [...first.seen, ...second.seen].map(({ sent }) => sent).join('');

    afterEach(() => {
      for (const { servername, sent } of [...first.seen, ...second.seen]) {
        expect(servername).toBe(HOST);
        for (const [, host] of sent.matchAll(/^host: (.*)\r$/gim)) expect(host).toBe(HOST);
        expect(sent).not.toMatch(/^[A-Z]+ [^\r]*evil/m);
        expect(sent).not.toMatch(/^(authorization|cookie|forwarded|x-)/im);
      }
    });

    test('with a Host header, forwarding headers or credentials, which it drops', async () => {
      await put('host.mov', 'content');
      const answer = await get(await linkTo('host.mov'), {
        Host: 'evil.s3.eu-west-1.amazonaws.com',
        'X-Forwarded-Host': 'evil.example.com',
        'X-Forwarded-For': '1.2.3.4',
        'X-Original-URL': '/evil',
        Forwarded: 'host=evil.example.com',
        Authorization: 'AWS4-HMAC-SHA256 evil',
        Cookie: 'session=evil',
        'X-Amz-Security-Token': 'evil',
        'X-Amz-Copy-Source': 'evil/evil',
      });
      expect([answer.status, answer.body.toString()]).toEqual([200, 'content']);
      expect(sentToS3()).not.toMatch(/x-amz-(security|copy)|x-original/i);
    });

    test.each([
      ['an absolute target', 'GET http://evil.example.com/x HTTP/1.1\r\nHost: evil.example.com\r\n\r\n'],
      ['an absolute https target', 'GET https://evil.example.com/x HTTP/1.1\r\nHost: evil.example.com\r\n\r\n'],
      ['a target with an authority', 'GET evil.example.com:443 HTTP/1.1\r\nHost: evil.example.com\r\n\r\n'],
      ['a target without a slash', 'GET @evil.example.com/ HTTP/1.1\r\nHost: evil.example.com\r\n\r\n'],
      ['two Host headers', 'GET /x HTTP/1.1\r\nHost: a\r\nHost: evil.example.com\r\n\r\n'],
      ['a body', 'GET /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nevil'],
      ['a chunked body', 'GET /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nevil\r\n0\r\n\r\n'],
      [
        'two lengths',
        'GET /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 30\r\n\r\nGET /evil HTTP/1.1\r\nHost: b\r\n\r\n',
      ],
      [
        'a length and chunks',
        'GET /x HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: b\r\n\r\n',
      ],
      ['a hidden transfer encoding', 'GET /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n'],
      ['a folded header', 'GET /x HTTP/1.1\r\nHost: a\r\nAccept: b\r\n Authorization: evil\r\n\r\n'],
      ['a bare line feed in a header', 'GET /x HTTP/1.1\r\nHost: a\r\nAccept: b\nX-Amz-Evil: evil\r\n\r\n'],
      ['a null in a header', 'GET /x HTTP/1.1\r\nHost: a\r\nAccept: evil\0evil\r\n\r\n'],
      [
        'an upgrade',
        'GET /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: evil\r\n\r\n',
      ],
    ])('with %s', async (_what, bytes) => {
      const answer = await sendRaw(PORT, bytes);
      // The proxy rejects it, or S3 does because the forwarded request is not signed.
      for (const [, status] of answer.matchAll(/^HTTP\/1\.[01] (\d+)/gm)) {
        expect(['400', '403', '405']).toContain(status);
      }
      expect(sentToS3()).not.toMatch(/GET \/evil|h2c|upgrade/i);
    });
  });

  describe('recovers without intervention', () => {
    beforeAll(() => put('steady.mov', 'steady'));
    afterEach(async () => {
      dns.addresses = [FIRST];
      for (const upstream of [first, second]) {
        upstream.behaviour = 'answers';
        upstream.present(certificate);
      }
      await eventually(async () => expect((await get('/ping/s3')).status).toBe(200));
    });

    /** HAProxy keeps using an address that was removed from DNS for a while, so both must fail. */
    const failAll = () => {
      for (const upstream of [first, second]) {
        upstream.behaviour = 'resets';
        upstream.dropConnections();
      }
    };

    const succeeds = async () => {
      const { status, body } = await get(await linkTo('steady.mov'));
      expect([status, body.toString()]).toEqual([200, 'steady']);
    };

    test('when S3 moves to another address', async () => {
      await succeeds();
      dns.addresses = [SECOND];
      first.behaviour = 'resets';
      first.dropConnections();
      await eventually(async () => {
        await succeeds();
        expect(second.reads).toBeGreaterThan(0);
      });
    });

    test('when connections are reset until S3 is available again', async () => {
      failAll();
      expect((await get(await linkTo('steady.mov'))).status).toBe(503);
      for (const upstream of [first, second]) upstream.behaviour = 'answers';
      await eventually(succeeds);
    });

    test('when one of two addresses resets connections, without errors for clients', async () => {
      dns.addresses = [FIRST, SECOND];
      await eventually(async () => {
        await succeeds();
        expect(second.reads).toBeGreaterThan(0);
      });
      first.behaviour = 'resets';
      first.dropConnections();
      for (let count = 0; count < 20; count++) await succeeds();
    });

    test('when S3 closes pooled connections', async () => {
      await succeeds();
      for (let count = 0; count < 5; count++) {
        first.dropConnections();
        await succeeds();
      }
    });

    test('when S3 is slow', async () => {
      first.behaviour = 'answers-late';
      await succeeds();
    });

    test('when S3 has a certificate for another name, which it rejects', async () => {
      const wrong = authority.issue('evil.example.com');
      for (const upstream of [first, second]) upstream.present(wrong);
      const { status } = await get(await linkTo('steady.mov'));
      expect(status).toBe(503);
      for (const upstream of [first, second]) upstream.present(certificate);
      await eventually(succeeds);
    });

    test('when S3 is unavailable: its own health check succeeds, and the one for S3 fails', async () => {
      failAll();
      await eventually(async () => expect((await get('/ping/s3')).status).toBe(503));
      expect((await get('/ping')).status).toBe(200);
    });
  });

  test('pools its connections to S3', async () => {
    await put('pooled.mov', 'x');
    const path = await linkTo('pooled.mov');
    const before = first.seen.length + second.seen.length;
    for (let count = 0; count < 50; count++) expect((await get(path)).status).toBe(200);
    expect(first.reads + second.reads).toBe(50);
    expect(first.seen.length + second.seen.length - before).toBeLessThan(5);
  });

  test('serves an object with the key ping: the health check has no query', async () => {
    await put('ping', 'an object');
    expect((await get('/ping')).body.toString()).toBe('ok');
    expect((await get(await linkTo('ping'))).body.toString()).toBe('an object');
  });

  test('logs requests with the request id of S3, but without the query of links', async () => {
    await put('logged.mov', 'x');
    await get(await linkTo('logged.mov'), { Referer: 'https://x.example/?X-Amz-Signature=leak' });
    await sendRaw(PORT, 'GET /bad?X-Amz-Signature=leak HTTP/9.9\r\n\r\n');
    await sendRaw(PORT, 'GET /bad?X-Amz-Signature=leak\0 HTTP/1.1\r\nHost: a\r\n\r\n');
    await send({ port: PORT, path: '/refused?X-Amz-Signature=leak', method: 'DELETE' });
    await eventually(async () => expect(proxy.log).toContain('/refused'));
    expect(proxy.log).not.toMatch(/X-Amz|Signature|leak|\?/);
    const entries = proxy.log.split('\n').filter((line) => line.startsWith('{'));
    const entry = JSON.parse(entries.find((line) => line.includes('/logged.mov'))!);
    expect(entry).toMatchObject({ method: 'GET', path: '/logged.mov', status: 200 });
    expect(entry.totalMs).toBeGreaterThanOrEqual(0);

    for (const upstream of [first, second]) upstream.behaviour = 'sends-request-ids';
    await get('/named.mov');
    for (const upstream of [first, second]) upstream.behaviour = 'answers';
    await eventually(async () => expect(proxy.log).toMatch(new RegExp(`/named.mov".*"s3RequestId": "${REQUEST_ID}"`)));
  });

  test('logs the longest key completely', async () => {
    const key = 'ä'.repeat(512); // 1,024 bytes, and three times as many in the path
    await get(await linkTo(key));
    const path = `/${encodeURIComponent(key)}`;
    await eventually(async () => expect(proxy.log).toContain(`"path": "${path}", "status": 404`));
    for (const line of proxy.log.split('\n').filter((each) => each.startsWith('{'))) {
      expect(() => JSON.parse(line)).not.toThrow();
    }
  });

  test('reads its configuration from standard input', () => {
    expect(readFileSync(`/proc/${proxy.pid}/cmdline`, 'utf8')).toContain('/dev/stdin');
  });
});
