import { execFileSync } from 'node:child_process';

export interface RunOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** The context that the CDK CLI sets, since it affects templates. */
const CONTEXT = {
  'aws:cdk:enable-path-metadata': true,
  'aws:cdk:enable-asset-metadata': true,
  'aws:cdk:version-reporting': true,
};

/** The environment variables for an app. */
export function synthEnv(outdir: string): NodeJS.ProcessEnv {
  return { CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(CONTEXT) };
}

/** Runs a command, and returns its output. An error message has the last lines of the output. */
export function run(command: string, args: string[], { cwd, env = {} }: RunOptions): string {
  try {
    return execFileSync(command, args, {
      cwd,
      env: { ...userEnv(), ...env },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const end = `${stdout}\n${stderr}`.trim().split('\n').slice(-40).join('\n');
    throw new Error(`${command} ${args.join(' ')}, in ${cwd}:\n${end || error}`);
  }
}

/** Without variables that npm and jest set for child processes, so that projects are independent of this one. */
function userEnv(): NodeJS.ProcessEnv {
  const added = /^(npm_|NODE_ENV$|NODE_OPTIONS$|NODE_PATH$|JEST_|TS_NODE|INIT_CWD$|CDK_)/;
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !added.test(name))),
    JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '1',
  };
}
