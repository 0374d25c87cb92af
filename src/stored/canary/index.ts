export * from './i-replication-canary';
export * from './props';
export * from './replication-canary';
