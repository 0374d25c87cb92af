export * from './bucket';
export * from './canary';
export * from './http';
export * from './meeting';
export * from './monitoring';
export * from './proxy';
export * from './routing';
export * from './stack';
