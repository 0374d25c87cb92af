import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { Group, Row } from './rows';
import { LATEST } from './workspace';

/** The page of `npm run bench -- --write`. `load` is how many processes wanted to run before it began. */
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
    'What the library costs, beside what a user would have instead. Read the ratios: value and baseline of a row are from the same run, in turns where they are times, so that what else the machine does falls on both alike. The absolute numbers are of one machine on one day.',
    `Measured on ${new Date().toISOString().slice(0, 10)}, with ${machine.join(', ')}. ` +
      `Before the first measurement, ${load.toFixed(1)} processes wanted to run on ${cores} cores, the compiler of the library among them.`,
    ...groups.flatMap(section),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

function section({ title, how, needs, versions, rows }: Group): string[] {
  const used = versions.length > 0 ? ` With ${versions.join(', ')}.` : '';
  const content = rows.length > 0 ? tableOf(rows) : `Not measured on this machine: it needs ${needs}.`;
  return [`## ${title}`, `${how}${rows.length > 0 ? used : ''}`, content];
}

function tableOf(rows: Row[]): string {
  const lines = rows.map(
    ({ ratio, name, value, baseline, unit }) => `| **${ratio}** | ${name} | ${value} | ${baseline} | ${unit} |`,
  );
  return ['| ratio | what | value | baseline | unit |', '| ---: | --- | ---: | ---: | --- |', ...lines].join('\n');
}
