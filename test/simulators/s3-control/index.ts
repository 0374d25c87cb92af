export { SimulatedClock } from '../chime/clock';
export type { InjectedFault, Target } from '../support/faults';
export { type Call, Fault, type Faults } from './faults';
export type { Hooks } from './gateway';
export type { JobView, Results, SimulatedJob } from './job';
export type { ReportObject, TaskResult } from './report';
export { S3ControlSimulator, type S3ControlSimulatorOptions } from './s3-control-simulator';
export type { Behaviour } from './settings';
