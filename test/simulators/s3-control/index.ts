export { SimulatedClock } from '../common/clock';
export { Fault } from './faults';
export type { JobView, SimulatedJob } from './job';
export type { TaskResult } from './report';
export { S3ControlSimulator, type S3ControlSimulatorOptions } from './s3-control-simulator';
