/**
 * The functions for stored media, in one bundle: the S3 client is the largest part of each, and separate bundles would
 * contain it three times. Each function creates only the objects that it needs, on its first invocation.
 */
export { audit } from './audit/runtime/handler';
export { jobs, status } from './backfill/runtime/handlers';
export { buckets } from './bucket/runtime/handler';
export { canary } from './canary/runtime/handler';
