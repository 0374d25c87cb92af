import { MeetingEvents } from './events';
import { MeetingRegistry } from './registry';
import { Behaviour, Quotas } from './settings';
import { SimulatedClock } from '../common/clock';
import { SeededRandom } from '../common/random';

/** What the parts of the simulated service share. */
export interface World {
  readonly account: string;
  readonly clock: SimulatedClock;
  readonly ids: SeededRandom;
  readonly quotas: Quotas;
  readonly behaviour: Behaviour;
  readonly events: MeetingEvents;
  readonly registry: MeetingRegistry;
}
