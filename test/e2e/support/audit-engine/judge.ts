import {
  ComparisonRow,
  LISTED_REASONS,
  parseComparisonRow,
  ResultRecord,
  SAMPLES,
} from '../../../../src/stored/audit/runtime/sql';
import { Expected } from '../../../simulators/inventory';

/** What is wrong with the results of the passes of a comparison, compared with the differences that were planted. */
export function mistakesOf(passes: readonly (readonly ResultRecord[])[], expected: readonly Expected[]): string[] {
  const planted = new Map(expected.map((one) => [nameOf(one.side, one.key, one.versionId), one]));
  const groups = new Map<string, { versions: number; bytes: number }>();
  for (const { side, reason, bytes } of expected) add(groups, `${side} ${reason}`, 1, bytes);
  const found = new Map<string, { versions: number; bytes: number }>();
  const mistakes: string[] = [];
  const seen = new Set<string>();
  for (const row of passes.flat().map(parseComparisonRow)) {
    if (row.kind === 'total') continue;
    add(found, `${row.side} ${row.reason}`, row.versions, row.bytes);
    if (row.kind === 'group' && row.samples.length !== Math.min(row.versions, SAMPLES)) {
      mistakes.push(`${row.samples.length} samples of ${row.versions} versions: ${row.reason}`);
    }
    mistakes.push(...mistakesOfSamples(row, planted, seen));
  }
  for (const { side, key, versionId, kind, reason } of expected) {
    if (LISTED_REASONS.includes(reason) && !seen.has(nameOf(side, key, versionId))) {
      mistakes.push(`not listed: ${kind} (${JSON.stringify(key)}, ${side}) as ${reason}`);
    }
  }
  for (const group of new Set([...groups.keys(), ...found.keys()])) {
    const [want, have] = [groups.get(group), found.get(group)].map((value) => JSON.stringify(value ?? 'none'));
    if (want !== have) mistakes.push(`${group}: planted ${want}, found ${have}`);
  }
  return mistakes;
}

function mistakesOfSamples(row: ComparisonRow, planted: ReadonlyMap<string, Expected>, seen: Set<string>): string[] {
  return row.samples.flatMap(({ key, versionId, size }) => {
    const name = nameOf(row.side, key, versionId);
    const want = planted.get(name);
    const where = `${JSON.stringify(key)}, ${row.side}`;
    if (seen.has(name)) return `listed twice: ${where}`;
    seen.add(name);
    if (!want) return `false alarm: ${where} as ${row.reason}`;
    if (want.reason !== row.reason) return `${want.kind}: ${row.reason} instead of ${want.reason} (${where})`;
    if (want.bytes !== size) return `${want.kind}: ${size} bytes instead of ${want.bytes}`;
    const complete = LISTED_REASONS.includes(want.reason) === (row.kind === 'version');
    return complete ? [] : `${want.kind}: ${want.reason} in a row of the kind ${row.kind}`;
  });
}

function add(counts: Map<string, { versions: number; bytes: number }>, group: string, versions: number, bytes: number) {
  const before = counts.get(group) ?? { versions: 0, bytes: 0 };
  counts.set(group, { versions: before.versions + versions, bytes: before.bytes + bytes });
}

function nameOf(side: string, key: string, versionId: string): string {
  return `${side}\n${versionId}\n${key}`;
}
