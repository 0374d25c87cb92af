import type { IncomingMessage } from 'node:http';
import { Buckets } from './buckets';
import { S3Error } from './errors';
import { MODEL, OperationName, operationOf, OperationsWorld, run, S3Request } from './operations';
import { toXml } from './xml';
import { Call as CommonCall } from '../common/call';
import { SimulatedClock } from '../common/clock';
import { ApiError } from '../common/errors';
import { Faults } from '../common/faults';
import { Answer, Arrival, Gateway } from '../common/gateway';
import { SeededRandom } from '../common/random';
import { parseAuthorization } from '../common/signature';
import { accountOf, Principal } from '../iam';

export interface Call extends CommonCall<OperationName> {
  readonly s3: S3Request;
}

export interface GatewayProps extends OperationsWorld {
  readonly clock: SimulatedClock;
  readonly faults: Faults<Call>;
  readonly requestIds: SeededRandom;
  /** The principal of the access key ID; undefined for the test itself. */
  readonly principalOf: (accessKeyId: string) => Principal | undefined;
}

/** Takes HTTP requests in path style to the operations. */
export class S3Gateway extends Gateway<Call> {
  constructor(private readonly props: GatewayProps) {
    super(MODEL, props.clock, props.faults);
  }

  protected newRequestId(): string {
    return this.props.requestIds.hex(16).toUpperCase();
  }

  protected receive({ headers, method = '', url = '' }: IncomingMessage, body: string): Arrival<Call> {
    const authorization = headers.authorization ?? '';
    const { pathname, searchParams: query } = new URL(url, 'http://s3');
    const credential = query.get('X-Amz-Credential') ?? /Credential=([^,\s]+)/.exec(authorization)?.[1] ?? '';
    const signed = query.has('X-Amz-Signature') ? scopeOf(credential) : parseAuthorization(authorization);
    if (signed?.service !== 's3') throw new S3Error('AccessDenied', 'The request is not signed for S3');
    const [, bucket, ...rest] = pathname.split('/');
    const key = decodeURIComponent(rest.join('/'));
    const principal = this.props.principalOf(credential.split('/')[0]);
    const s3 = { method, bucket, key, query, headers, body, principal };
    expectRegion(this.props.buckets, bucket, signed.region);
    expectOwner(this.props.buckets, bucket, headers['x-amz-expected-bucket-owner']);
    return { operation: operationOf(s3), request: { bucket, key }, s3 };
  }

  protected apply({ operation, s3 }: Call, requestId: string): Answer {
    const { status = 200, headers, body = '' } = run(operation, s3, this.props);
    return { status, body, headers: { 'x-amz-request-id': requestId, ...headers } };
  }

  protected refuse({ name, message, status }: ApiError, requestId: string): Answer {
    const body = toXml('Error', { Code: name, Message: message, RequestId: requestId });
    return { status, headers: { 'x-amz-request-id': requestId, 'content-type': 'application/xml' }, body };
  }
}

/** The scope of a presigned URL. The signature itself is not verified. */
function scopeOf(credential: string): { region: string; service: string } {
  const [, , region, service] = credential.split('/');
  return { region, service };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html: PermanentRedirect */
function expectRegion(buckets: Buckets, name: string, region: string): void {
  const bucket = buckets.find(name);
  if (!bucket || bucket.region === region) return;
  throw new S3Error('PermanentRedirect', `${name} is in ${bucket.region}, but the request is for ${region}`);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html */
function expectOwner(buckets: Buckets, name: string, owner: string | string[] | undefined): void {
  const bucket = buckets.find(name);
  if (bucket && owner !== undefined && owner !== bucket.account) throw new S3Error('AccessDenied', 'Access Denied');
}

/** The access key ID of a role, in the credentials of a function. */
export const accessKeyOf = (roleArn: string): string => `ASIA${Buffer.from(roleArn).toString('base64url')}`;

/** The role of an access key ID that `accessKeyOf` made. */
export function principalOfAccessKey(accessKeyId: string): Principal | undefined {
  if (!accessKeyId.startsWith('ASIA')) return undefined;
  const id = Buffer.from(accessKeyId.slice(4), 'base64url').toString();
  return { id, account: accountOf(id) };
}
