import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Group, row } from './rows';
import { median, timeProcess } from './workspace';

const RUNS = { small: 7, large: 5 };
const VARIANTS = {
  'own replica stacks': ['library.js'],
  'shared replica stack': ['library.js', 'shared'],
};

/**
 * Synthesises N replicated buckets with the library and by hand, each run in a process of its own, the variants in turn,
 * so that what else the machine does falls on all alike.
 */
export function benchSynthesis(workspace: string): Group {
  const rows = [1, 10, 100].flatMap((size) => {
    const runs = size === 100 ? RUNS.large : RUNS.small;
    const apps = Object.entries({ baseline: ['hand-written.js'], ...VARIANTS });
    const times: Record<string, number[]> = {};
    const bytes: Record<string, number> = {};
    for (let run = 0; run < runs; run++) {
      for (const [name, [script, ...flags]] of apps) {
        const outdir = join(workspace, `out-${name.replace(/ /g, '-')}`);
        (times[name] ??= []).push(timeProcess(workspace, [script, String(size), ...flags], outdir));
        bytes[name] = templateBytes(outdir);
      }
    }
    return Object.keys(VARIANTS).flatMap((name) => [
      row(`synth time, N=${size}, ${name}`, median(times[name]), 'ms', median(times.baseline)),
      row(`template size, N=${size}, ${name}`, bytes[name], 'bytes', bytes.baseline),
    ]);
  });
  return {
    title: 'Synthesis of replicated buckets',
    how: `N buckets with a replica each, beside the same by hand with the CDK's own constructs, all replicas in one stack ([bench/apps](../bench/apps)). Time: from the start of the process to its end, the median of ${RUNS.small} runs, ${RUNS.large} for N = 100. Size: all templates together.`,
    versions: [],
    rows,
  };
}

function templateBytes(outdir: string): number {
  return readdirSync(outdir)
    .filter((file) => file.endsWith('.template.json'))
    .reduce((sum, file) => sum + statSync(join(outdir, file)).size, 0);
}
