import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { findings, OF_CDK } from './support/synth';

const EXAMPLES = join(__dirname, '../examples');

/** What holds data: if the logical id of one changes, CloudFormation makes a new one and leaves the data behind. */
const STATEFUL = ['AWS::DynamoDB::Table', 'AWS::KMS::Key', 'AWS::S3::Bucket'];

/** Runs an example as `npm run synth` does, and gives what it wrote. */
function synthExample(name: string): CloudAssembly {
  const outdir = mkdtempSync(join(tmpdir(), `example-${name}-`));
  process.on('exit', () => rmSync(outdir, { recursive: true, force: true }));
  process.env.CDK_OUTDIR = outdir;
  jest.requireActual(join(EXAMPLES, name, 'app'));
  return new CloudAssembly(outdir);
}

// Those of examples/languages are projects of their own: test/consumers/ runs them with the packed library.
const examples = readdirSync(EXAMPLES).filter((name) => existsSync(join(EXAMPLES, name, 'app.ts')));

describe.each(examples)('the example %s', (name) => {
  const assembly = synthExample(name);

  test('synthesises without findings', () => {
    expect(findings(assembly)).toEqual([]);
  });

  test('keeps the logical ids of what holds data', () => {
    const ids = assembly.stacksRecursively.flatMap(({ stackName, template }) =>
      Object.entries<any>(template.Resources)
        .filter(([, { Type }]) => STATEFUL.includes(Type))
        .map(([id, { Type }]) => `${stackName} ${Type} ${id}`),
    );
    expect(ids.sort()).toMatchSnapshot('logical ids: a change here loses data');
  });

  test('has the templates that were reviewed', () => {
    for (const { stackName, template } of assembly.stacksRecursively) {
      expect(ownParts(template)).toMatchSnapshot(stackName);
    }
  });
});

/** The template without what aws-cdk-lib makes in each version in its own way. */
function ownParts(template: object): object {
  const text = JSON.stringify(template).replace(/\b[0-9a-f]{64}\b/g, '<asset>');
  const { Parameters, Rules, ...ours } = JSON.parse(text); // The bootstrap version check.
  expect(Object.keys({ ...Parameters, ...Rules })).toEqual(['BootstrapVersion', 'CheckBootstrapVersion']);
  const resources = Object.entries(ours.Resources).filter(([id]) => !OF_CDK.test(id));
  return { ...ours, Resources: Object.fromEntries(resources) };
}
