import { writeFileSync } from 'node:fs';
import { table } from 'table';
import { benchImport } from './importing';
import { benchPlatform } from './platform';
import { benchProxy } from './proxy';
import { benchRouting } from './routing';
import { Row } from './rows';
import { benchSynthesis } from './synthesis';
import { createWorkspace } from './workspace';

/** `npm run bench`: prints a table and writes bench/results.json. */
async function main(): Promise<void> {
  const workspace = createWorkspace();
  const rows = [
    ...benchImport(workspace),
    ...benchSynthesis(workspace),
    ...benchPlatform(workspace),
    ...(await benchRouting()),
    ...(await benchProxy()),
  ];
  process.stdout.write(draw(rows));
  writeFileSync('bench/results.json', `${JSON.stringify({ rows }, undefined, 2)}\n`);
}

function draw(rows: Row[]): string {
  const header = ['', 'value', 'baseline', 'unit', 'ratio'];
  const cells = rows.map(({ name, value, baseline, unit, ratio }) => [name, value, baseline, unit, ratio]);
  return table([header, ...cells], { drawHorizontalLine: (line, lines) => line <= 1 || line === lines });
}

void main();
