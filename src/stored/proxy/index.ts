export * from './direct-connect';
export * from './i-s3-media-proxy';
export * from './props';
export * from './s3-media-proxy';
