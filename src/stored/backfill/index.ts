export * from './props';
export * from './replication-jobs';
