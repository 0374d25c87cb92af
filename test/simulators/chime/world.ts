import { MeetingEvents } from './events';
import { MeetingRegistry } from './registry';
import { Behaviour, Quotas } from './settings';
import { SimulatedClock } from '../common/clock';
import { SeededRandom } from '../common/random';

/** The state that the parts of the simulator share. */
export interface World {
  readonly account: string;
  readonly clock: SimulatedClock;
  readonly ids: SeededRandom;
  readonly quotas: Quotas;
  readonly behaviour: Behaviour;
  readonly events: MeetingEvents;
  readonly registry: MeetingRegistry;
}
