import { execFile, ExecFileException } from 'node:child_process';
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
  constructor(
    readonly region: string,
    private readonly env: NodeJS.ProcessEnv,
    private readonly options: AwsCliOptions = {},
  ) {}

  /** @returns the output, parsed */
  run(service: string, operation: string, options: CliOptions, file?: string): Promise<any> {
    const { profile, isImpatient, limitMs } = this.options;
    const all: CliOptions = { ...options, ...(isImpatient && PATIENCE), ...(profile !== undefined && { profile }) };
    const named = Object.entries(all).flatMap(([name, value]) => [`--${name}`, ...(value === true ? [] : [value])]);
    const common = ['--region', this.region, '--output', 'json'];
    const args = [service, operation, ...named, ...common, ...(file === undefined ? [] : [file])];
    // Version 2 of the AWS CLI would open a pager.
    const env = { ...(isImpatient && { AWS_MAX_ATTEMPTS: ATTEMPTS }), ...this.env, AWS_PAGER: '' };
    return new Promise((done, fail) => {
      execFile('aws', args, { env, maxBuffer: MAX_OUTPUT_BYTES, timeout: limitMs }, (error, stdout, stderr) => {
        if (error) fail(problemOf(error, stderr, `aws ${service} ${operation}`));
        else done(stdout.trim() ? JSON.parse(stdout) : undefined);
      });
    });
  }

  /** Like `run`, with the parameters of the API. */
  call(service: string, operation: string, parameters: object, options: CliOptions = {}): Promise<any> {
    return this.run(service, operation, { 'cli-input-json': asciiJson(parameters), ...options });
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
  if (error.killed) return new AwsError(`${command} got no answer.`);
  return new AwsError(`${command} failed: ${stderr.trim().replace(/\s+/g, ' ') || error.message}`, code);
}
