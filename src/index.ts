export * from './bucket';
export * from './http';
export * from './meeting';
export * from './proxy';
export * from './routing';
