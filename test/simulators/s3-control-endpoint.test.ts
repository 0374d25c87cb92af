import { execFile } from 'node:child_process';
import dns from 'node:dns';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ListJobsCommand, S3ControlClient } from '@aws-sdk/client-s3-control';
import { S3ControlSimulator } from './s3-control';
import { ACCOUNT, startS3Control, stopS3Control } from './support/s3-control';

const run = promisify(execFile);
const ROOT = join(__dirname, '../..');

const ENV = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };

/** What a handler does: no endpoint in code. */
const HANDLER = `
import { ListJobsCommand, S3ControlClient } from '@aws-sdk/client-s3-control';
const { Jobs } = await new S3ControlClient({}).send(new ListJobsCommand({ AccountId: '${ACCOUNT}' }));
console.log(JSON.stringify(Jobs));
`;

let simulator: S3ControlSimulator;
const environment = process.env;

beforeEach(async () => {
  simulator = await startS3Control();
  process.env = { ...environment, ...ENV, AWS_ENDPOINT_URL_S3_CONTROL: simulator.endpoint };
});

afterEach(() => {
  process.env = environment;
});

const list = async () => {
  const client = new S3ControlClient({ maxAttempts: 1 });
  try {
    return await client.send(new ListJobsCommand({ AccountId: ACCOUNT }));
  } finally {
    client.destroy();
  }
};

describe('S3ControlSimulator endpoint', () => {
  test('is reached in this process with nothing but the standard settings', async () => {
    expect((await list()).Jobs).toEqual([]);
    expect(simulator.calls).toMatchObject([
      { operation: 'ListJobs', host: expect.stringMatching(`^${ACCOUNT}.localhost:`) },
    ]);
  });

  test('cannot be an IP address: with the account in front of it, the URL is invalid', async () => {
    process.env.AWS_ENDPOINT_URL_S3_CONTROL = simulator.endpoint.replace('localhost', '127.0.0.1');
    const warn = jest.spyOn(console, 'error').mockImplementation();
    await expect(list()).rejects.toThrow('Invalid URL');
    warn.mockRestore();
  });

  test('is reached by a bundle in a process of its own, with the hook of the end-to-end tests', async () => {
    const folder = mkdtempSync(join(tmpdir(), 's3-control-'));
    try {
      writeFileSync(join(folder, 'handler.mts'), HANDLER);
      const bundle = join(folder, 'handler.mjs');
      // Packages are looked for from the handler's folder upwards, and it is not in the project's.
      await run(
        join(ROOT, 'node_modules/.bin/esbuild'),
        [
          join(folder, 'handler.mts'),
          ...['--bundle', '--platform=node', '--format=esm', '--target=node20', `--outfile=${bundle}`],
          "--banner:js=import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
        ],
        { env: { ...process.env, NODE_PATH: [join(ROOT, 'node_modules'), process.env.NODE_PATH ?? ''].join(':') } },
      );
      const { stdout } = await run(process.execPath, ['--require', join(ROOT, 'test/e2e/support/hosts.cjs'), bundle], {
        env: { ...ENV, AWS_ENDPOINT_URL_S3_CONTROL: simulator.endpoint, HOSTS: JSON.stringify(simulator.hosts) },
      });
      expect(JSON.parse(stdout)).toEqual([]);
      expect(simulator.calls).toHaveLength(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('leaves name resolution as it was, once the last simulator has stopped', async () => {
    const resolve = (name: string) => promisify(dns.lookup)(name).then(({ address }) => address);
    const other = await S3ControlSimulator.start();
    expect(await resolve('a.b.localhost')).toBe('127.0.0.1');
    await other.stop();
    const patched = dns.lookup;
    expect(await resolve('a.b.localhost')).toBe('127.0.0.1');
    await stopS3Control();
    expect(dns.lookup).not.toBe(patched);
  });
});
