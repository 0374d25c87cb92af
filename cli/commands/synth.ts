import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printWarnings } from './warnings';
import { synthesise } from '../app/build';
import { loadConfig } from '../app/load';
import { Command, Context, printJson } from '../context';
import { replaceFolder } from '../deployment/folder';
import { writeScripts } from '../deployment/scripts';
import { shellWord } from '../deployment/shell';
import { Deployment, deploymentOf } from '../deployment/steps';
import { drawTable } from '../terminal/table';

/** Writes templates, assets and scripts that deploy them, and prints how to deploy. */
export const synth: Command = (context) => {
  const { config: file, cwd, out } = context;
  const { config, document } = loadConfig(file, cwd);
  const deployment = replaceFolder(out, cwd, (folder) => {
    const { assembly } = synthesise(config, document, folder);
    printWarnings(context, assembly);
    writeScripts(assembly, config);
    const order = deploymentOf(assembly, out, config.bootstrapQualifier);
    writeFileSync(join(folder, 'deployment.json'), `${JSON.stringify(order, undefined, 2)}\n`);
    return order;
  });
  if (context.json) return printJson(context, deployment);
  print(context, deployment);
};

/** Prints a shell script: commands, and everything else as comments. */
function print({ out, stdout, terminal }: Context, { scripts, bootstrap, steps }: Deployment): void {
  const { colors } = terminal;
  const comment = (text: string) => `${colors.dim(`# ${text}`)}\n`;
  if (terminal.isTerminal) {
    const rows = steps.map(({ order, stackName, region, after, hasAssets }) => [
      String(order),
      stackName,
      region,
      after.join(', ') || '–',
      hasAssets ? 'yes' : 'no',
    ]);
    const columns = [
      { title: '#', right: true },
      { title: 'Stack', wraps: true },
      { title: 'Region' },
      { title: 'After' },
      { title: 'Assets' },
    ];
    stdout.write(`${drawTable(terminal, columns, rows)}\n`);
  }
  const script = (name: string) => shellWord(/^\.?\//.test(out) ? `${out}/${name}` : `./${out}/${name}`);
  stdout.write(comment('deploy with the AWS CLI'));
  stdout.write(`${script(scripts.deploy)}\n`);
  stdout.write(`\n${comment(`delete again: ${script(scripts.destroy)}`)}`);
  stdout.write(`\n${comment('or deploy with the AWS CDK CLI. Once per account and region, if not bootstrapped yet:')}`);
  stdout.write(comment(`  ${bootstrap}`));
  stdout.write(comment('then in this order:'));
  for (const { command } of steps) stdout.write(comment(`  ${command}`));
  stdout.write(`\n${comment(`for scripts: ${out}/deployment.json`)}`);
}
