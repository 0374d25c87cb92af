export * from './i-media-router';
export * from './media-endpoint';
export * from './media-router';
export * from './props';
