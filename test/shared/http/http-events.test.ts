import {
  callerOf,
  errorResponse,
  isHttpEvent,
  jsonBodyOf,
  jsonResponse,
} from '../../../src/shared/http/runtime/http-events';

const event = (body?: string, isBase64Encoded = false) => ({
  routeKey: 'POST /links',
  body,
  isBase64Encoded,
  requestContext: { http: { sourceIp: '203.0.113.9' } },
});

describe('isHttpEvent', () => {
  test('recognizes an event of an HTTP API', () => expect(isHttpEvent(event())).toBe(true));

  test.each([[null], [undefined], ['text'], [{}], [{ requestContext: null }], [{ requestContext: { http: {} } }]])(
    'rejects %j',
    (payload) => expect(isHttpEvent(payload)).toBe(false),
  );
});

describe('callerOf', () => {
  const address = '203.0.113.9';
  const callerWith = (authorizer?: object) => {
    const forged = JSON.stringify({ sub: 'forged', subject: 'forged', clientIp: '10.0.0.1' });
    const headers = { 'x-forwarded-for': '10.0.0.1' };
    return callerOf({ ...event(forged), headers, requestContext: { http: { sourceIp: address }, authorizer } } as any);
  };

  test('has the subject and the claims of the token', () => {
    const claims = { sub: 'user-1', 'custom:tenant': 'acme', scope: 'media/read' };
    expect(callerWith({ jwt: { claims, scopes: null } })).toEqual({ subject: 'user-1', claims, address });
  });

  test('has the id of the principal that IAM authorized, and no claims', () => {
    const iam = { userId: 'AROAEXAMPLE:web', userArn: 'arn:aws:sts::111111111111:assumed-role/web/web' };
    expect(callerWith({ iam })).toEqual({ subject: 'AROAEXAMPLE:web', claims: {}, address });
  });

  test.each([[undefined], [{}], [{ jwt: {} }], [{ jwt: { claims: { sub: '' } } }], [{ jwt: { claims: { sub: 1 } } }]])(
    'has no subject if the authorizer returned %j',
    (authorizer) => expect(callerWith(authorizer).subject).toBeUndefined(),
  );

  test('does not use the identity of IAM for a token without a subject', () => {
    expect(callerWith({ jwt: { claims: {} }, iam: { userId: 'AROAEXAMPLE' } }).subject).toBeUndefined();
  });
});

describe('jsonBodyOf', () => {
  test('parses a JSON object, encoded or not', () => {
    const body = '{"key":"é"}';
    expect(jsonBodyOf(event(body))).toEqual({ key: 'é' });
    expect(jsonBodyOf(event(Buffer.from(body).toString('base64'), true))).toEqual({ key: 'é' });
  });

  test.each([undefined, '', '{', '[]', '"text"', '1', 'null'])('fails when the body is %j', (body) => {
    expect(() => jsonBodyOf(event(body))).toThrow(
      expect.objectContaining({ name: 'ValidationError', message: expect.stringMatching(/^body: .* a JSON object$/) }),
    );
  });
});

test('responses must not be stored by caches', () => {
  expect(jsonResponse(200, { links: [] }, { 'x-other': '1' })).toEqual({
    statusCode: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-other': '1' },
    body: '{"links":[]}',
  });
});

describe('errorResponse', () => {
  const statusOfCode = { Throttled: 429 };
  const error = (name: string, more = {}) => Object.assign(new Error('why'), { name, ...more });

  test('has the status of the code, and the time to wait', () => {
    expect(errorResponse(error('Throttled', { retryAfterSeconds: 3 }), statusOfCode)).toMatchObject({
      statusCode: 429,
      headers: { 'retry-after': '3' },
      body: '{"code":"Throttled","message":"why","retryAfterSeconds":3}',
    });
  });

  test('has the position in a queue', () => {
    const { body } = errorResponse(error('Throttled', { retryAfterSeconds: 3, position: 17 }), statusOfCode);
    expect(JSON.parse(body!)).toEqual({ code: 'Throttled', message: 'why', retryAfterSeconds: 3, position: 17 });
  });

  test('has the status 500 if the code has none', () => {
    const { statusCode, headers, body } = errorResponse(error('Other'), statusOfCode);
    expect([statusCode, headers['retry-after'], body]).toEqual([500, undefined, '{"code":"Other","message":"why"}']);
  });
});
