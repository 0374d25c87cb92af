import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { findings, OF_CDK, validateTemplates } from './support/synth';

validateTemplates();

const EXAMPLES = join(__dirname, '../examples');

/** Stateful types: if a logical id changes, CloudFormation creates a new resource and abandons the data. */
const STATEFUL = ['AWS::DynamoDB::Table', 'AWS::KMS::Key', 'AWS::S3::Bucket'];

/** Runs an example as `npm run synth` does, and returns its assembly. */
function synthExample(name: string): CloudAssembly {
  const outdir = mkdtempSync(join(tmpdir(), `example-${name}-`));
  process.on('exit', () => rmSync(outdir, { recursive: true, force: true }));
  process.env.CDK_OUTDIR = outdir;
  jest.requireActual(join(EXAMPLES, name, 'app'));
  return new CloudAssembly(outdir);
}

// The projects in examples/languages are tested in test/consumers/, with the packed library.
const examples = readdirSync(EXAMPLES).filter((name) => existsSync(join(EXAMPLES, name, 'app.ts')));

describe.each(examples)('the example %s', (name) => {
  const assembly = synthExample(name);

  test('synthesises without findings', () => {
    expect(findings(assembly)).toEqual([]);
  });

  test('keeps the logical ids of stateful resources', () => {
    const ids = assembly.stacksRecursively.flatMap(({ stackName, template }) =>
      Object.entries<any>(template.Resources)
        .filter(([, { Type }]) => STATEFUL.includes(Type))
        .map(([id, { Type }]) => `${stackName} ${Type} ${id}`),
    );
    expect(ids.sort()).toMatchSnapshot('logical ids: a change here loses data');
  });

  test('matches the reviewed templates', () => {
    for (const { stackName, template } of assembly.stacksRecursively) {
      expect(ownParts(template)).toMatchSnapshot(stackName);
    }
  });
});

/** The template without the parts that differ between versions of aws-cdk-lib. */
function ownParts(template: object): object {
  const text = JSON.stringify(template).replace(/\b[0-9a-f]{64}\b/g, '<asset>');
  const { Parameters, Rules, ...ours } = JSON.parse(text); // The bootstrap version check.
  expect(Object.keys({ ...Parameters, ...Rules })).toEqual(['BootstrapVersion', 'CheckBootstrapVersion']);
  const resources = Object.entries(ours.Resources).filter(([id]) => !OF_CDK.test(id));
  return { ...ours, Resources: Object.fromEntries(resources) };
}
