import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { table } from 'table';
import { document } from './document';
import { benchImport } from './importing';
import { benchPlatform } from './platform';
import { benchProxy } from './proxy';
import { benchRouting } from './routing';
import { Group, Row } from './rows';
import { benchBackfillSynthesis, benchSynthesis } from './synthesis';
import { createWorkspace } from './workspace';

/** `npm run bench`: prints a table and writes bench/results.json. With `--write`, it also updates docs/benchmarks.md. */
async function main(): Promise<void> {
  const [load] = loadavg();
  const workspace = createWorkspace();
  const benchmarks: [string, () => Group | Promise<Group>][] = [
    ['import', () => benchImport(workspace)],
    ['synthesis of buckets', () => benchSynthesis(workspace)],
    ['synthesis of backfills', () => benchBackfillSynthesis(workspace)],
    ['synthesis of a platform', () => benchPlatform(workspace)],
    ['routing', benchRouting],
    ['proxy', benchProxy],
  ];
  const groups: Group[] = [];
  for (const [name, measure] of benchmarks) {
    process.stderr.write(`[${groups.length + 1}/${benchmarks.length}] Measuring ${name} …\n`);
    groups.push(await measure());
  }
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
