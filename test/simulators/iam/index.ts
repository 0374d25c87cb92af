export * from './keys';
export * from './policies';
export * from './roles';
