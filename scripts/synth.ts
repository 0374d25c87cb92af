import { rmSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { CloudAssembly, CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { getBorderCharacters, table } from 'table';

/** Synthesises an app into cdk.out, and prints its stacks in order of deployment: `npm run synth [-- path/of/app.ts]`. */
async function main(appFile: string = 'examples/replicated-bucket/app.ts'): Promise<void> {
  const outdir = resolve('cdk.out');
  rmSync(outdir, { recursive: true, force: true });
  process.env.CDK_OUTDIR = outdir;
  await import(resolve(appFile));

  // Sorted by dependency.
  const stacks = new CloudAssembly(outdir).stacksRecursively;
  const header = ['', 'Stack', 'Region', 'Resources', 'Outputs', 'After', 'Template'];
  const rows = stacks.map((stack, index) => [
    index + 1,
    stack.stackName,
    stack.environment.region,
    names(stack.template.Resources).length,
    names(stack.template.Outputs).length,
    stacksBefore(stack, stacks) || '–',
    relative('.', stack.templateFullPath),
  ]);
  const right = { alignment: 'right' as const };
  const drawn = table([header, ...rows], {
    border: getBorderCharacters('norc'),
    columns: { 0: right, 3: right, 4: right },
    drawHorizontalLine: (line, lines) => line <= 1 || line === lines,
  });
  const outputs = stacks.flatMap((stack) =>
    names(stack.template.Outputs).map((name) => `  ${stack.stackName}.${name}`),
  );
  process.stdout.write(
    [
      `\n${relative('.', appFile)}: ${stacks.length} stacks, in order of deployment\n`,
      drawn,
      `Outputs\n\n${outputs.join('\n') || '  none'}\n`,
      'To deploy them in this order, with AWS credentials:\n\n  npx cdk deploy --app cdk.out --all\n\n',
    ].join('\n'),
  );
}

function names(section: object | undefined): string[] {
  return Object.keys(section ?? {});
}

/** The numbers of the stacks that must be deployed first. */
function stacksBefore(stack: CloudFormationStackArtifact, stacks: CloudFormationStackArtifact[]): string {
  return stack.dependencies
    .map((dependency) => stacks.findIndex(({ id }) => id === dependency.id) + 1)
    .filter((position) => position > 0)
    .join(', ');
}

void main(...process.argv.slice(2));
