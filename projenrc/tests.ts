import { awscdk, JsonFile } from 'projen';

/** The newest aws-cdk-lib that the suite is known to pass on, with the cdk-nag that fits it. */
const LATEST = { 'aws-cdk-lib': '2.276.0', constructs: '10.8.1', 'cdk-nag': '3.0.2' };
const LATEST_DIR = 'test/cdk-latest';
const FLOOR_NAG = '2.37.55';

/**
 * Every test of the library runs twice, on the floor and on the latest aws-cdk-lib. The latest is a private npm
 * workspace, so that one `npm ci` brings both side by side, and jest maps the imports of the tests and of the library
 * to it. The simulators know nothing of the CDK, and are tested once, on the floor.
 */
export function configureTests(project: awscdk.AwsCdkConstructLibrary): void {
  project.addDevDeps(`cdk-nag@${FLOOR_NAG}`, 'fast-check@^4', 'tsx@^4', 'table@^6');
  project.addDevDeps('amazon-chime-sdk-js@^3', '@smithy/signature-v4@^5');
  project.package.addField('workspaces', [LATEST_DIR]);
  new JsonFile(project, `${LATEST_DIR}/package.json`, {
    obj: { name: 'cdk-latest', version: '0.0.0', private: true, dependencies: LATEST },
  });

  const shared = {
    testMatch: ['<rootDir>/test/**/*.test.ts'],
    clearMocks: true,
    transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'test/tsconfig.json' }] },
  };
  const library = { '^cdk-media-replication$': '<rootDir>/src' };
  const latest = Object.keys(LATEST).map((name) => [
    `^${name}(/.*)?$`,
    `<rootDir>/${LATEST_DIR}/node_modules/${name}$1`,
  ]);
  const jest = project.jest!.config;
  for (const key of ['testMatch', 'transform', 'clearMocks']) delete jest[key];
  jest.maxWorkers = '100%'; // nobody works while they wait
  jest.projects = [
    { ...shared, displayName: 'floor', moduleNameMapper: library },
    {
      ...shared,
      displayName: 'latest',
      moduleNameMapper: { ...library, ...Object.fromEntries(latest) },
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/simulators/'],
    },
  ];

  new JsonFile(project, 'test/e2e/jest.config.json', {
    marker: false,
    obj: {
      rootDir: '../..',
      testMatch: ['<rootDir>/test/e2e/*.e2e.ts'],
      transform: shared.transform,
      testTimeout: 60_000,
    },
  });
  addTasks(project);
}

/** What runs beside the library is TypeScript too, and imports it as its users do. */
function addTasks(project: awscdk.AwsCdkConstructLibrary): void {
  const { compileTask, tasks, testTask } = project;
  const typecheck = tasks.addTask('typecheck', { description: 'Checks the types of all that is not in src/' });
  typecheck.exec('tsc --project test/tsconfig.json');
  const onLatest = Object.keys(LATEST).flatMap((name) => [
    [name, [`../${LATEST_DIR}/node_modules/${name}`]],
    [`${name}/*`, [`../${LATEST_DIR}/node_modules/${name}/*`]],
  ]);
  // The benchmarks measure on the latest aws-cdk-lib, so that their types, and src/ with them, are checked against it.
  for (const [folder, cdk] of Object.entries({ examples: [], scripts: [], bench: onLatest })) {
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
    typecheck.exec(`tsc --project ${folder}/tsconfig.json`);
  }
  compileTask.exec('tsx scripts/lazy-index.ts');

  testTask.prependSpawn(typecheck);
  testTask.prependSpawn(compileTask);

  const synth = tasks.addTask('synth', { description: 'Synthesises an example into cdk.out', receiveArgs: true });
  synth.exec('tsx --tsconfig examples/tsconfig.json scripts/synth.ts', { receiveArgs: true });

  const bench = tasks.addTask('bench', {
    description: 'Measures against what a user would have instead; with --write, for docs/benchmarks.md too',
    receiveArgs: true,
  });
  bench.spawn(compileTask);
  bench.exec('tsx --tsconfig bench/tsconfig.json bench/index.ts', { receiveArgs: true });

  const e2e = tasks.addTask('test:e2e', { description: 'Runs what a template deploys, in the real servers' });
  e2e.exec('test/e2e/install.sh');
  e2e.exec('jest --config test/e2e/jest.config.json --runInBand --ci --forceExit', { receiveArgs: true });
}
