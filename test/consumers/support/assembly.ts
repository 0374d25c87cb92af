import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A hash, or the eight digits of one with which newer versions end the name of a destination. */
const HASH = /[0-9a-f]{64}|(?<=current_account-[\w-]+-)[0-9a-f]{8}(?=")/g;

/**
 * What an assembly deploys, as text: each stack's template, and its assets with their hashes. Without what aws-cdk-lib
 * varies: CDKMetadata lists which constructs were used from which language, the hash of a template is one over that too,
 * and metadata beside a template has stack traces. The order of keys counts.
 */
export function assemblyText(outdir: string): string {
  const { artifacts } = readJson(outdir, 'manifest.json');
  const stacks = Object.entries<any>(artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack');
  const parts = stacks.map(([id, stack]) => ({
    stack: id,
    environment: stack.environment,
    displayName: stack.displayName,
    after: stack.dependencies.filter((name: string) => name !== `${id}.assets`),
    template: template(readJson(outdir, stack.properties.templateFile)),
    assets: assets(readJson(outdir, `${id}.assets.json`)),
  }));
  return JSON.stringify(parts, undefined, 1);
}

/** Violations of CloudFormation's schemas, which newer versions of aws-cdk-lib check. */
export function violations(outdir: string): unknown[] {
  return readJson(outdir, 'validation-report.json').pluginReports.flatMap(({ violations: found }: any) => found);
}

export function stackCount(outdir: string): number {
  return JSON.parse(assemblyText(outdir)).length;
}

function template({ Resources, ...rest }: any): object {
  const { CDKMetadata, ...resources } = Resources;
  if (!CDKMetadata) throw new Error('The app was not run as `cdk synth` runs it.');
  return { Resources: resources, ...rest };
}

/** In the order of their places in the construct tree; the template's own hash is left out. */
function assets({ files }: any): unknown[] {
  return Object.entries<any>(files).map(([hash, file]) => {
    const isTemplate = file.source.path.endsWith('.template.json');
    const text = JSON.stringify({ hash, ...file });
    return JSON.parse(isTemplate ? text.replace(HASH, '<template>') : text);
  });
}

function readJson(dir: string, file: string): any {
  return JSON.parse(readFileSync(join(dir, file), 'utf8'));
}
