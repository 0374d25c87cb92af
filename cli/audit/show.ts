import { Reason, REASONS } from '../../src/stored/audit/runtime/sql/reasons';
import type { AuditResult } from '../status/audit';
import { drawTable } from '../terminal/table';
import type { Terminal } from '../terminal/terminal';

const COLUMNS = [
  { title: 'Replica' },
  { title: 'Reason', wraps: true },
  { title: 'Exists in' },
  { title: 'Versions', right: true },
];
const SIDES: Readonly<Record<string, string>> = { source: 'primary', target: 'replica', both: 'both' };

/** The result of a run: the counts, the time that they are about, and where the report is. */
export function showAudit(result: AuditResult, terminal: Terminal): string {
  const { missing, different, asOf, prefix, since, replicas, report } = result;
  const { colors } = terminal;
  const isBad = missing + different > 0;
  const summary = isBad
    ? colors.red(`${count(missing)} missing and ${count(different)} different versions`)
    : colors.green('No version is missing or different');
  const scope = [
    ...(prefix === undefined ? [] : [`keys that begin with ${JSON.stringify(prefix)}`]),
    ...(since === undefined ? [] : [`versions since ${since}`]),
  ].join(', ');
  const rows = replicas.flatMap(({ region, reasons }) =>
    reasons.length === 0
      ? [[region, 'no differences', '-', '-']]
      : reasons.map(({ reason, side, versions }) => [
          region,
          REASONS[reason as Reason] ?? reason,
          SIDES[side] ?? side,
          count(versions),
        ]),
  );
  return [
    `${summary}, as of ${asOf.slice(0, 16).replace('T', ' ')} UTC${scope && ` (${scope})`}\n`,
    drawTable(terminal, COLUMNS, rows),
    `Report: ${report.html}\n`,
  ].join('');
}

const count = (value: number): string => value.toLocaleString('en-US');
