import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { table } from 'table';
import { document } from './document';
import { benchImport } from './importing';
import { benchPlatform } from './platform';
import { benchProxy } from './proxy';
import { benchRouting } from './routing';
import { Row } from './rows';
import { benchSynthesis } from './synthesis';
import { createWorkspace } from './workspace';

/** `npm run bench`: prints a table and writes bench/results.json; with `--write`, docs/benchmarks.md too. */
async function main(): Promise<void> {
  const [load] = loadavg();
  const workspace = createWorkspace();
  const groups = [
    benchImport(workspace),
    benchSynthesis(workspace),
    benchPlatform(workspace),
    await benchRouting(),
    await benchProxy(),
  ];
  const rows = groups.flatMap((group) => group.rows);
  process.stdout.write(draw(rows));
  writeFileSync('bench/results.json', `${JSON.stringify({ rows }, undefined, 2)}\n`);
  if (process.argv.includes('--write')) writeFileSync('docs/benchmarks.md', document(groups, load));
}

function draw(rows: Row[]): string {
  const header = ['', 'value', 'baseline', 'unit', 'ratio'];
  const cells = rows.map(({ name, value, baseline, unit, ratio }) => [name, value, baseline, unit, ratio]);
  return table([header, ...cells], { drawHorizontalLine: (line, lines) => line <= 1 || line === lines });
}

void main();
