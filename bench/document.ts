import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { Group, Row } from './rows';
import { LATEST } from './workspace';

const INTRODUCTION = [
  '# Benchmarks',
  '<!-- Written by `npm run bench -- --write`. Do not edit. -->',
  'The costs of the library compared with the alternative that a user would have. Read the ratios: the value and the baseline of a row are measured in turns in the same run, so that other load on the machine affects both equally. The absolute numbers are from one machine on one day.',
];

/**
 * The page that `npm run bench -- --write` writes.
 *
 * @param load the load average before the first measurement
 * @param page the current page, whose sections remain unless they were measured; empty if everything was
 */
export function document(groups: readonly Group[], load: number, page: string): string {
  const kept = page.split(/\n(?=## )/).slice(1);
  const measured = groups.map((group) => section(group, load).join('\n\n'));
  const titleOf = (text: string) => text.split('\n')[0];
  const sections = [
    ...kept.map((text) => measured.find((each) => titleOf(each) === titleOf(text)) ?? text.trim()),
    ...measured.filter((each) => !kept.some((text) => titleOf(text) === titleOf(each))),
  ];
  return `${[...INTRODUCTION, ...sections].join('\n\n')}\n`;
}

/** When, and with what a group was measured. */
function circumstances(versions: readonly string[], load: number): string {
  const { version } = JSON.parse(readFileSync(join(LATEST, 'aws-cdk-lib/package.json'), 'utf8'));
  const machine = [
    `${availableParallelism()} cores (${process.platform}, ${process.arch})`,
    `${Math.round(totalmem() / 2 ** 30)} GiB of memory`,
    `Node.js ${process.version}`,
    `aws-cdk-lib ${version}`,
    ...versions,
  ];
  const today = new Date().toISOString().slice(0, 10);
  return `Measured on ${today} with ${machine.join(', ')}. The load average before was ${load.toFixed(1)}.`;
}

function section({ title, how, needs, versions, rows }: Group, load: number): string[] {
  const content = rows.length > 0 ? tableOf(rows) : `Not measured on this machine: requires ${needs}.`;
  const measured = rows.length > 0 ? [circumstances(versions, load)] : [];
  return [`## ${title}`, how, ...measured, content];
}

function tableOf(rows: Row[]): string {
  const lines = rows.map(
    ({ ratio, name, value, baseline, unit }) => `| **${ratio}** | ${name} | ${value} | ${baseline} | ${unit} |`,
  );
  return ['| ratio | what | value | baseline | unit |', '| ---: | --- | ---: | ---: | --- |', ...lines].join('\n');
}
