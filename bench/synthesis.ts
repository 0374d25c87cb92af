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
 * Synthesises N replicated buckets with the library and with a hand-written app. Every run is a separate process, and the
 * variants take turns, so that other load on the machine affects all of them equally.
 */
export function benchSynthesis(workspace: string): Group {
  const rows = [1, 10, 100].flatMap((size) => {
    process.stderr.write(`      ${size} bucket${size === 1 ? '' : 's'}\n`);
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
    how: `N buckets with one replica each. The baseline is a hand-written app with the CDK's own constructs and all replicas in one stack ([bench/apps](../bench/apps)). Time: the whole process, median of ${RUNS.small} runs (${RUNS.large} for N = 100). Size: the sum of all templates.`,
    versions: [],
    rows,
  };
}

function templateBytes(outdir: string): number {
  return readdirSync(outdir)
    .filter((file) => file.endsWith('.template.json'))
    .reduce((sum, file) => sum + statSync(join(outdir, file)).size, 0);
}
