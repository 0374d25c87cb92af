export * from './athena-simulator';
export * from './records';
