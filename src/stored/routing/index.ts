export * from './i-media-router';
export * from './link-access';
export * from './media-endpoint';
export * from './media-router';
export * from './media-router-standby';
export * from './props';
