import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { Group, Row } from './rows';
import { LATEST } from './workspace';

/** The page that `npm run bench -- --write` writes. `load` is the load average before the first measurement. */
export function document(groups: Group[], load: number): string {
  const cores = availableParallelism();
  const machine = [
    `${cores} cores (${process.platform}, ${process.arch})`,
    `${Math.round(totalmem() / 2 ** 30)} GiB of memory`,
    `Node.js ${process.version}`,
    `aws-cdk-lib ${JSON.parse(readFileSync(join(LATEST, 'aws-cdk-lib/package.json'), 'utf8')).version}`,
  ];
  return [
    '# Benchmarks',
    '<!-- Written by `npm run bench -- --write`. Do not edit. -->',
    'The costs of the library compared with the alternative that a user would have. Read the ratios: the value and the baseline of a row are measured in turns in the same run, so that other load on the machine affects both equally. The absolute numbers are from one machine on one day.',
    `Measured on ${new Date().toISOString().slice(0, 10)}, with ${machine.join(', ')}. ` +
      `The load average before the first measurement was ${load.toFixed(1)}, which includes the compilation of the library.`,
    ...groups.flatMap(section),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

function section({ title, how, needs, versions, rows }: Group): string[] {
  const used = versions.length > 0 ? ` With ${versions.join(', ')}.` : '';
  const content = rows.length > 0 ? tableOf(rows) : `Not measured on this machine: requires ${needs}.`;
  return [`## ${title}`, `${how}${rows.length > 0 ? used : ''}`, content];
}

function tableOf(rows: Row[]): string {
  const lines = rows.map(
    ({ ratio, name, value, baseline, unit }) => `| **${ratio}** | ${name} | ${value} | ${baseline} | ${unit} |`,
  );
  return ['| ratio | what | value | baseline | unit |', '| ---: | --- | ---: | ---: | --- |', ...lines].join('\n');
}
