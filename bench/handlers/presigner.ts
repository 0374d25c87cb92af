import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

const s3 = new S3Client({});

/** The smallest handler that creates a link with the SDK. */
export const handler = async ({ objects: [{ key }] }: { objects: { key: string }[] }) =>
  getSignedUrl(s3, new GetObjectCommand({ Bucket: 'media', Key: key }), { expiresIn: 3600 });
