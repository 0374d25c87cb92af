import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * The packed package and its command line in a new folder, where npm installs the newest aws-cdk-lib and constructs.
 * Requires `npx projen compile` and a registry.
 */
const ROOT = join(__dirname, '../..');
/** The maximum size of the bundle in bytes. */
const MAX_BUNDLE_SIZE = 450_000;

const place = mkdtempSync(join(tmpdir(), 'packed-'));
const folder = join(place, 'a folder');
afterAll(() => rmSync(place, { recursive: true, force: true }));

function npm(cwd: string, ...argv: string[]): string {
  // Without variables that `npm run` sets for this package.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(config_local_prefix|package)/.test(name)),
  );
  return execFileSync('npm', argv, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function cli(...argv: string[]) {
  const { CI, NO_COLOR, FORCE_COLOR, ...env } = process.env;
  const bin = join(folder, 'node_modules/.bin/cdk-media-replication');
  const { status, stdout, stderr } = spawnSync(bin, argv, { cwd: folder, env, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

describe('the packed command line', () => {
  let files: string[];

  beforeAll(() => {
    const [packed] = JSON.parse(npm(ROOT, 'pack', '--json', '--ignore-scripts', '--pack-destination', place));
    files = packed.files.map(({ path }: { path: string }) => path);
    execFileSync('mkdir', [folder]);
    npm(folder, 'init', '--yes');
    npm(folder, 'install', '--no-audit', '--no-fund', join(place, packed.filename));
  });

  test('is one file of limited size', () => {
    expect(files.filter((file) => /^assets\/cli\//.test(file))).toEqual(['assets/cli/index.js']);
    expect(files.filter((file) => /^(cli|test|scripts)\//.test(file))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(['schema/media.schema.json', 'schema/media.example.yaml']));
    expect(statSync(join(folder, 'node_modules/cdk-media-replication/assets/cli/index.js')).size).toBeLessThan(
      MAX_BUNDLE_SIZE,
    );
  });

  test('requires only aws-cdk-lib and constructs', () => {
    const { dependencies, peerDependencies } = JSON.parse(
      readFileSync(join(folder, 'node_modules/cdk-media-replication/package.json'), 'utf8'),
    );
    expect(dependencies ?? {}).toEqual({});
    expect(Object.keys(peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
    for (const bundled of ['ajv', 'yaml']) {
      const owner = join(folder, 'node_modules', bundled);
      // aws-cdk-lib bundles its own dependencies.
      expect(existsSync(owner)).toBe(false);
    }
  });

  test('creates a config and synthesizes it', () => {
    expect(cli('init')).toMatchObject({ code: 0, stdout: 'wrote media.yaml\n' });
    expect(cli('validate')).toEqual({ code: 0, stdout: 'media.yaml is valid: 3 stacks\n', stderr: '' });
    const plan = cli('plan', '--json');
    expect(plan).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(plan.stdout).regions).toHaveLength(3);
    const { code, stdout, stderr } = cli('synth');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.match(/^# +npx --yes aws-cdk@\S+ deploy /gm)).toHaveLength(3);
    expect(stdout).toContain('\n./cdk.out/deploy.sh\n');
    for (const script of ['deploy.sh', 'destroy.sh']) execFileSync(join(folder, 'cdk.out', script), ['--help']);
    expect(readdirSync(join(folder, 'cdk.out'))).toEqual(
      expect.arrayContaining(['MediaPlatform.template.json', 'deployment.json', 'manifest.json']),
    );
  });

  test('leaves nothing behind if it is interrupted', async () => {
    const TMPDIR = mkdtempSync(join(place, 'tmp-'));
    const before = readdirSync(folder);
    for (const command of ['validate', 'synth']) {
      const bin = join(folder, 'node_modules/.bin/cdk-media-replication');
      const child = spawn(bin, [command], { cwd: folder, env: { ...process.env, TMPDIR }, stdio: 'ignore' });
      const exit = new Promise((done) => child.once('exit', (code) => done(code)));
      await new Promise((done) => setTimeout(done, 1000));
      child.kill('SIGINT');
      expect(await exit).toBe(130);
      expect([readdirSync(TMPDIR), readdirSync(folder)]).toEqual([[], before]);
    }
  });

  test('returns exit codes for scripts', () => {
    expect(cli('--version').code).toBe(0);
    expect(cli('init')).toMatchObject({ code: 2, stdout: '' });
    expect(cli('plan', '--config', 'package.json')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^package\.json:\d+:\d+ {2}name {2}unknown property/m),
    });
  });

  test('ignores a closed pipe', () => {
    const bin = join(folder, 'node_modules/.bin/cdk-media-replication');
    const { status, stderr } = spawnSync('bash', ['-c', `set -o pipefail; '${bin}' schema | head -1 >/dev/null`], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
  });

  test('prints the path of a schema for editors', () => {
    const { stdout } = cli('schema', '--path');
    expect(JSON.parse(readFileSync(stdout.trim(), 'utf8')).title).toBe('cdk-media-replication');
  });

  test('reports a missing aws-cdk-lib', () => {
    rmSync(join(folder, 'node_modules/aws-cdk-lib'), { recursive: true });
    expect(cli('validate')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'aws-cdk-lib is not installed. Run: npm install aws-cdk-lib constructs\n',
    });
    expect(cli('--help').code).toBe(0);
  });
});
