import { JobRegistry } from './registry';
import { Behaviour } from './settings';
import { SimulatedClock } from '../common/clock';
import { SeededRandom } from '../common/random';

/** What the parts of the simulated service share. */
export interface World {
  readonly account: string;
  readonly region: string;
  readonly clock: SimulatedClock;
  readonly ids: SeededRandom;
  readonly behaviour: Behaviour;
  readonly registry: JobRegistry;
}
