export * from './life';
export * from './one-way';
export * from './plant';
export * from './random';
export * from './scenario';
export * from './tagged';
export * from './two-way';
