export * from './props';
export * from './replication-drill';
