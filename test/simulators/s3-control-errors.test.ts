import { createHash } from 'node:crypto';
import type { S3ControlSimulator } from './s3-control';
import { ACCOUNT, clientOf, createJob, startS3Control } from './support/s3-control';

let simulator: S3ControlSimulator;

beforeEach(async () => {
  simulator = await startS3Control();
});

describe('S3ControlSimulator errors', () => {
  const empty = createHash('sha256').update('').digest('hex');
  const authorization = (signedHeaders: string) =>
    `AWS4-HMAC-SHA256 Credential=A/20300101/us-east-1/s3/aws4_request, SignedHeaders=${signedHeaders}, Signature=${'0'.repeat(64)}`;
  const headers = (changes: Record<string, string> = {}) => ({
    authorization: authorization('host;x-amz-account-id'),
    'x-amz-account-id': ACCOUNT,
    'x-amz-content-sha256': empty,
    ...changes,
  });
  const send = async (init: RequestInit, path = '/v20180820/jobs') => {
    const response = await fetch(`${simulator.endpoint}${path}`, init);
    return { status: response.status, text: await response.text() };
  };

  test('an answer is XML in the namespace of S3 Control', async () => {
    const { status, text } = await send({ headers: headers() });
    expect(status).toBe(200);
    expect(text).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<ListJobsResult xmlns="http://awss3control.amazonaws.com/doc/2018-08-20/"><Jobs></Jobs></ListJobsResult>',
    );
  });

  test.each([
    ['no signature', { authorization: '' }, 403, 'AccessDenied'],
    ['another scheme', { authorization: 'Basic abc' }, 400, 'AuthorizationHeaderMalformed'],
    ['an account that is not signed', { authorization: authorization('host') }, 400, 'InvalidRequest'],
    ['another account', { 'x-amz-account-id': '444455556666' }, 403, 'AccessDenied'],
    ['another body', { 'x-amz-content-sha256': '0' }, 400, 'XAmzContentSHA256Mismatch'],
  ])('fails for %s', async (_, changes, status, code) => {
    const answer = await send({ headers: headers(changes) });
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(new RegExp(`<ErrorResponse .*<Error><Code>${code}</Code>`));
  });

  test('fails without the account, and for another region', async () => {
    const { 'x-amz-account-id': _, ...rest } = headers();
    expect(await send({ headers: rest })).toMatchObject({
      status: 400,
      text: expect.stringMatching('x-amz-account-id'),
    });
    const elsewhere = clientOf(simulator, { region: 'eu-west-1' });
    await expect(createJob(elsewhere)).rejects.toMatchObject({ name: 'AuthorizationHeaderMalformed' });
  });

  test.each([
    ['<CreateJobRequest>', 'no single root'],
    ['<CreateJobRequest></Other>', 'does not close'],
    ['<!DOCTYPE x><CreateJobRequest/>', 'unexpected text'],
    ['<CreateJobRequest><Description>&x;</Description></CreateJobRequest>', 'no reference'],
    ['<CreateJobRequest><Unknown/></CreateJobRequest>', '&#x3c;Unknown&#x3e; in'],
    ['<CreateJobRequest><Priority>high</Priority></CreateJobRequest>', 'Priority is high'],
    ['<CreateJobRequest><Operation><S3PutObjectCopy/></Operation></CreateJobRequest>', 'S3PutObjectCopy'],
    ['<Other/>', 'instead of'],
  ])('fails for %s', async (body, message) => {
    const hash = createHash('sha256').update(body).digest('hex');
    const answer = await send({ method: 'POST', body, headers: headers({ 'x-amz-content-sha256': hash }) });
    expect(answer).toEqual({ status: 400, text: expect.stringMatching(/MalformedXML/) });
    expect(answer.text).toContain(message);
  });

  test('fails for what is no operation', async () => {
    expect(await send({ method: 'DELETE', headers: headers() })).toMatchObject({ status: 405 });
  });

  test('fails for a path that is not encoded as it should be', async () => {
    const answer = await send({ headers: headers() }, '/v20180820/jobs/%E0%A4%A');
    expect(answer).toEqual({ status: 400, text: expect.stringMatching('<Code>InvalidURI</Code>') });
  });
});
