import { Expected, Plant, rowsOf } from './plant';
import { Random } from './random';
import { Comparison, Copy } from '../../../../src/stored/audit/runtime/sql';
import { Version } from '../version';

/** A kind of differences, or of similar versions that must not be reported. */
export interface Kind {
  /** @default - `media/` */
  readonly folder?: string;
  plant(plant: Plant): void;
}

type CopyFacts = Pick<Copy, 'lifecycle' | 'receivesFromOthers'>;

/** Two copies with the rules and the lifecycle that explain their differences. */
export interface Scenario {
  readonly source: CopyFacts;
  readonly target: CopyFacts;
  readonly rules: Pick<Comparison, 'forward' | 'backward' | 'compareEtags'>;
  readonly kinds: { readonly [name: string]: Kind };
}

export interface Planted {
  readonly source: readonly Version[];
  readonly target: readonly Version[];
  readonly expected: readonly Expected[];
}

/** The time of the inventories: that of the target is later. */
export const SOURCE_AS_OF = new Date('2026-03-10T01:00:00Z');
export const TARGET_AS_OF = new Date('2026-03-10T03:00:00Z');
export const MARGIN_MINUTES = 60;

/** `age`, in days before the source's inventory. */
export function at(age: number): string {
  return new Date(SOURCE_AS_OF.getTime() - age * 86_400_000).toISOString();
}

/** Plants every kind of a scenario so many times, with a random mixture of values. */
export function plant({ kinds }: Scenario, times: number | (() => number), random: Random): Planted {
  const planted = { source: [] as Version[], target: [] as Version[], expected: [] as Expected[] };
  let serial = 0;
  for (const [name, { folder = 'media/', plant: put }] of Object.entries(kinds)) {
    const count = typeof times === 'number' ? times : times();
    for (let index = 0; index < count; index++) {
      const key = `${folder}${random.pick(PARTS)}/${random.hex(4)}-${serial++}${random.pick(['.mp4', '.jpg', ''])}`;
      const one = new Plant(name, key, random, SOURCE_AS_OF);
      put(one);
      planted.source.push(...rowsOf(one.source));
      planted.target.push(...rowsOf(one.target));
      planted.expected.push(...one.expected);
    }
  }
  return planted;
}

/** What keys may contain. */
const PARTS = [
  ...['clips', "o'clock", 'say "hi"', '100%', 'a%20b', 'a+b c', 'comma,comma', 'back\\slash', '_under_', '%'],
  ...[
    'new\nline',
    'tab\there',
    'žluťoučký kůň',
    '動画',
    '🎬',
    'e\u0301',
    '{json}',
    '<b>&amp;</b>',
    "';--",
    '$path',
    '#?',
  ],
];
