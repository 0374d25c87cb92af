import { JobRegistry } from './registry';
import { Behaviour } from './settings';
import { SimulatedClock } from '../chime/clock';
import { SeededRandom } from '../chime/random';

/** What the parts of the simulated service share. */
export interface World {
  readonly account: string;
  readonly region: string;
  readonly clock: SimulatedClock;
  readonly ids: SeededRandom;
  readonly behaviour: Behaviour;
  readonly registry: JobRegistry;
}
