import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsCli, AwsError } from '../aws/aws-cli';
import { DEFAULT_PREFIX, MAX_DIRECT_TEMPLATE_BYTES, templateKey } from '../deployment/request';

export interface BucketOptions {
  readonly account: string;
  /** The bucket that the stack uses now, if any. */
  readonly current?: string;
  /** The value of `--assets-bucket-prefix`. */
  readonly prefix?: string;
  /** The qualifier of the CDK bootstrap stack. */
  readonly qualifier: string;
  readonly dnsSuffix: string;
}

/** Where CloudFormation reads a template. */
export interface TemplateSource {
  readonly TemplateBody?: string;
  readonly TemplateURL?: string;
  /** The URI of an object that was uploaded. */
  readonly uploaded?: string;
}

/** The buckets for functions and templates that the deployment script would use, the preferred one first. */
export function bucketsOf({ region }: AwsCli, { account, current, prefix, qualifier }: BucketOptions): string[] {
  if (prefix !== undefined) return [`${prefix}-${account}-${region}`];
  const bootstrap = `cdk-${qualifier}-assets-${account}-${region}`;
  return [
    ...new Set([...(current === undefined ? [] : [current]), bootstrap, `${DEFAULT_PREFIX}-${account}-${region}`]),
  ];
}

/** Uploads a large template to an existing bucket, under the key that the deployment script uses. */
export async function templateSource(
  aws: AwsCli,
  text: string,
  folder: string,
  options: BucketOptions,
): Promise<TemplateSource> {
  const size = Buffer.byteLength(text);
  if (size <= MAX_DIRECT_TEMPLATE_BYTES) return { TemplateBody: text };
  const owner = { 'expected-bucket-owner': options.account };
  const bucket = await firstExisting(aws, bucketsOf(aws, options), owner, size);
  const key = templateKey(text);
  const source = { TemplateURL: `https://${bucket}.s3.${aws.region}.${options.dnsSuffix}/${key}` };
  const object = { bucket, key, ...owner };
  if (await succeeds(aws.run('s3api', 'head-object', object))) return source;
  const file = join(folder, key.replace(/.*\//, ''));
  writeFileSync(file, text);
  await aws.run('s3api', 'put-object', { ...object, body: file });
  return { ...source, uploaded: `s3://${bucket}/${key}` };
}

async function firstExisting(aws: AwsCli, buckets: string[], owner: Record<string, string>, size: number) {
  for (const bucket of buckets) {
    if (await succeeds(aws.run('s3api', 'head-bucket', { bucket, ...owner }))) return bucket;
  }
  throw new AwsError(
    `The template has ${size} bytes and must be uploaded, but no bucket of ${buckets.join(' or ')} can be used. Specify ` +
      'the --assets-bucket-prefix of deploy.sh.',
  );
}

/** Without permission to list a bucket, a missing object is not told from a forbidden one. */
async function succeeds(call: Promise<unknown>): Promise<boolean> {
  return call.then(
    () => true,
    (error) => {
      if (error instanceof AwsError && /\((404|403)\)/.test(error.message)) return false;
      throw error;
    },
  );
}
