/** The number of buckets, and their regions, in both apps. */
export const SIZE = Number(process.argv[2]);
/** With `shared`, the replicas of a primary stack share a stack. Otherwise each has its own. */
export const SHARED = process.argv.includes('shared');
/** With `small-stacks`, a primary stack has as many buckets as fit with backfill. */
const SMALL_STACKS = process.argv.includes('small-stacks');
export const PRIMARY = { account: '111111111111', region: 'us-east-1' };
export const REPLICA = { account: '111111111111', region: 'eu-west-1' };

/** More buckets would exceed the limits of 500 resources and 200 outputs. */
const PER_STACK = SMALL_STACKS ? 8 : 50;

export function forEachPrimaryStack(size: number, build: (group: number, indexes: number[]) => void): void {
  const all = Array.from({ length: size }, (_, index) => index);
  for (let from = 0; from < size; from += PER_STACK) build(from / PER_STACK, all.slice(from, from + PER_STACK));
}
