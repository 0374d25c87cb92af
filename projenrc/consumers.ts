import { awscdk, JsonFile } from 'projen';
import { TRANSFORM } from './jest';

const FOLDER = 'test/consumers';

/** `npm run test:consumers`: the packed library, in projects as its users have them, in each language. */
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
  // A user's program is checked where it is used: in a project of its own, without what is installed here.
  for (const path of ['examples/tsconfig.json']) {
    project.tryFindObjectFile(path)?.addOverride('exclude', ['languages']);
  }
  const task = project.addTask('test:consumers', {
    description: 'Packs the library, and uses it from each language in a fresh project',
  });
  task.exec(`${FOLDER}/install.sh`);
  task.spawn(project.compileTask);
  task.exec(`jest --config ${FOLDER}/jest.config.json --runInBand --ci`, { receiveArgs: true });
}
