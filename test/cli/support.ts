import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { audit } from '../../cli/commands/audit';
import { diff } from '../../cli/commands/diff';
import { failback, failover } from '../../cli/commands/failover';
import { init } from '../../cli/commands/init';
import { plan } from '../../cli/commands/plan';
import { preferences } from '../../cli/commands/preferences';
import { schema } from '../../cli/commands/schema';
import { status } from '../../cli/commands/status';
import { synth } from '../../cli/commands/synth';
import { validate } from '../../cli/commands/validate';
import { run } from '../../cli/run';

const COMMANDS = {
  diff: () => diff,
  failback: () => failback,
  failover: () => failover,
  init: () => init,
  plan: () => plan,
  preferences: () => preferences,
  schema: () => schema,
  audit: () => audit,
  status: () => status,
  synth: () => synth,
  validate: () => validate,
};

const folders: string[] = [];
process.on('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

export function folderWith(files: Record<string, string> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'cli-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Around {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** The width of a terminal, for both streams. Without it, they are files. */
  readonly columns?: number;
  /** What is typed on the terminal. */
  readonly input?: string;
}

/** Runs a command line in this process. */
export async function cli(argv: string[], { cwd = folderWith(), env = {}, columns, input }: Around = {}): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof written) => ({
    isTTY: columns !== undefined,
    columns,
    write: (text: string) => (written[name] += text),
  });
  const stdin = input === undefined ? undefined : Object.assign(Readable.from([input]), { isTTY: true });
  const code = await run(argv, { cwd, env, stdin, stdout: stream('stdout'), stderr: stream('stderr') }, COMMANDS);
  return { code, ...written };
}

/** A valid config. Tests append lines to it: first of `media`, then others. */
export const VALID = `version: 1
stackName: Media
region: us-east-1
media:
  replicas:
    - region: eu-west-1
`;

/** The problems of a config as `line:column path message`; none if it is valid. */
export async function problemsOf(text: string): Promise<string[]> {
  const { code, stdout, stderr } = await cli(['validate', '--json'], { cwd: folderWith({ 'media.yaml': text }) });
  const { problems } = JSON.parse(stdout || `{ "problems": [{ "message": ${JSON.stringify(stderr)} }] }`);
  expect(code).toBe(problems.length > 0 ? 1 : 0);
  return problems.map(({ line, column, path, message }: any) =>
    `${line}:${column} ${path} ${message}`.replace(/  +/, ' '),
  );
}

/** Fails with the text as the expected one, so that it can be copied into the document. */
export function expectInDocs(text: string): void {
  const isShown = readFileSync(join(__dirname, '../../docs/cli.md'), 'utf8').includes(text);
  expect(isShown ? text : 'docs/cli.md contains other text').toBe(text);
}
