import { execFile, ExecFileException } from 'node:child_process';
import { UsageError } from '../problems';

const INSTALL = 'https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html';
/** Sufficient for the largest output: a preferences document, which has up to 1 MB. */
const MAX_OUTPUT_BYTES = 16 * 2 ** 20;

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

/** Runs commands of the AWS CLI, with its credentials and settings. */
export class AwsCli {
  constructor(
    private readonly region: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** @returns the output, parsed */
  run(service: string, operation: string, options: Record<string, string>, file?: string): Promise<any> {
    const named = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    const common = ['--region', this.region, '--output', 'json'];
    const args = [service, operation, ...named, ...common, ...(file === undefined ? [] : [file])];
    // Version 2 of the AWS CLI would open a pager.
    const settings = { env: { ...this.env, AWS_PAGER: '' }, maxBuffer: MAX_OUTPUT_BYTES };
    return new Promise((done, fail) => {
      execFile('aws', args, settings, (error, stdout, stderr) => {
        if (error) fail(problemOf(error, stderr, `aws ${service} ${operation}`));
        else done(stdout.trim() ? JSON.parse(stdout) : undefined);
      });
    });
  }
}

function problemOf(error: ExecFileException, stderr: string, command: string): AwsError {
  if (error.code === 'ENOENT') return new AwsError(`The AWS CLI (aws) was not found. Install it: ${INSTALL}`);
  const code = /An error occurred \((\w+)\)/.exec(stderr)?.[1];
  return new AwsError(`${command} failed: ${stderr.trim().replace(/\s+/g, ' ') || error.message}`, code);
}
