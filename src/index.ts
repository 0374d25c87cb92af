export * from './bucket';
export * from './http';
export * from './proxy';
export * from './routing';
