export * from './media-monitoring';
export * from './props';
