export * from './i-replicated-meeting';
export * from './i-replicated-meeting-service';
export * from './props';
export * from './replicated-meeting';
export * from './replicated-meeting-service';
