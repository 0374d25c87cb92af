export * from './props';
export * from './replication-canary';
