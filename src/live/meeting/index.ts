export * from './props';
export * from './replicated-meeting';
export * from './replicated-meeting-service';
