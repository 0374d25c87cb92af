import { isIP } from 'node:net';
import { partition } from '@aws-sdk/util-endpoints';
import { CopySettings } from '../contract';

/** A name that answers for one bucket. */
export interface BucketAddress {
  /** What is signed, and what S3 is to get as `Host`. */
  readonly host: string;
  /** What stands in front of an object's path: `/bucket` where the host's name does not say which bucket. */
  readonly basePath: string;
  /** What a URL begins with, up to the path. */
  readonly origin: string;
}

export interface MediaCopy {
  readonly source: 'primary' | 'replica';
  readonly region: string;
  /** Where the bucket is for this function. */
  readonly s3: BucketAddress;
  /** Where it is for viewers. */
  readonly viewers: BucketAddress;
}

export function mediaCopy(
  source: MediaCopy['source'],
  [region, bucket, origin, signedForOrigin]: CopySettings,
  env: NodeJS.ProcessEnv,
): MediaCopy {
  const s3 = s3Address(region, bucket, env);
  return { source, region, s3, viewers: origin ? viewersAddress(origin, s3, signedForOrigin === 1) : s3 };
}

/** S3's own name for the bucket, as the SDK derives it, with its standard settings for other endpoints. */
function s3Address(region: string, bucket: string, env: NodeJS.ProcessEnv): BucketAddress {
  const custom =
    env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true' ? undefined : (env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL);
  const { protocol, host, hostname } = new URL(custom ?? `https://s3.${region}.${partition(region).dnsSuffix}`);
  // A certificate for *.s3.… does not hold for a name with another dot, and an address has no subdomains.
  const inPath = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || (bucket.includes('.') && protocol === 'https:');
  const named = inPath ? host : `${bucket}.${host}`;
  return { host: named, basePath: inPath ? `/${bucket}` : '', origin: `${protocol}//${named}` };
}

function viewersAddress(origin: string, s3: BucketAddress, signedForOrigin: boolean): BucketAddress {
  const { host, origin: clean } = new URL(origin);
  return signedForOrigin ? { host, basePath: '', origin: clean } : { ...s3, origin: clean };
}
