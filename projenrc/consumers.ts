import { awscdk, JsonFile } from 'projen';
import { TRANSFORM } from './jest';

const FOLDER = 'test/consumers';

/** `npm run test:consumers`: uses the packed library in a new project of each language. */
export function configureConsumers(project: awscdk.AwsCdkConstructLibrary): void {
  new JsonFile(project, `${FOLDER}/jest.config.json`, {
    marker: false,
    obj: {
      rootDir: '../..',
      testMatch: [`<rootDir>/${FOLDER}/*.consumer.ts`],
      transform: TRANSFORM,
      globalSetup: `<rootDir>/${FOLDER}/support/pack.ts`,
      globalTeardown: `<rootDir>/${FOLDER}/support/unpack.ts`,
      testTimeout: 900_000, // the first run on a machine downloads aws-cdk-lib four times, and compiles it for Go
    },
  });
  // The programs in examples/languages are compiled in projects of their own.
  project.tryFindObjectFile('examples/tsconfig.json')?.addToArray('exclude', 'languages');
  const task = project.addTask('test:consumers', {
    description: 'Uses the packed library in a new project of each language',
  });
  task.exec(`${FOLDER}/install.sh`);
  task.spawn(project.compileTask);
  task.exec(`jest --config ${FOLDER}/jest.config.json --runInBand --ci`, { receiveArgs: true });
}
