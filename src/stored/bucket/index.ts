export * from './attributes';
export * from './copy-props';
export * from './i-replicated-media-bucket';
export * from './media-replica';
export * from './props';
export * from './replicated-media-bucket';
