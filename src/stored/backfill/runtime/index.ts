export { Failures } from './failures/failures';
export { NULL_VERSION, type ObjectVersion } from './object-keys';
export { forEachInParallel } from './parallel';
export { ReplicaStates } from './replica-states';
