import { writeFileSync } from 'node:fs';
import { table } from 'table';
import { benchImport } from './importing';
import { benchSynthesis } from './synthesis';
import { createWorkspace } from './workspace';

/** `npm run bench`: prints a table and writes bench/results.json. */
const workspace = createWorkspace();
const rows = [...benchImport(workspace), ...benchSynthesis(workspace)];
const header = ['', 'value', 'baseline', 'unit', 'ratio'];
process.stdout.write(
  table([header, ...rows.map(({ name, value, baseline, unit, ratio }) => [name, value, baseline, unit, ratio])], {
    drawHorizontalLine: (line, lines) => line <= 1 || line === lines,
  }),
);
writeFileSync('bench/results.json', `${JSON.stringify({ rows }, undefined, 2)}\n`);
