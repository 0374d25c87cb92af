import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printWarnings } from './warnings';
import { synthesise } from '../app/build';
import { loadConfig } from '../app/load';
import { Command, Context, printJson } from '../context';
import { replaceFolder } from '../deployment/folder';
import { Deployment, deploymentOf } from '../deployment/steps';
import { drawTable } from '../terminal/table';

/** Writes templates and assets, and prints the commands to deploy them. */
export const synth: Command = (context) => {
  const { config: file, cwd, out } = context;
  const { config, document } = loadConfig(file, cwd);
  const deployment = replaceFolder(out, cwd, (folder) => {
    const { assembly } = synthesise(config, document, folder);
    printWarnings(context, assembly);
    const order = deploymentOf(assembly, out, config.bootstrapQualifier);
    writeFileSync(join(folder, 'deployment.json'), `${JSON.stringify(order, undefined, 2)}\n`);
    return order;
  });
  if (context.json) return printJson(context, deployment);
  print(context, deployment);
};

/** Prints a shell script: commands, and everything else as comments. */
function print({ out, stdout, terminal }: Context, { bootstrap, steps }: Deployment): void {
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
  stdout.write(comment('once per account and region, if not bootstrapped yet'));
  for (const { command } of bootstrap) stdout.write(`${command}\n`);
  stdout.write(`\n${comment('in this order')}`);
  for (const { command } of steps) stdout.write(`${command}\n`);
  const direct = steps.filter(({ withoutCdk }) => withoutCdk !== undefined);
  if (direct.length > 0) {
    stdout.write(`\n${comment('stacks without assets can be deployed with the AWS CLI instead')}`);
    for (const { order, withoutCdk } of direct) stdout.write(comment(`step ${order}: ${withoutCdk}`));
  }
  stdout.write(`\n${comment(`for scripts: ${out}/deployment.json`)}`);
}
