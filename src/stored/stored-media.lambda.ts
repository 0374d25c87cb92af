/**
 * The functions of stored media, in one bundle: S3's client is most of each, and the package would hold it three times.
 * Each makes only what is its own, when it is called first.
 */
export { backfill, events, status, worker } from './backfill/runtime/handlers';
export { rules } from './bucket/runtime/handler';
export { canary } from './canary/runtime/handler';
