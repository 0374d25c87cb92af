export * from './media-replication-stack';
export * from './props';
