const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { dirname, join, resolve } = require('node:path');
const { dependencies } = require('./package.json');
const [floor] = require('../../package.json').jest.projects;

const ROOT = resolve(__dirname, '../..');

/** Tests of the command line and of documents would give the same results again. */
const ONCE = /^test\/(cli|simulators|cdk-latest)\/|\/?(architecture|documents|migration|runbook)\.test\.ts$/;
const IMPORT = /^(?:import|export) (?!type\b)(?:[^'"]*? from )?'([^']+)'/gm;

/** Whether a file imports the CDK, directly or through its own imports. */
function importsCdk(file, seen = new Set()) {
  if (seen.has(file)) return false;
  seen.add(file);
  return [...readFileSync(file, 'utf8').matchAll(IMPORT)].some(([, name]) => {
    if (!name.startsWith('.'))
      return name === 'cdk-media-replication' || Object.keys(dependencies).includes(name.split('/')[0]);
    const path = resolve(dirname(file), name);
    const source = [`${path}.ts`, join(path, 'index.ts')].find(existsSync);
    return source !== undefined && importsCdk(source, seen);
  });
}

/** The tests whose results can depend on the version of aws-cdk-lib: those that synthesise. */
const synthesisTests = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
  .map((file) => `test/${file.replaceAll('\\', '/')}`)
  .filter((file) => file.endsWith('.test.ts') && !ONCE.test(file) && importsCdk(join(ROOT, file)));

/** The latest aws-cdk-lib: the tests and the library import it instead of the floor. */
module.exports = {
  ...floor,
  rootDir: ROOT,
  displayName: 'latest',
  testMatch: synthesisTests.map((file) => `<rootDir>/${file}`),
  moduleNameMapper: {
    ...floor.moduleNameMapper,
    ...Object.fromEntries(
      Object.keys(dependencies).map((name) => [`^${name}(/.*)?$`, `${__dirname}/node_modules/${name}$1`]),
    ),
  },
};
