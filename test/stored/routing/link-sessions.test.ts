import { createServer, Server, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { LinkSessions } from '../../../src/stored/routing/runtime/link-sessions';
import { sessionPolicy } from '../../../src/stored/routing/session-policy';

const ROLE = 'arn:aws:iam::111111111111:role/links';
const START = Date.UTC(2026, 0, 1, 12);
const MINUTE = 60_000;
const HALF_AN_HOUR = 1_800;
const policyFor = (tenant: string) =>
  sessionPolicy({ method: 'get', partition: 'aws', buckets: ['media-us'], prefix: `tenants/${tenant}/` });

/** A local server with the API of STS. */
let server: Server;
let calls: URLSearchParams[];
let broken: ((response: ServerResponse) => void) | undefined;
let now: number;

beforeAll((done) => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      calls.push(new URLSearchParams(body));
      if (broken) return broken(response);
      const expiration = new Date(now + Number(calls.at(-1)!.get('DurationSeconds')) * 1000).toISOString();
      response.writeHead(200, { 'content-type': 'text/xml' });
      return response.end(
        `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
           <AccessKeyId>ASIA${calls.length}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
           <SessionToken>token</SessionToken><Expiration>${expiration}</Expiration>
         </Credentials></AssumeRoleResult></AssumeRoleResponse>`,
      );
    });
  }).listen(0, '127.0.0.1', () => {
    process.env.AWS_ENDPOINT_URL_STS = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    Object.assign(process.env, { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
    done();
  });
});
beforeEach(() => {
  calls = [];
  broken = undefined;
  now = START;
});
afterAll((done) => {
  server.closeAllConnections();
  server.close(done);
});

const newSessions = () => new LinkSessions(ROLE, () => now);

describe('LinkSessions', () => {
  test('assumes the role with the policy, for an hour, under a name without a subject', async () => {
    const policy = policyFor('acme');
    expect(await newSessions().credentials(policy, HALF_AN_HOUR)).toEqual({
      accessKeyId: 'ASIA1',
      secretAccessKey: 'secret',
      sessionToken: 'token',
      expiration: new Date(START + 60 * MINUTE),
    });
    expect(Object.fromEntries(calls[0])).toMatchObject({
      Action: 'AssumeRole',
      RoleArn: ROLE,
      DurationSeconds: '3600',
      Policy: policy,
      RoleSessionName: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  test('keeps a session for each policy', async () => {
    const sessions = newSessions();
    const [acme, globex] = [policyFor('acme'), policyFor('globex')];
    const keys = [];
    for (const policy of [acme, globex, acme, globex]) {
      keys.push((await sessions.credentials(policy, HALF_AN_HOUR)).accessKeyId);
    }
    expect(keys).toEqual(['ASIA1', 'ASIA2', 'ASIA1', 'ASIA2']);
    expect(calls.map((call) => call.get('Policy'))).toEqual([acme, globex]);
  });

  test('sends one request for concurrent callers', async () => {
    const sessions = newSessions();
    const all = await Promise.all(Array.from({ length: 50 }, () => sessions.credentials(policyFor('acme'), 60)));
    expect(new Set(all.map(({ accessKeyId }) => accessKeyId))).toEqual(new Set(['ASIA1']));
    expect(calls).toHaveLength(1);
  });

  test('renews a session that would expire before the link', async () => {
    const sessions = newSessions();
    const ask = (seconds: number) => sessions.credentials(policyFor('acme'), seconds);
    await ask(HALF_AN_HOUR);
    now = START + 30 * MINUTE;
    expect((await ask(HALF_AN_HOUR)).accessKeyId).toBe('ASIA1');
    now += 1000;
    expect((await ask(60)).accessKeyId).toBe('ASIA1');
    const renewed = await Promise.all([ask(HALF_AN_HOUR), ask(HALF_AN_HOUR)]);
    expect(renewed.map(({ accessKeyId }) => accessKeyId)).toEqual(['ASIA2', 'ASIA2']);
    expect((await ask(60)).accessKeyId).toBe('ASIA2');
  });

  test('fails when STS denies the request, and asks again for the next caller', async () => {
    const sessions = newSessions();
    broken = (response) => {
      response.writeHead(403, { 'content-type': 'text/xml' });
      response.end('<ErrorResponse><Error><Code>AccessDenied</Code><Message>denied</Message></Error></ErrorResponse>');
    };
    await expect(sessions.credentials(policyFor('acme'), 60)).rejects.toMatchObject({ name: 'AccessDenied' });
    broken = undefined;
    expect((await sessions.credentials(policyFor('acme'), 60)).sessionToken).toBe('token');
  });
});
