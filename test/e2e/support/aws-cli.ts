import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { CACHE } from './cache';

/** The folder of the Python packages that install.sh installs. */
export const PYTHON_BIN = join(CACHE, 'python/bin');

/** The AWS CLI, by its version. */
export const AWS_CLI = { 1: join(PYTHON_BIN, 'aws'), 2: join(CACHE, 'aws-2/aws') } as const;

/** Succeeds if the CLI accepts the arguments, and only then cannot connect. */
const PARSE_ONLY = `aws() {
  command aws "$@" 2>error && return 1
  grep -q 'Could not connect to the endpoint URL' error || { cat error >&2; return 1; }
}`;

export interface ShellOptions {
  readonly dir: string;
  readonly region: string;
  /** The environment of the commands: endpoints, credentials and variables. */
  readonly env: Record<string, string>;
  /** The values of placeholders such as `<bucket>`. */
  readonly values: Record<string, string>;
}

/** Runs commands of the documents with bash and the real AWS CLI. */
export class Shell {
  constructor(private readonly options: ShellOptions) {}

  /** @returns what the command writes */
  async run(command: string, values: Record<string, string> = {}, prelude = ''): Promise<string> {
    const { dir, region, env } = this.options;
    // In a pipe, because /dev/stdout of a child process is a socket, which the CLI cannot open.
    const script = `${prelude}\n{\n${this.fillIn(command, values)}\n} | cat`;
    const { stdout } = await promisify(execFile)('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
      cwd: dir,
      encoding: 'utf8',
      env: {
        PATH: [PYTHON_BIN, process.env.PATH].join(delimiter),
        HOME: dir,
        LANG: 'C.UTF-8',
        AWS_DEFAULT_REGION: region,
        AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'secret',
        AWS_ENDPOINT_URL: 'http://127.0.0.1:1', // no command may reach AWS
        AWS_MAX_ATTEMPTS: '1',
        ...env,
      },
    });
    return stdout;
  }

  /** Fails if the CLI does not know an option, if a required one is missing, or if a value is invalid. Sends nothing. */
  async parse(command: string): Promise<void> {
    await this.run(command, {}, PARSE_ONLY);
  }

  private fillIn(command: string, values: Record<string, string>): string {
    return command.replace(/<([a-z][^<>]*)>/gi, (placeholder, name) => {
      const value = values[name] ?? this.options.values[name];
      if (value === undefined) throw new Error(`The test has no value for ${placeholder} in: ${command}`);
      return value;
    });
  }
}
