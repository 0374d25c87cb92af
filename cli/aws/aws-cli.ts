import { execFile, ExecFileException, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { UsageError } from '../problems';

const INSTALL = 'https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html';
/** Sufficient for the largest output: a preferences document, which has up to 1 MB, or a page of changes. */
const MAX_OUTPUT_BYTES = 16 * 2 ** 20;
/** Limits for a Region that does not answer. The slowest response is that of a function with a timeout of 29 seconds. */
const PATIENCE = { 'cli-connect-timeout': '10', 'cli-read-timeout': '40' };
const ATTEMPTS = '2';

/** AWS refused a request: exit code 2. */
export class AwsError extends UsageError {
  constructor(
    message: string,
    /** The error code from the service, if the service responded. */
    readonly code?: string,
  ) {
    super(message);
  }
}

/** AWS did not answer. */
export class NoAnswerError extends AwsError {}

export interface AwsCliOptions {
  /** The profile of the AWS CLI. Default: that of the environment. */
  readonly profile?: string;
  /** Whether to give up early if the Region does not answer. */
  readonly isImpatient?: boolean;
  /** The time after which a command is ended, in milliseconds. Default: none. */
  readonly limitMs?: number;
}

/** Options by name. `true`: an option without a value. */
export type CliOptions = Readonly<Record<string, string | true>>;

/** Runs commands of the AWS CLI, with its credentials and settings. */
export class AwsCli {
  private readonly env: NodeJS.ProcessEnv;

  constructor(
    readonly region: string,
    env: NodeJS.ProcessEnv,
    private readonly options: AwsCliOptions = {},
  ) {
    // Version 2 of the AWS CLI would open a pager.
    this.env = { ...(options.isImpatient && { AWS_MAX_ATTEMPTS: ATTEMPTS }), ...env, AWS_PAGER: '' };
  }

  /** @returns the output, parsed */
  run(service: string, operation: string, options: CliOptions, file?: string): Promise<any> {
    const args = [...this.args(service, operation, options, 'json'), ...(file === undefined ? [] : [file])];
    const { env } = this;
    return new Promise((done, fail) => {
      const limits = { maxBuffer: MAX_OUTPUT_BYTES, timeout: this.options.limitMs };
      execFile('aws', args, { env, ...limits }, (error, stdout, stderr) => {
        if (error) fail(problemOf(error, stderr, `aws ${service} ${operation}`));
        else done(stdout.trim() ? JSON.parse(stdout) : undefined);
      });
    });
  }

  /** Yields the result of the option `query` for each page, as soon as the page arrives. */
  async *pages(service: string, operation: string, options: CliOptions): AsyncGenerator<any, undefined> {
    // As text, version 1 and 2 of the AWS CLI print each page for itself.
    const query = `to_string(${options.query})`;
    const args = this.args(service, operation, { ...options, query }, 'text');
    const child = spawn('aws', args, { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    const stderr = text(child.stderr);
    const end = new Promise<ExecFileException | undefined>((resolve) => {
      child.on('error', resolve);
      child.on('close', (code) => resolve(code === 0 ? undefined : new Error(`exit code ${code}`)));
    });
    try {
      let rest = '';
      for await (const chunk of child.stdout.setEncoding('utf8')) {
        const lines = `${rest}${chunk}`.split('\n');
        rest = lines.pop()!;
        for (const line of lines) yield JSON.parse(line);
      }
      const error = await end;
      if (error) throw problemOf(error, await stderr, `aws ${service} ${operation}`);
    } finally {
      child.kill();
    }
  }

  /** Like `run`, with the parameters of the API. */
  call(service: string, operation: string, parameters: object, options: CliOptions = {}): Promise<any> {
    return this.run(service, operation, { 'cli-input-json': asciiJson(parameters), ...options });
  }

  private args(service: string, operation: string, options: CliOptions, output: string): string[] {
    const { profile, isImpatient } = this.options;
    const all: CliOptions = { ...options, ...(isImpatient && PATIENCE), ...(profile !== undefined && { profile }) };
    const named = Object.entries(all).flatMap(([name, value]) => [`--${name}`, ...(value === true ? [] : [value])]);
    return [service, operation, ...named, '--region', this.region, '--output', output];
  }
}

/** JSON that does not depend on the encoding in which the AWS CLI reads its arguments and files. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function problemOf(error: ExecFileException, stderr: string, command: string): AwsError {
  if (error.code === 'ENOENT') return new AwsError(`The AWS CLI (aws) was not found. Install it: ${INSTALL}`);
  const code = /An error occurred \((\w+)\)/.exec(stderr)?.[1];
  if (error.killed) return new NoAnswerError(`${command} got no answer.`);
  const message = `${command} failed: ${stderr.trim().replace(/\s+/g, ' ') || error.message}`;
  return code === undefined ? new NoAnswerError(message) : new AwsError(message, code);
}
