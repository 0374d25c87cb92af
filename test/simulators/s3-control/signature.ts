import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { FrontDoorError } from './errors';
import { parseAuthorization } from '../common/signature';

/**
 * The account that a request names. Fails unless the request is signed for S3 in the region, and says of its account
 * and body what S3 wants to be told. The signature itself is not verified.
 */
export function checkHeaders(headers: IncomingHttpHeaders, body: string, account: string, region: string): string {
  const { authorization = '', 'x-amz-account-id': named, 'x-amz-content-sha256': hash } = headers;
  if (!authorization) throw new FrontDoorError('AccessDenied', 'Access Denied');
  const signed = parseAuthorization(authorization);
  if (signed?.service !== 's3') {
    throw new FrontDoorError(
      'AuthorizationHeaderMalformed',
      'The authorization header that you provided is not valid.',
    );
  }
  // The source's region has the job: https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-batch-replication-batch.html
  if (signed.region !== region) {
    throw new FrontDoorError(
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; the region '${signed.region}' is wrong; expecting '${region}'`,
    );
  }
  if (hash !== 'UNSIGNED-PAYLOAD' && hash !== createHash('sha256').update(body).digest('hex')) {
    throw new FrontDoorError(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  if (typeof named !== 'string' || !signed.signedHeaders.includes('x-amz-account-id')) {
    throw new FrontDoorError('InvalidRequest', 'Missing required header for this request: x-amz-account-id');
  }
  const [prefix] = (headers.host ?? '').split('.');
  if (named !== account || (/^\d{12}$/.test(prefix) && prefix !== named)) {
    throw new FrontDoorError('AccessDenied', 'Access Denied');
  }
  return named;
}
