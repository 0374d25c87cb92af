import { Arguments, CommandName, parseArguments } from './arguments';
import { Command, Context, printJson, World } from './context';
import { help } from './help';
import { packageVersion } from './package-files';
import { ConfigError, showProblems, UsageError } from './problems';
import { Terminal } from './terminal/terminal';

/** Exit codes, for scripts. */
export const EXIT = { done: 0, config: 1, usage: 2, internal: 3, changed: 4 } as const;

/** Loads each command on demand: only commands that need aws-cdk-lib should spend the second that it takes to load. */
export type Commands = Record<CommandName, () => Command | Promise<Command>>;

/** Runs a command line, and returns its exit code. */
export async function run(argv: readonly string[], world: World, commands: Commands): Promise<number> {
  let parsed: Arguments | undefined;
  try {
    parsed = parseArguments(argv);
    const { command } = parsed;
    if (parsed.version) world.stdout.write(`${packageVersion()}\n`);
    else if (parsed.help) world.stdout.write(help(command));
    else if (command) return (await (await commands[command]())(contextOf(parsed, world))) ?? EXIT.done;
    else throw new UsageError('Expected a command.');
    return EXIT.done;
  } catch (error) {
    return report(error, world, parsed);
  }
}

function contextOf(parsed: Arguments, world: World): Context {
  const { stdout, stderr, env } = world;
  return {
    ...world,
    ...parsed,
    terminal: new Terminal(stdout, env, parsed.color),
    messages: new Terminal(stderr, env, parsed.color),
  };
}

function report(error: unknown, world: World, parsed: Arguments | undefined): number {
  const { stderr, env } = world;
  const messages = new Terminal(stderr, env, parsed?.color);
  if (error instanceof ConfigError) {
    if (parsed?.json) printJson(contextOf(parsed, world), { valid: false, problems: error.problems });
    else stderr.write(showProblems(error.problems, messages));
    return EXIT.config;
  }
  if (error instanceof UsageError) {
    stderr.write(`${messages.colors.red(error.message)}\n`);
    if (!parsed?.command) stderr.write('See cdk-media-replication --help.\n');
    return EXIT.usage;
  }
  const missing = /Cannot find module '(aws-cdk-lib|constructs)\b/.exec(String((error as Error)?.message));
  if (missing) {
    const advice = `${missing[1]} is not installed. Run: npm install aws-cdk-lib constructs`;
    stderr.write(`${messages.colors.red(advice)}\n`);
    return EXIT.usage;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  stderr.write(
    `${messages.colors.red('Internal error, of this program or of aws-cdk-lib. Please report it together with the config:')}\n${text}\n`,
  );
  return EXIT.internal;
}
