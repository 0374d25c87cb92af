import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { ConfigDocument } from './document';
import type { Path } from './path';
import { childSchema, definitionName, mediaSchema, resolve, Schema } from './schema';
import { show, suggestion } from './words';
import type { Problem } from '../problems';

/** Regions that the installed aws-cdk-lib does not know. The schema checks only their format. */
export function regionProblems(document: ConfigDocument): Problem[] {
  const known = RegionInfo.regions.map(({ name }) => name);
  const problems: Problem[] = [];
  const check = (region: unknown, path: Path, at: 'key' | 'value') => {
    if (typeof region !== 'string' || known.includes(region)) return;
    const near = suggestion(region, known);
    const hint = `${near || '.'} If the region is new, update aws-cdk-lib.`;
    problems.push(document.problem(path, `got ${show(region)}, expected an AWS region${hint}`, at));
  };
  const visit = (schema: Schema, value: unknown, path: Path) => {
    if (definitionName(schema) === 'Region') check(value, path, 'value');
    if (typeof value !== 'object' || value === null) return;
    const byRegion = resolve(schema).propertyNames !== undefined;
    const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
    for (const [key, child] of entries) {
      if (byRegion) check(key, [...path, key], 'key');
      const next = childSchema(schema, key);
      if (next) visit(next, child, [...path, key]);
    }
  };
  visit(mediaSchema(), document.value, []);
  return problems;
}
