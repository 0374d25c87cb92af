import { awscdk, JsonFile, Task } from 'projen';
import { TRANSFORM } from './jest';

/** The latest tested aws-cdk-lib, and the cdk-nag for it. */
const LATEST = { 'aws-cdk-lib': '2.276.0', constructs: '10.8.1', 'cdk-nag': '3.0.2' };
const LATEST_DIR = 'test/cdk-latest';
/** The latest cdk-nag 2 that accepts the lowest supported `constructs`. */
const FLOOR_NAG = '2.37.55';

/**
 * The tests run on the lowest supported aws-cdk-lib. Those that synthesise also run on the latest: a private npm
 * workspace, so that one `npm ci` installs both (docs/decisions/0006-tested-on-floor-and-latest.md).
 */
export function configureTests(project: awscdk.AwsCdkConstructLibrary): void {
  project.addDevDeps(`cdk-nag@${FLOOR_NAG}`, 'fast-check@^4', 'tsx@^4', 'table@^6', '@swc/jest@^0.2');
  project.addDevDeps('@smithy/signature-v4@^5');
  // Runs the queries of the audit beside Trino, and writes inventories.
  project.addDevDeps('@duckdb/node-api@1.5.5-r.5');
  // The browser's side of meetings, and the other side of its protocol. Their behaviour is tested as it is.
  project.addDevDeps('amazon-chime-sdk-js@3.32.0', 'playwright-core@1.65.1', 'werift@0.24.4');
  project.addDevDeps('ws@8.23.0', '@types/ws@8.18.2');
  // Later versions of pixelmatch are ES modules only, which jest does not load.
  project.addDevDeps('axe-core@4.14.1', 'pixelmatch@5.3.0', '@types/pixelmatch@^5', 'pngjs@7.0.0', '@types/pngjs@^6');
  // github-slugger 2 has the same code as an ES module, which jest does not load.
  project.addDevDeps('markdown-it@^15', 'github-slugger@^1.5', '@types/github-slugger@^1.3');
  // Later versions were not published for every platform that they name, which makes `npm ci` reject the lock file.
  project.addDevDeps('@swc/core@1.16.18');
  project.deps.removeDependency('ts-jest');
  project.package.addField('workspaces', [LATEST_DIR]);
  new JsonFile(project, `${LATEST_DIR}/package.json`, {
    obj: { name: 'cdk-latest', version: '0.0.0', private: true, dependencies: LATEST },
  });

  const jest = project.jest!.config;
  for (const key of ['testMatch', 'transform', 'clearMocks']) delete jest[key];
  jest.maxWorkers = '100%';
  jest.testTimeout = 30_000; // linting runs at the same time
  jest.projects = [
    {
      displayName: 'floor',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      clearMocks: true,
      transform: TRANSFORM,
      moduleNameMapper: { '^cdk-media-replication$': '<rootDir>/src' },
    },
    `<rootDir>/${LATEST_DIR}/jest.config.cjs`,
  ];

  new JsonFile(project, 'test/e2e/jest.config.json', {
    marker: false,
    obj: {
      rootDir: '../..',
      testMatch: ['<rootDir>/test/e2e/*.e2e.ts'],
      transform: TRANSFORM,
      testTimeout: 60_000,
    },
  });
  addTasks(project);
}

const WEB = ['examples/web', 'test/e2e/support/web', 'demo/page'];

/** TypeScript outside of src/, checked by the native compiler: it is four times as fast as the one of jsii. */
const TYPECHECK = 'node node_modules/typescript-7/bin/tsc --project';

/** What the tools print about Node.js 20, which works, in every command. */
const QUIET = {
  JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

/** Code for browsers: the example of a client, the page that tests it, and that of the demo. */
function configureWeb(project: awscdk.AwsCdkConstructLibrary, typecheck: Task): void {
  for (const folder of WEB) {
    new JsonFile(project, `${folder}/tsconfig.json`, {
      obj: {
        extends: '../'.repeat(folder.split('/').length) + 'tsconfig.json',
        compilerOptions: {
          noEmit: true,
          rootDir: '../'.repeat(folder.split('/').length),
          lib: ['es2022', 'dom', 'dom.iterable'],
          module: 'esnext',
          moduleResolution: 'bundler',
          types: [],
        },
        include: ['**/*.ts'],
      },
    });
    typecheck.exec(`${TYPECHECK} ${folder}/tsconfig.json`);
  }
  project.tsconfigDev.addExclude('e2e/support/web');
  project.tryFindObjectFile('examples/tsconfig.json')!.addToArray('exclude', 'web');
  project.tryFindObjectFile('demo/tsconfig.json')!.addToArray('exclude', 'page');
}

function addTasks(project: awscdk.AwsCdkConstructLibrary): void {
  const { compileTask, tasks, testTask } = project;
  for (const [name, value] of Object.entries(QUIET)) tasks.addEnvironment(name, value);

  project.addDevDeps('typescript-7@npm:typescript@^7');
  const typecheck = tasks.addTask('typecheck', { description: 'Checks the types of all code outside of src/' });
  typecheck.exec(`${TYPECHECK} test/tsconfig.json`);
  const onLatest = Object.keys(LATEST).flatMap((name) => [
    [name, [`../${LATEST_DIR}/node_modules/${name}`]],
    [`${name}/*`, [`../${LATEST_DIR}/node_modules/${name}/*`]],
  ]);
  // The benchmarks measure with the latest aws-cdk-lib, so their types (and those of src/) are checked against it.
  for (const [folder, cdk] of Object.entries({ examples: [], scripts: [], demo: [], bench: onLatest })) {
    new JsonFile(project, `${folder}/tsconfig.json`, {
      obj: {
        extends: '../tsconfig.json',
        compilerOptions: {
          noEmit: true,
          rootDir: '..',
          paths: { [project.name]: ['../src'], ...Object.fromEntries(cdk) },
        },
        include: ['**/*.ts'],
      },
    });
    typecheck.exec(`${TYPECHECK} ${folder}/tsconfig.json`);
  }
  configureWeb(project, typecheck);
  compileTask.exec('tsx scripts/lazy-index.ts');

  const unit = tasks.addTask('test:unit', {
    description: 'Compiles the library, and tests it on the lowest supported aws-cdk-lib',
  });
  unit.spawn(compileTask);
  // `--ci` ends the list of projects, so that paths can follow.
  unit.exec('jest --selectProjects floor --ci', { receiveArgs: true });
  const latest = tasks.addTask('test:latest', {
    description: 'Runs the tests that synthesise on the latest tested aws-cdk-lib',
  });
  latest.exec('jest --selectProjects latest --ci', { receiveArgs: true });
  const lint = tasks.addTask('lint', { description: 'Checks types, imports, code and format' });
  for (const name of ['typecheck', 'boundaries', 'eslint', 'format']) lint.spawn(tasks.tryFind(name)!);
  testTask.reset('tsx scripts/test.ts', { receiveArgs: true });

  const synth = tasks.addTask('synth', { description: 'Synthesises an example into cdk.out', receiveArgs: true });
  synth.spawn(project.bundler.bundleTask);
  synth.exec('tsx --tsconfig examples/tsconfig.json scripts/synth.ts', { receiveArgs: true });
  const demo = tasks.addTask('demo', { description: 'Serves a demo in which everything runs on this machine' });
  demo.spawn(project.bundler.bundleTask);
  demo.exec('test/e2e/install.sh node dynamodb');
  demo.exec('tsx --tsconfig demo/tsconfig.json demo/index.ts', { receiveArgs: true });

  const bench = tasks.addTask('bench', {
    description: 'Measures the library against hand-written apps; --write updates docs/benchmarks.md',
    receiveArgs: true,
  });
  bench.spawn(compileTask);
  bench.exec('tsx --tsconfig bench/tsconfig.json bench/index.ts', { receiveArgs: true });

  const e2e = tasks.addTask('test:e2e', { description: 'Runs the deployed code against real servers' });
  e2e.exec('test/e2e/install.sh');
  e2e.exec('test/e2e/run.sh', { receiveArgs: true });

  // They mostly wait for leases and pauses, so several run at a time.
  const crash = tasks.addTask('test:crash', { description: 'Interrupts the deployed code after each of its calls' });
  crash.exec('test/e2e/install.sh');
  crash.exec(
    "jest --config test/e2e/jest.config.json --maxWorkers=3 --testPathPatterns='crash.*e2e' --ci --forceExit",
    { receiveArgs: true },
  );
}
