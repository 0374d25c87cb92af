import { awscdk, JsonFile } from 'projen';
import { TRANSFORM } from './jest';

/** Dependencies of the command line. They are bundled, so users of the package do not install them. */
const CLI_DEPS = ['ajv@^8', 'fastest-levenshtein@^1', 'fflate@^0.8', 'picocolors@^1', 'yaml@^2'];

/**
 * The command line: TypeScript in cli/, which jsii does not compile, bundled into one file. It loads the user's
 * aws-cdk-lib and the library in the same package (docs/decisions/0022-cli.md).
 */
export function configureCli(project: awscdk.AwsCdkConstructLibrary): void {
  project.addDevDeps(...CLI_DEPS, '@jsii/spec@^1');
  project.package.addBin({ [project.name]: 'assets/cli/index.js' });
  for (const path of ['/cli', '/test/cli-packed']) project.npmignore!.exclude(path);
  for (const path of ['/schema/', '/templates/']) project.npmignore!.include(path);

  const bundle = project.tasks.addTask('bundle:cli', { description: 'Bundles the command line' });
  bundle.exec('tsx scripts/bundle-cli.ts');
  project.compileTask.spawn(bundle);

  const schema = project.tasks.addTask('schema', {
    description: 'Generates the JSON Schema and its reference from .jsii',
  });
  schema.exec('tsx --tsconfig scripts/tsconfig.json scripts/config-schema/index.ts', { receiveArgs: true });

  new JsonFile(project, 'cli/tsconfig.json', {
    obj: {
      extends: '../tsconfig.json',
      // As esbuild resolves them.
      compilerOptions: {
        noEmit: true,
        rootDir: '..',
        module: 'esnext',
        moduleResolution: 'bundler',
        paths: { [project.name]: ['../src'] },
      },
      include: ['**/*.ts'],
    },
  });
  // The command line imports the library by its name, and its tests import the command line.
  project.tsconfigDev.file.addOverride('compilerOptions.paths', { [project.name]: ['../src'] });
  project.tasks.tryFind('typecheck')!.exec('node node_modules/typescript-7/bin/tsc --project cli/tsconfig.json');

  new JsonFile(project, 'test/cli-packed/jest.config.json', {
    marker: false,
    obj: {
      rootDir: '../..',
      testMatch: ['<rootDir>/test/cli-packed/*.packed.ts'],
      transform: TRANSFORM,
      testTimeout: 300_000,
    },
  });
  const packed = project.tasks.addTask('test:cli', { description: 'Runs the command line of the packed library' });
  packed.exec('jest --config test/cli-packed/jest.config.json --runInBand --ci', { receiveArgs: true });
}
