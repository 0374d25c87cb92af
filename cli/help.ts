import type { CommandName } from './arguments';

const OVERVIEW = `Usage: cdk-media-replication <command> [options]

Synthesizes CloudFormation from a config file: media replicated across regions,
links to the right copy, replicated meetings, and monitoring.

Commands
  init       create a config file
  validate   check a config file
  plan       show regions, resources, capacity, quotas and costs
  synth      write templates, and scripts that deploy them with the AWS CLI
  diff       show what a deployment would change in the deployed stacks
  status     show deployed stacks, replication, backfill, canary and audit
  audit      compare all copies, or show the latest comparison
  schema     print the JSON Schema of config files
  preferences
             show or change the router's preferences without a deployment
  failover   point uploads and reads to the replica in the standby's region
  failback   replicate what is missing, and return to the primary
  help       show this help, or that of a command

Options
  -c, --config <file>   config file (default: media.yaml)
      --json            print JSON
      --color           always use colors (--no-color: never)
  -h, --help            show help, also for a command
  -v, --version         show the version

Exit codes
  0 success   1 invalid config   2 invalid usage   3 internal error
  4 changes, with diff --fail; missing or different versions, with audit
`;

const CONFIG = '  -c, --config <file>   config file (default: media.yaml)\n';
const JSON_OPTION = '      --json            print JSON\n';

const PROFILE = `      --profile <profile>, --profile <account>=<profile>
                        profile of the AWS CLI, for all accounts or for one
`;

const OF_COMMAND: Record<CommandName, string> = {
  init: `Usage: cdk-media-replication init [options]

Creates a config file with comments that deploys as it is. On a terminal, asks
for what the options do not specify.

${CONFIG}      --template <name>     stored, live (with a meeting) or everything (with
                            proxies, a canary and stored user preferences, too)
      --region <region>     region of the primary bucket (default: us-east-1)
      --replicas <region>,<region>
                            regions of the replicas
      --proxies <yes|no>    private access to the replicas
      --meetings <yes|no>   a meeting
      --force           replace an existing file
${JSON_OPTION}`,
  validate: `Usage: cdk-media-replication validate [options]

Checks a config file, and whether it can be synthesized.

${CONFIG}${JSON_OPTION}`,
  plan: `Usage: cdk-media-replication plan [options]

Shows the regions, stacks, resources and meeting capacity of a config, how long
an audience takes to join, quotas to raise, and costs: with the prices in the
config, or with list prices as an example.

${CONFIG}      --audience <people>   number of people who join each meeting
                            (default: as many as it has seats)
      --diff <file>         show what changes between this older config and the
                            config: regions, stacks, resources, capacity,
                            quotas and costs
${JSON_OPTION}`,
  synth: `Usage: cdk-media-replication synth [options]

Writes templates, assets, deployment.json, and the scripts deploy.sh and
destroy.sh, which require only bash and the AWS CLI. Deploys nothing itself, and
needs no credentials.

${CONFIG}  -o, --out <folder>    output folder (default: cdk.out)
${JSON_OPTION}`,
  diff: `Usage: cdk-media-replication diff [options]

Shows what a deployment would change in the deployed stacks, with a warning for
each resource that is replaced or deleted. Creates a change set for each existing
stack, reads it, and deletes it. Calls the AWS CLI (aws).

${CONFIG}${PROFILE}      --assets-bucket-prefix <prefix>
                        as for deploy.sh: the prefix of existing buckets, to
                        which templates of more than 51,200 bytes are uploaded
      --fail            exit with code 4 if there are changes
${JSON_OPTION}`,
  status: `Usage: cdk-media-replication status [options]

Shows the deployed stacks, replication to each replica, backfill, and the last
run of the canary and of the audit. Changes nothing. Calls the AWS CLI (aws).

${CONFIG}${PROFILE}${JSON_OPTION}`,
  audit: `Usage: cdk-media-replication audit [options]

Compares all copies by their S3 inventories, and shows the result: versions that
are missing, different, or explained. Waits until the run has ended, with a
progress bar on a terminal. Calls the AWS CLI (aws).

      --show            show the latest result, and start nothing
      --prefix <prefix> compare only keys with this prefix
      --since <time>    compare only versions since 2026-03-01T00:00:00Z
      --no-wait         start the run, and do not wait for its end
${CONFIG}${PROFILE}${JSON_OPTION}
Exit code 4: versions are missing or different.
`,
  schema: `Usage: cdk-media-replication schema [options]

Prints the JSON Schema of config files.

      --path            print the path of the schema file instead
`,
  failover: `Usage: cdk-media-replication failover --to <region> [options]

Points uploads and reads to the replica in the region of the router's standby,
also while the region of the primary is unavailable. Deploys nothing. A run that
was interrupted is continued by running the command again. Calls the AWS CLI (aws).

      --to <region>         region of the standby
      --dry-run             run the checks, and show what each step would change
${CONFIG}${PROFILE}${JSON_OPTION}`,
  failback: `Usage: cdk-media-replication failback [options]

Lists what was not replicated at the failover, replicates what is missing in
either bucket, compares all versions, and then returns uploads and reads to the
primary. Can be interrupted and run again. Calls the AWS CLI (aws).

      --dry-run             run the checks, and show what each step would change
      --force               return although the comparison found problems
${CONFIG}${PROFILE}${JSON_OPTION}`,
  preferences: `Usage: cdk-media-replication preferences <action> [options]

Shows or changes the preferences of the router and of its standby in AWS
AppConfig, without a deployment of the stack. Calls the AWS CLI (aws), with its
credentials and settings.

Actions
  get                       print the preferences, as YAML or JSON
  set <file>                replace them by those in a JSON or YAML file
  set <field>=<value> ...   change fields: defaultPreference=auto
                            replicationDelaySeconds=1800
                            ipRanges.<region>=10.20.0.0/16,10.21.0.0/16
                            drainedRegions=<region>,<region>
                            regionWeights.<region>=50
                            A list or a field of a region can be empty.
  drain <region>            point no links to the replica in a region
  undrain <region>          the opposite
  weight <region> <percent> set the percentage of its objects that it serves

Options
      --dry-run             show the change, and how many addresses get another
                            region, and change nothing
      --addresses <file>    with --dry-run: IP addresses, one in each line
                            (default: one of each range)
  -c, --config <file>       config file (default: media.yaml) of the stack
      --application <id>, --environment <id>, --profile <id>, --region <region>
                            ids in AppConfig, and the region of the router,
                            instead of a config
      --json                print JSON
`,
};

export function help(command?: CommandName): string {
  return command ? OF_COMMAND[command] : OVERVIEW;
}
