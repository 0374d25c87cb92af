import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FLOOR, packageFile, packages, workDir } from './support/packages';
import { run } from './support/shell';

const MAX_BYTES = 3_000_000;
const TOP = [
  '.jsii',
  '.jsii.gz',
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'VERSIONS.md',
  'assets',
  'lib',
  'package.json',
  'schema',
  'templates',
];

describe('the Python package', () => {
  test('has examples in Python', () => {
    const readme = readFileSync(join(packages('python'), 'README.md'), 'utf8');
    const examples = [...readme.matchAll(/^```python\n([^]*?)^```/gm)].map(([, code]) => code);
    expect(examples.length).toBeGreaterThan(0);
    expect(examples.filter((code) => /\bnew [A-Z]|^const |^import \{/m.test(code))).toEqual([]);
  });
});

describe('the npm package', () => {
  const dir = mkdtempSync(join(workDir(), 'npm-'));
  run('tar', ['-xzf', packageFile('npm', '.tgz'), '-C', dir], { cwd: dir });
  const root = join(dir, 'package');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(root, name)).isFile(),
  );

  test('is smaller than 3 MB, unpacked', () => {
    const bytes = files.reduce((sum, name) => sum + statSync(join(root, name)).size, 0);
    expect(bytes).toBeGreaterThan(500_000); // including the handlers
    expect(bytes).toBeLessThan(MAX_BYTES);
  });

  test('contains the library, its handlers, the documents and the license only', () => {
    const top = [...new Set(files.map((name) => name.split('/')[0]))].sort();
    expect(top).toEqual(TOP);
    expect(files.filter((name) => /\.(test|e2e|consumer)\.|\.snap$|(?<!\.d)\.ts$/.test(name))).toEqual([]);
  });

  test('contains handlers as bundles only', () => {
    expect(files.filter((name) => /^lib\/.*(runtime\/|\.lambda\.)/.test(name))).toEqual([]);
    expect(files.filter((name) => /^assets\/.*\.lambda\/index\.js$/.test(name)).length).toBeGreaterThan(4);
  });

  test('lists the licenses of bundled packages', () => {
    const text = read('assets/LICENSES.txt');
    const bundled = ['@aws-sdk/client-s3', '@aws-lambda-powertools/logger', 'lru-cache', 'csv-parse', 'ajv', 'yaml'];
    for (const name of bundled) expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
    expect(text).toContain('Apache License');
    expect(text).not.toMatch(/^(aws-cdk-lib|constructs|esbuild) /m);
  });

  test('has no source maps', () => {
    const mapped = files.filter((name) => name.endsWith('.js') && read(name).includes('sourceMappingURL=data:'));
    expect(mapped).toEqual([]);
  });

  test('installs no other package', () => {
    const { dependencies, bundledDependencies, scripts } = JSON.parse(read('package.json'));
    expect({ dependencies, bundledDependencies }).toEqual({});
    expect(Object.keys(scripts).filter((name) => /^(pre|post)?install$|^prepare$/.test(name))).toEqual([]);
  });

  describe('loaded', () => {
    const project = mkdtempSync(join(workDir(), 'load-'));

    beforeAll(() => {
      writeFileSync(join(project, 'package.json'), '{ "private": true }');
      const peers = [`aws-cdk-lib@${FLOOR.cdk}`, `constructs@${FLOOR.constructs}`];
      run('npm', ['install', '--no-audit', '--no-fund', '--silent', packageFile('npm', '.tgz'), ...peers], {
        cwd: project,
      });
    });

    /** The files that node loads for a piece of code. */
    function loaded(code: string): string[] {
      const print = ';console.log(JSON.stringify(Object.keys(require.cache)))';
      return JSON.parse(run('node', ['-e', code + print], { cwd: project })).map((file: string) =>
        file.slice(project.length).replace(/^\/node_modules\//, ''),
      );
    }

    test('loads one file', () => {
      expect(loaded(`require('cdk-media-replication')`)).toEqual(['cdk-media-replication/lib/index.js']);
    });

    test('and used, loads neither SDK nor handlers, and finds all its modules', () => {
      const all = loaded(`const all = require('cdk-media-replication'); for (const name in all) all[name]`);
      expect(all.filter((file) => file.startsWith('cdk-media-replication/')).length).toBeGreaterThan(20);
      expect(all.filter((file) => /^(@aws-sdk|@smithy|aws-sdk|@aws-lambda-powertools)\//.test(file))).toEqual([]);
      expect(all.filter((file) => /^cdk-media-replication\/(assets\/|.*\.lambda\.js$)/.test(file))).toEqual([]);
    });
  });

  function read(name: string): string {
    return readFileSync(join(root, name), 'utf8');
  }
});
