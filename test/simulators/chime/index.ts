export { SimulatedClock } from '../common/clock';
export { ChimeSimulator, type ChimeSimulatorOptions, type MeetingView } from './chime-simulator';
export type { MeetingEvent } from './events';
export { type Call, Fault } from './faults';
export { JoinRefused, type LossObserver, type MediaClient } from './media-client';
export type { Behaviour } from './settings';
