import { parseArgs } from 'node:util';
import { nearest } from './config/words';
import { UsageError } from './problems';
import type { ColorOption } from './terminal/terminal';

export const COMMANDS = ['init', 'validate', 'plan', 'synth', 'schema'] as const;
export type CommandName = (typeof COMMANDS)[number];

export interface Arguments {
  readonly command?: CommandName;
  readonly help: boolean;
  readonly version: boolean;
  readonly color: ColorOption;
  readonly config: string;
  readonly out: string;
  readonly force: boolean;
  readonly json: boolean;
  readonly path: boolean;
}

const COMMON_OPTIONS = ['help', 'color', 'no-color'];

/** Other options of each command. */
const OPTIONS: Record<CommandName, readonly string[]> = {
  init: ['config', 'force', 'json'],
  validate: ['config', 'json'],
  plan: ['config', 'json'],
  synth: ['config', 'out', 'json'],
  schema: ['path'],
};

export function parseArguments(argv: readonly string[]): Arguments {
  const { values, positionals } = parse(argv);
  const [name, ...more] = positionals;
  const command = name === undefined ? undefined : commandNamed(name);
  if (more.length > 0) {
    throw new UsageError(`Unexpected ${more.join(' ')} after ${name}. Specify a file with --config <file>.`);
  }
  const given = Object.keys(values);
  const known = [...COMMON_OPTIONS, ...(command ? OPTIONS[command] : ['version'])];
  const unsupported = given.find((option) => !known.includes(option));
  if (unsupported !== undefined && !values.help) {
    throw new UsageError(
      command ? `${command} does not support --${unsupported}.` : `--${unsupported} requires a command.`,
    );
  }
  for (const option of ['config', 'out'] as const) {
    if (values[option] === '') throw new UsageError(`--${option} requires a path.`);
  }
  return {
    command,
    help: values.help ?? false,
    version: values.version ?? false,
    color: values['no-color'] ? 'never' : values.color ? 'always' : undefined,
    config: values.config ?? 'media.yaml',
    out: values.out ?? 'cdk.out',
    force: values.force ?? false,
    json: values.json ?? false,
    path: values.path ?? false,
  };
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
      options: {
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
        color: { type: 'boolean' },
        'no-color': { type: 'boolean' },
        config: { type: 'string', short: 'c' },
        out: { type: 'string', short: 'o' },
        force: { type: 'boolean' },
        json: { type: 'boolean' },
        path: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. To specify')[0].replace(/\.?$/, '.'));
  }
}
