export { ReplicationJobsMetric } from './contract';
export * from './props';
export * from './replication-jobs';
