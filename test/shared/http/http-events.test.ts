import { errorResponse, isHttpEvent, jsonBodyOf, jsonResponse } from '../../../src/shared/http/runtime/http-events';

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

  test('has the status 500 if the code has none', () => {
    const { statusCode, headers, body } = errorResponse(error('Other'), statusOfCode);
    expect([statusCode, headers['retry-after'], body]).toEqual([500, undefined, '{"code":"Other","message":"why"}']);
  });
});
