import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * The package as it is published, and its command line in a folder in which nothing was: npm brings aws-cdk-lib and
 * constructs, the newest that it finds. Needs `npx projen compile` before, and a registry.
 */
const ROOT = join(__dirname, '../..');
/** What the package may hold of the command line. */
const LARGEST_BUNDLE = 450_000;

const place = mkdtempSync(join(tmpdir(), 'packed-'));
const folder = join(place, 'a folder');
afterAll(() => rmSync(place, { recursive: true, force: true }));

function npm(cwd: string, ...argv: string[]): string {
  // Not what `npm run` set for this package.
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

  test('is one file, and no larger than it has to be', () => {
    expect(files.filter((file) => /^assets\/cli\//.test(file))).toEqual(['assets/cli/index.js']);
    expect(files.filter((file) => /^(cli|test|scripts)\//.test(file))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(['schema/media.schema.json', 'schema/media.example.yaml']));
    expect(statSync(join(folder, 'node_modules/cdk-media-replication/assets/cli/index.js')).size).toBeLessThan(
      LARGEST_BUNDLE,
    );
  });

  test('needs no package but aws-cdk-lib and constructs', () => {
    const { dependencies, peerDependencies } = JSON.parse(
      readFileSync(join(folder, 'node_modules/cdk-media-replication/package.json'), 'utf8'),
    );
    expect(dependencies ?? {}).toEqual({});
    expect(Object.keys(peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
    for (const bundled of ['ajv', 'yaml']) {
      const owner = join(folder, 'node_modules', bundled);
      // aws-cdk-lib brings what it needs within itself.
      expect(existsSync(owner)).toBe(false);
    }
  });

  test('goes from nothing to templates', () => {
    expect(cli('init')).toMatchObject({ code: 0, stdout: 'wrote media.yaml\n' });
    expect(cli('validate')).toEqual({ code: 0, stdout: 'media.yaml is right: 3 stacks\n', stderr: '' });
    const plan = cli('plan', '--json');
    expect(plan).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(plan.stdout).regions).toHaveLength(3);
    const { code, stdout, stderr } = cli('synth');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.match(/^npx cdk deploy /gm)).toHaveLength(3);
    expect(readdirSync(join(folder, 'cdk.out'))).toEqual(
      expect.arrayContaining(['MediaPlatform.template.json', 'deployment.json', 'manifest.json']),
    );
  });

  test('gives exit codes that scripts can use', () => {
    expect(cli('--version').code).toBe(0);
    expect(cli('init')).toMatchObject({ code: 2, stdout: '' });
    expect(cli('plan', '--config', 'package.json')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^package\.json:\d+:\d+ {2}name {2}is not known here/m),
    });
  });

  test('goes on without a reader', () => {
    const bin = join(folder, 'node_modules/.bin/cdk-media-replication');
    const { status, stderr } = spawnSync('bash', ['-c', `set -o pipefail; '${bin}' schema | head -1 >/dev/null`], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
  });

  test('shows its schema where an editor can read it', () => {
    const { stdout } = cli('schema', '--path');
    expect(JSON.parse(readFileSync(stdout.trim(), 'utf8')).title).toBe('cdk-media-replication');
  });

  test('says what is missing where npm was told not to bring it', () => {
    rmSync(join(folder, 'node_modules/aws-cdk-lib'), { recursive: true });
    expect(cli('validate')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'aws-cdk-lib is not installed beside this package: npm install aws-cdk-lib constructs\n',
    });
    expect(cli('--help').code).toBe(0);
  });
});
