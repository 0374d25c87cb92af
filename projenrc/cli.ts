import { awscdk, JsonFile } from 'projen';
import { TRANSFORM } from './jest';

/** What the command line is made of besides the library. All of it is bundled, so that users install none of it. */
const CLI_DEPS = ['ajv@^8', 'fastest-levenshtein@^1', 'picocolors@^1', 'table@^6', 'yaml@^2'];

/**
 * The command line: TypeScript in cli/, which jsii never sees, bundled into one file that asks for the user's aws-cdk-lib
 * and for the library beside it. docs/decisions/0022-cli.md says why.
 */
export function configureCli(project: awscdk.AwsCdkConstructLibrary): void {
  project.addDevDeps(...CLI_DEPS, '@jsii/spec@^1');
  project.package.addBin({ [project.name]: 'assets/cli/index.js' });
  for (const path of ['/cli', '/test/cli-packed']) project.npmignore!.exclude(path);
  project.npmignore!.include('/schema/');

  const bundle = project.tasks.addTask('bundle:cli', { description: 'Bundles the command line' });
  bundle.exec('tsx scripts/bundle-cli.ts');
  project.compileTask.spawn(bundle);

  const schema = project.tasks.addTask('schema', { description: 'Makes the JSON Schema and its reference from .jsii' });
  schema.exec('tsx --tsconfig scripts/tsconfig.json scripts/config-schema/index.ts', { receiveArgs: true });

  new JsonFile(project, 'cli/tsconfig.json', {
    obj: {
      extends: '../tsconfig.json',
      // Resolved as esbuild does it, which takes it from there.
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
  // The command line imports the library as its users do, and its tests import the command line.
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
  const packed = project.tasks.addTask('test:cli', { description: 'Packs the package, and runs its command line' });
  packed.exec('jest --config test/cli-packed/jest.config.json --runInBand --ci', { receiveArgs: true });
}
