export * from './copies';
export * from './duckdb';
export * from './judge';
export * from './trino';
