import { SimulatedClock } from './clock';
import { MeetingEvents } from './events';
import { SeededRandom } from './random';
import { MeetingRegistry } from './registry';
import { Behaviour, Quotas } from './settings';

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
