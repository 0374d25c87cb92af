export { DEFAULT_CONCURRENT_MEETINGS, DEFAULT_REPLICAS as DEFAULT_REPLICAS_PER_MEETING } from './contract';
export * from './i-replicated-meeting';
export * from './i-replicated-meeting-service';
export * from './props';
export * from './replicated-meeting';
export * from './replicated-meeting-service';
