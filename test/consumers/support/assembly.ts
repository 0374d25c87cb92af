import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { REPOSITORY } from './packages';

interface Type {
  readonly name: string;
  readonly kind: string;
  readonly base?: string;
}

const { types }: { types: Record<string, Type> } = JSON.parse(
  gunzipSync(readFileSync(join(REPOSITORY, '.jsii.gz'))).toString(),
);

/** The public classes of the library. */
export const classes = Object.values(types)
  .filter(({ kind }) => kind === 'class')
  .map((type) => ({ name: type.name, isConstruct: isConstruct(type) }));

/** The names of all public types of the library. */
export const typeNames = Object.values(types).map(({ name }) => name);

/** The public enums of the library. */
export const enums = Object.values(types).filter(({ kind }) => kind === 'enum');

function isConstruct({ base }: Type): boolean {
  if (base === undefined) return false;
  return types[base] ? isConstruct(types[base]) : /\.(Construct|Resource|Stack)$/.test(base);
}

/** A hash, or the first eight digits of one, with which newer versions end the name of a destination. */
const HASH = /[0-9a-f]{64}|(?<=current_account-[\w-]+-)[0-9a-f]{8}(?=")/g;

/**
 * The stacks of an assembly as text: templates, and assets with their hashes. Without parts that aws-cdk-lib varies by
 * language: CDKMetadata lists the constructs and the language, the hash of a template depends on it, and metadata has
 * stack traces. The order of keys is significant.
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

/** Violations of CloudFormation schemas, which newer versions of aws-cdk-lib report. */
export function violations(outdir: string): string[] {
  const { pluginReports } = readJson(outdir, 'validation-report.json');
  return pluginReports.flatMap(({ violations: found }: any) => found.map((violation: any) => violation.description));
}

export function stackCount(outdir: string): number {
  return JSON.parse(assemblyText(outdir)).length;
}

function template({ Resources, ...rest }: any): object {
  const { CDKMetadata, ...resources } = Resources;
  if (!CDKMetadata) throw new Error('The app was not run like `cdk synth` runs it.');
  return { Resources: resources, ...rest };
}

/** In the order of the construct tree, without the hash of the template. */
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
