/**
 * Everything that makes SQL, and reads its results. Pure functions: no SDK, no state. The SQL is the dialect of Athena
 * engine version 3 and of Trino.
 */
export * from '../../inventory-columns';
export * from './comparison-query';
export * from './digest-query';
export * from './digests';
export * from './facts';
export * from './parse';
export * from './plan';
export * from './reasons';
export * from './results';
export * from './totals-query';
