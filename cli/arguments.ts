import { parseArgs } from 'node:util';
import { nearest } from './config/words';
import { UsageError } from './problems';
import type { ColorOption } from './terminal/terminal';

export const COMMANDS = ['init', 'validate', 'plan', 'synth', 'schema', 'preferences'] as const;
export type CommandName = (typeof COMMANDS)[number];

export type Arguments = Readonly<ReturnType<typeof parseArguments>>;

const COMMON_OPTIONS = ['help', 'color', 'no-color'];

/** Other options of each command. */
const OPTIONS: Record<CommandName, readonly string[]> = {
  init: ['config', 'force', 'json'],
  validate: ['config', 'json'],
  plan: ['config', 'json'],
  synth: ['config', 'out', 'json'],
  schema: ['path'],
  preferences: ['config', 'application', 'environment', 'profile', 'region', 'dry-run', 'addresses', 'json'],
};

export function parseArguments(argv: readonly string[]) {
  const { values, positionals, tokens } = parse(argv);
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
  for (const option of ['config', 'out', 'addresses'] as const) {
    if (values[option] === '') throw new UsageError(`--${option} requires a path.`);
  }
  const color: ColorOption = values['no-color'] ? 'never' : values.color ? 'always' : undefined;
  return { ...values, command, operands, color };
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
        json: { type: 'boolean', default: false },
        path: { type: 'boolean', default: false },
        application: { type: 'string' },
        environment: { type: 'string' },
        profile: { type: 'string' },
        region: { type: 'string' },
        addresses: { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. To specify')[0].replace(/\.?$/, '.'));
  }
}
