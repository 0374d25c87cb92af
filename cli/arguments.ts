import { parseArgs } from 'node:util';
import { nearest } from './config/words';
import { UsageError } from './problems';
import type { ColorWish } from './terminal/terminal';

export const COMMANDS = ['init', 'validate', 'plan', 'synth', 'schema'] as const;
export type CommandName = (typeof COMMANDS)[number];

export interface Arguments {
  readonly command?: CommandName;
  readonly help: boolean;
  readonly version: boolean;
  readonly color: ColorWish;
  readonly config: string;
  readonly out: string;
  readonly force: boolean;
  readonly json: boolean;
  readonly path: boolean;
}

const EVERYWHERE = ['help', 'color', 'no-color'];

/** What each command takes besides. */
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
  if (more.length > 0) throw new UsageError(`Got ${more.join(' ')} after ${name}, expected options: --config <file>.`);
  const given = Object.keys(values);
  const known = [...EVERYWHERE, ...(command ? OPTIONS[command] : ['version'])];
  const foreign = given.find((option) => !known.includes(option));
  if (foreign !== undefined && !values.help) {
    throw new UsageError(command ? `${command} takes no --${foreign}.` : `--${foreign} needs a command before it.`);
  }
  for (const option of ['config', 'out'] as const) {
    if (values[option] === '') throw new UsageError(`--${option} got nothing, expected a path.`);
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
    `Got ${JSON.stringify(name)}, expected a command: ${near ? `perhaps ${near}` : COMMANDS.join(', ')}.`,
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
