import { execFileSync } from 'node:child_process';

export interface RunOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** As the CDK command line interface runs an app: what it puts into a template makes the comparison a real one. */
const CONTEXT = {
  'aws:cdk:enable-path-metadata': true,
  'aws:cdk:enable-asset-metadata': true,
  'aws:cdk:version-reporting': true,
};

/** What an app is run with. */
export function synthEnv(outdir: string): NodeJS.ProcessEnv {
  return { CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(CONTEXT) };
}

/** Runs a command to its end, and gives what it printed. A failure shows the end of that, where the reason is. */
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

/** Without what npm and jest add for their children: a user's project knows nothing of this one. */
function userEnv(): NodeJS.ProcessEnv {
  const ours = /^(npm_|NODE_ENV$|NODE_OPTIONS$|NODE_PATH$|JEST_|TS_NODE|INIT_CWD$|CDK_)/;
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name))),
    JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '1',
  };
}
