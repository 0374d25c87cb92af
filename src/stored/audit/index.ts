export * from './i-replica-audit';
export * from './props';
export * from './replica-audit';
