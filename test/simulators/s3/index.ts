export * from './batch-jobs';
export * from './buckets';
export * from './errors';
export { accessKeyOf, principalOfAccessKey } from './gateway';
export * from './records';
export * from './replication-rules';
export * from './s3-simulator';
