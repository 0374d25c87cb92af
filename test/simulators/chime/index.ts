export { ChimeSimulator, type ChimeSimulatorOptions, type MeetingView } from './chime-simulator';
export { SimulatedClock } from './clock';
export type { Delivery, MeetingEvent, MeetingEvents, MeetingEventType } from './events';
export { type Call, Fault, type Faults, type InjectedFault, type Target } from './faults';
export type { Hooks } from './gateway';
export { type Credentials, JoinRefused, type MediaClient } from './media-client';
export type { Behaviour, Quotas } from './settings';
