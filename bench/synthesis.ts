import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Group, Row, row } from './rows';
import { median, timeProcess } from './workspace';

const RUNS = { small: 7, large: 5 };
const TIMES = `Time: the whole process, median of ${RUNS.small} runs (${RUNS.large} for N = 100). Size: the sum of all templates.`;

/** The scripts, with their arguments, of an app and of the app that it is compared with. */
interface Variant {
  readonly app: string[];
  readonly baseline: string[];
}

/** Synthesises N replicated buckets with the library and with a hand-written app, both without backfill. */
export function benchSynthesis(workspace: string): Group {
  return {
    title: 'Synthesis of replicated buckets',
    how: `N buckets with one replica each, without backfill. The baseline is a hand-written app with the CDK's own constructs and the same stacks ([bench/apps](../bench/apps)). ${TIMES}`,
    versions: [],
    rows: measure(workspace, {
      'own replica stacks': { app: ['library.js'], baseline: ['hand-written.js'] },
      'shared replica stack': { app: ['library.js', 'shared'], baseline: ['hand-written.js', 'shared'] },
    }),
  };
}

/** Synthesises N replicated buckets with and without backfill. */
export function benchBackfillSynthesis(workspace: string): Group {
  return {
    title: 'Synthesis of backfills',
    how: `N buckets with one replica each, with backfill and repair. The baseline is the same app without them. ${TIMES}`,
    versions: [],
    rows: measure(workspace, {
      backfill: { app: ['library.js', 'small-stacks', 'backfill'], baseline: ['library.js', 'small-stacks'] },
    }),
  };
}

/**
 * Every run is a separate process, and the apps take turns, so that other load on the machine affects all of them equally.
 */
function measure(workspace: string, variants: Record<string, Variant>): Row[] {
  return [1, 10, 100].flatMap((size) => {
    process.stderr.write(`      ${size} bucket${size === 1 ? '' : 's'}\n`);
    const runs = size === 100 ? RUNS.large : RUNS.small;
    const times: Record<string, number[]> = {};
    const bytes: Record<string, number> = {};
    const run = ([script, ...flags]: string[]) => {
      const name = [script, ...flags].join('-');
      const outdir = join(workspace, `out-${name}`);
      (times[name] ??= []).push(timeProcess(workspace, [script, String(size), ...flags], outdir));
      bytes[name] = templateBytes(outdir);
    };
    for (let count = 0; count < runs; count++) {
      for (const { app, baseline } of Object.values(variants)) [app, baseline].forEach(run);
    }
    return Object.entries(variants).flatMap(([name, variant]) => {
      const [app, baseline] = [variant.app.join('-'), variant.baseline.join('-')];
      return [
        row(`synth time, N=${size}, ${name}`, median(times[app]), 'ms', median(times[baseline])),
        row(`template size, N=${size}, ${name}`, bytes[app], 'bytes', bytes[baseline]),
      ];
    });
  });
}

function templateBytes(outdir: string): number {
  return readdirSync(outdir)
    .filter((file) => file.endsWith('.template.json'))
    .reduce((sum, file) => sum + statSync(join(outdir, file)).size, 0);
}
