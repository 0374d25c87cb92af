export * from './media-bucket-interface';
export * from './media-replica';
export * from './props';
export * from './replicated-media-bucket';
