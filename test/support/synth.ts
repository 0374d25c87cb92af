import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Environment, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';

const outdirs: string[] = [];

process.on('exit', () => outdirs.forEach((dir) => rmSync(dir, { recursive: true, force: true })));

/** Ids of the resources for bucket notifications, which differ between versions of aws-cdk-lib. */
export const OF_CDK = /Notifications/;

export function newApp(context: Record<string, unknown> = {}): App {
  const outdir = mkdtempSync(join(tmpdir(), 'media-'));
  outdirs.push(outdir);
  return new App({ outdir, analyticsReporting: false, context });
}

/** A stack as most apps have one: a known region, an account that is known at deployment only. */
export function primaryStack(app: App = newApp(), env: Environment = { region: 'us-east-1' }): Stack {
  return new Stack(app, 'MediaStack', { env });
}

/**
 * Synthesises, and fails on any warning or error: of a construct, or (where aws-cdk-lib has it) of the validation
 * against CloudFormation's schemas.
 */
export function synthesise(app: App): CloudAssembly {
  const assembly = app.synth();
  expect(findings(assembly)).toEqual([]);
  return assembly;
}

/** What is amiss in an assembly: messages of constructs, and violations of CloudFormation's schemas. */
export function findings(assembly: CloudAssembly): string[] {
  const messages = assembly.stacksRecursively.flatMap((stack) =>
    stack.messages
      .filter(({ level }) => level !== 'info')
      .map(({ id, entry }) => `${id}: ${JSON.stringify(entry.data)}`),
  );
  const report = join(assembly.directory, 'validation-report.json');
  if (!existsSync(report)) return messages;
  const { pluginReports } = JSON.parse(readFileSync(report, 'utf8'));
  return messages.concat(
    pluginReports.flatMap((plugin: any) =>
      plugin.violations.map(
        ({ ruleName, description, violatingConstructs }: any) =>
          `${violatingConstructs.map(({ constructPath }: any) => constructPath)}: ${ruleName} ${description}`,
      ),
    ),
  );
}

/** The template of a stack, after a synthesis of its app without findings. */
export function templateOf(stack: Stack): Template {
  const assembly = synthesise(stack.node.root as App);
  const artifact = assembly.stacksRecursively.find(({ id }) => id === stack.artifactId)!;
  return Template.fromJSON(artifact.template);
}

/**
 * A part of a template with its intrinsic functions written as text: `{ 'Fn::Join': … }`, `Ref` and `Fn::GetAtt` become
 * strings as `Fn::Sub` knows them, so that a whole statement can be compared at a glance.
 */
export function asText(value: any): any {
  if (Array.isArray(value)) return value.map(asText);
  if (typeof value !== 'object' || value === null) return value;
  const [name, argument] = Object.entries<any>(value)[0] ?? [];
  if (Object.keys(value).length === 1) {
    if (name === 'Ref') return `\${${argument}}`;
    if (name === 'Fn::GetAtt') return `\${${argument.join('.')}}`;
    if (name === 'Fn::Join') return argument[1].map(asText).join(argument[0]);
  }
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, asText(entry)]));
}

/** The single resource of a type in a template, with its intrinsic functions as text. */
export function only(template: Template, type: string): any {
  const found = Object.values(template.findResources(type));
  expect(found.length).toBe(1);
  return asText(found[0]);
}
