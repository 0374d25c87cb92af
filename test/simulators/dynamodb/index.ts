export { DynamoDbProxy, type DynamoDbProxyOptions } from './dynamodb-proxy';
export { type Call, Fault } from './faults';
export type { Spent } from './usage';
