import type { CommandName } from './arguments';

const OVERVIEW = `Usage: cdk-media-replication <command> [options]

Synthesises CloudFormation from a config file: media replicated over regions,
links to the right copy, replicated meetings, and their monitoring.

Commands
  init       write a config to begin with
  validate   check a config
  plan       show regions, resources, capacity, quotas and costs
  synth      write templates and assets, and print how to deploy them
  schema     print the JSON Schema of a config

Options
  -c, --config <file>   the config (default: media.yaml)
      --json            print JSON
      --color           colours, whatever the output is; --no-color: none
  -h, --help            help, of a command too
  -v, --version         the version

Exit codes
  0 done   1 the config is wrong   2 wrong usage   3 an error of ours
`;

const CONFIG = '  -c, --config <file>   the config (default: media.yaml)\n';
const JSON_OPTION = '      --json            print JSON\n';

const OF_COMMAND: Record<CommandName, string> = {
  init: `Usage: cdk-media-replication init [options]

Writes a config with comments, to be changed.

${CONFIG}      --force           replace what is there
${JSON_OPTION}`,
  validate: `Usage: cdk-media-replication validate [options]

Checks a config: what it says, and whether it can be synthesised.

${CONFIG}${JSON_OPTION}`,
  plan: `Usage: cdk-media-replication plan [options]

Shows what a config comes to: regions, stacks, resources, the capacity of
meetings, quotas to raise, and an estimate of costs from the config's prices.

${CONFIG}${JSON_OPTION}`,
  synth: `Usage: cdk-media-replication synth [options]

Writes templates, assets and deployment.json, and prints the commands that
deploy them, in order. Nothing is deployed, and no credentials are needed.

${CONFIG}  -o, --out <folder>    where to (default: cdk.out)
${JSON_OPTION}`,
  schema: `Usage: cdk-media-replication schema [options]

Prints the JSON Schema of a config.

      --path            print where the schema is instead
`,
};

export function help(command?: CommandName): string {
  return command ? OF_COMMAND[command] : OVERVIEW;
}
