import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { table } from 'table';
import { benchAudit } from './audit';
import { document } from './document';
import { benchImport } from './importing';
import { benchMeetings } from './meetings';
import { benchPlatform } from './platform';
import { benchProxy } from './proxy';
import { benchRouting } from './routing';
import { Group, Row } from './rows';
import { benchStage } from './stage';
import { benchBackfillSynthesis, benchSynthesis } from './synthesis';
import { createWorkspace } from './workspace';

const PAGE = 'docs/benchmarks.md';

/**
 * `npm run bench`: prints a table and writes bench/results.json. With `--write`, it also updates docs/benchmarks.md. With
 * names of benchmarks, it measures only these: `npm run bench -- routing --write`. With `--seats=1000`, it measures only
 * meetings with so many seats.
 */
async function main(): Promise<void> {
  const [load] = loadavg();
  const [, seats] = /--seats=(\d+)/.exec(process.argv.join(' ')) ?? [];
  const workspace = createWorkspace();
  const benchmarks: [string, () => Group | Promise<Group>][] = [
    ['import', () => benchImport(workspace)],
    ['buckets', () => benchSynthesis(workspace)],
    ['backfills', () => benchBackfillSynthesis(workspace)],
    ['platform', () => benchPlatform(workspace)],
    ['routing', benchRouting],
    ['proxy', benchProxy],
    ['audit', benchAudit],
    ['meetings', () => benchMeetings(seats === undefined ? undefined : Number(seats))],
    ['stage', benchStage],
  ];
  const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
  const chosen = benchmarks.filter(([name]) => names.length === 0 || names.includes(name));
  if (chosen.length < names.length) {
    throw new Error(`Unknown benchmark in ${names.join(', ')}. Known: ${benchmarks.map(([name]) => name).join(', ')}.`);
  }
  const groups: Group[] = [];
  for (const [name, measure] of chosen) {
    process.stderr.write(`[${groups.length + 1}/${chosen.length}] Measuring ${name} …\n`);
    groups.push(await measure());
  }
  const rows = groups.flatMap((group) => group.rows);
  process.stdout.write(draw(rows));
  writeFileSync('bench/results.json', `${JSON.stringify({ rows }, undefined, 2)}\n`);
  if (!process.argv.includes('--write')) return;
  writeFileSync(PAGE, document(groups, load, names.length > 0 ? readFileSync(PAGE, 'utf8') : ''));
}

function draw(rows: Row[]): string {
  const header = ['', 'value', 'baseline', 'unit', 'ratio'];
  const cells = rows.map(({ name, value, baseline, unit, ratio }) => [name, value, baseline, unit, ratio]);
  return table([header, ...cells], { drawHorizontalLine: (line, lines) => line <= 1 || line === lines });
}

void main();
