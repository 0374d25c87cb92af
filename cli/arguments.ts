import { parseArgs } from 'node:util';
import { nearest } from './config/words';
import { UsageError } from './problems';
import type { ColorOption } from './terminal/terminal';

export const COMMANDS = [
  'init',
  'validate',
  'plan',
  'synth',
  'diff',
  'status',
  'audit',
  'schema',
  'preferences',
  'failover',
  'failback',
] as const;
export type CommandName = (typeof COMMANDS)[number];

export type Arguments = Readonly<ReturnType<typeof parseArguments>>;

const COMMON_OPTIONS = ['help', 'color', 'no-color'];

/** Other options of each command. */
const OPTIONS: Record<CommandName, readonly string[]> = {
  init: ['config', 'template', 'region', 'replicas', 'proxies', 'meetings', 'force', 'json'],
  validate: ['config', 'json'],
  plan: ['config', 'audience', 'diff', 'json'],
  synth: ['config', 'out', 'json'],
  diff: ['config', 'assets-bucket-prefix', 'profile', 'fail', 'json'],
  status: ['config', 'profile', 'json'],
  audit: ['config', 'profile', 'show', 'prefix', 'since', 'no-wait', 'json'],
  schema: ['path'],
  failover: ['config', 'to', 'profile', 'dry-run', 'json'],
  failback: ['config', 'profile', 'dry-run', 'force', 'json'],
  preferences: ['config', 'application', 'environment', 'profile', 'region', 'dry-run', 'addresses', 'json'],
};

export function parseArguments(argv: readonly string[]) {
  const { values, positionals, tokens } = parse(argv);
  if (positionals[0] === 'help') {
    positionals.shift();
    values.help = true;
  }
  const [name, ...operands] = positionals;
  const command = name === undefined ? undefined : commandNamed(name);
  if (operands.length > 0 && command !== 'preferences') {
    throw new UsageError(`Unexpected ${operands.join(' ')} after ${name}. Specify a file with --config <file>.`);
  }
  const given = tokens.flatMap((token) => (token.kind === 'option' ? token.name : []));
  const known = [...COMMON_OPTIONS, ...(command ? OPTIONS[command] : ['version'])];
  const unsupported = given.find((option) => !known.includes(option));
  if (unsupported !== undefined && !values.help) {
    throw new UsageError(
      command ? `${command} does not support --${unsupported}.` : `--${unsupported} requires a command.`,
    );
  }
  for (const option of ['config', 'out', 'addresses', 'diff'] as const) {
    if (values[option] === '') throw new UsageError(`--${option} requires a path.`);
  }
  if (values.audience !== undefined && !/^[1-9]\d{0,8}$/.test(values.audience)) {
    throw new UsageError('--audience requires a number of people: a whole number of 1 or more.');
  }
  const audience = values.audience === undefined ? undefined : Number(values.audience);
  const color: ColorOption = values['no-color'] ? 'never' : values.color ? 'always' : undefined;
  const prefix = values['assets-bucket-prefix'];
  if (prefix !== undefined && !/^[a-z0-9][a-z0-9-]{1,33}$/.test(prefix)) {
    throw new UsageError('--assets-bucket-prefix requires 2 to 34 lowercase letters, digits and hyphens.');
  }
  const profiles = values.profile;
  return { ...values, profile: profiles?.[profiles.length - 1], profiles, command, operands, audience, color };
}

function commandNamed(name: string): CommandName {
  const command = COMMANDS.find((each) => each === name);
  if (command) return command;
  const near = nearest(name, COMMANDS);
  throw new UsageError(
    `Unknown command ${JSON.stringify(name)}. ${near ? `Did you mean ${near}?` : `Commands: ${COMMANDS.join(', ')}.`}`,
  );
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      tokens: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        version: { type: 'boolean', short: 'v', default: false },
        color: { type: 'boolean', default: false },
        'no-color': { type: 'boolean', default: false },
        config: { type: 'string', short: 'c', default: 'media.yaml' },
        out: { type: 'string', short: 'o', default: 'cdk.out' },
        force: { type: 'boolean', default: false },
        show: { type: 'boolean', default: false },
        prefix: { type: 'string' },
        since: { type: 'string' },
        'no-wait': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        path: { type: 'boolean', default: false },
        application: { type: 'string' },
        environment: { type: 'string' },
        profile: { type: 'string', multiple: true },
        region: { type: 'string' },
        to: { type: 'string' },
        addresses: { type: 'string' },
        audience: { type: 'string' },
        diff: { type: 'string' },
        template: { type: 'string' },
        replicas: { type: 'string' },
        proxies: { type: 'string' },
        meetings: { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
        'assets-bucket-prefix': { type: 'string' },
        fail: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. To specify')[0].replace(/\.?$/, '.'));
  }
}
