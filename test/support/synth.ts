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

process.env.CDK_VALIDATION = 'false';

/**
 * Turns on the validation against CloudFormation's schemas, in versions of aws-cdk-lib that have it, for this test file.
 * It starts an engine that takes seconds, so only tests of whole stacks do this.
 */
export function validateTemplates(): void {
  process.env.CDK_VALIDATION = 'true';
}

export function newApp(context: Record<string, unknown> = {}): App {
  const outdir = mkdtempSync(join(tmpdir(), 'media-'));
  outdirs.push(outdir);
  return new App({ outdir, analyticsReporting: false, context });
}

/** A typical stack: the region is known, the account only at deployment. */
export function primaryStack(app: App = newApp(), env: Environment = { region: 'us-east-1' }): Stack {
  return new Stack(app, 'MediaStack', { env });
}

/** Synthesises, and fails on any warning or error: of a construct, or of `validateTemplates()`. */
export function synthesise(app: App): CloudAssembly {
  const assembly = app.synth();
  expect(findings(assembly)).toEqual([]);
  return assembly;
}

/** The warnings and errors in an assembly: messages of constructs, and violations of CloudFormation's schemas. */
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

/** Synthesises the app without findings, and returns the template of the stack. */
export function templateOf(stack: Stack): Template {
  const assembly = synthesise(stack.node.root as App);
  const artifact = assembly.stacksRecursively.find(({ id }) => id === stack.artifactId)!;
  return Template.fromJSON(artifact.template);
}

/**
 * A part of a template with its intrinsic functions as text: `Fn::Join`, `Ref` and `Fn::GetAtt` become strings in the
 * syntax of `Fn::Sub`, so that a test can compare a whole statement.
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
