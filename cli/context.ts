import type { Arguments } from './arguments';
import type { StreamFacts, Terminal } from './terminal/terminal';

/** A stream as the commands use it. Tests provide their own. */
export interface Output extends StreamFacts {
  write(text: string): unknown;
}

/** The environment of a command. */
export interface World {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** For questions. Without it, none are asked. */
  readonly stdin?: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
}

/** The input of a command. Results go to stdout, everything else to stderr. */
export interface Context extends World, Arguments {
  /** The formatting of stdout. */
  readonly terminal: Terminal;
  /** The formatting of stderr. */
  readonly messages: Terminal;
}

/** @returns an exit code, or nothing for success */
export type Command = (context: Context) => void | number | Promise<void | number>;

export function printJson({ stdout }: Context, value: unknown): void {
  stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}
