export * from './bucket';
export * from './proxy';
