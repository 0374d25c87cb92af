import { isIP } from 'node:net';
import { partition } from '@aws-sdk/util-endpoints';
import { CopySettings, ReplicaHoldings } from '../contract';

/** An address of one bucket. */
export interface BucketAddress {
  /** The `Host` header that S3 receives, for which requests are signed. */
  readonly host: string;
  /** The prefix of paths: `/bucket` if the host name does not contain the bucket, otherwise empty. */
  readonly basePath: string;
  /** The start of URLs, up to the path. */
  readonly origin: string;
}

export interface MediaCopy {
  readonly source: 'primary' | 'replica';
  readonly region: string;
  readonly bucket: string;
  readonly holdings: ReplicaHoldings;
  /** The address that this function uses. */
  readonly s3: BucketAddress;
  /** The address that viewers use. */
  readonly viewers: BucketAddress;
}

export function mediaCopy(
  source: MediaCopy['source'],
  [region, bucket, origin, signedForOrigin]: CopySettings,
  env: NodeJS.ProcessEnv,
  holdings: ReplicaHoldings = {},
): MediaCopy {
  const s3 = s3Address(region, bucket, env);
  return {
    source,
    region,
    bucket,
    holdings,
    s3,
    viewers: origin ? viewersAddress(origin, s3, signedForOrigin === 1) : s3,
  };
}

/** S3's endpoint for the bucket, which the SDK's standard environment variables can override. */
function s3Address(region: string, bucket: string, env: NodeJS.ProcessEnv): BucketAddress {
  const custom =
    env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true' ? undefined : (env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL);
  const { protocol, host, hostname } = new URL(custom ?? `https://s3.${region}.${partition(region).dnsSuffix}`);
  // S3's wildcard certificate does not match a bucket name with a dot, and an IP address has no subdomains.
  const inPath = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || (bucket.includes('.') && protocol === 'https:');
  const named = inPath ? host : `${bucket}.${host}`;
  return { host: named, basePath: inPath ? `/${bucket}` : '', origin: `${protocol}//${named}` };
}

function viewersAddress(origin: string, s3: BucketAddress, signedForOrigin: boolean): BucketAddress {
  const { host, origin: clean } = new URL(origin);
  return signedForOrigin ? { host, basePath: '', origin: clean } : { ...s3, origin: clean };
}
