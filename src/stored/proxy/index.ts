export * from './direct-connect';
export * from './props';
export * from './s3-media-proxy';
