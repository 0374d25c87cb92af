import { awscdk } from 'projen';
import { METAFILES } from '../scripts/metafiles';

/** Files and folders that users of the package do not need. */
const NOT_PACKAGED = [
  ...['/.ci', '/.jsii.tabl.json', '/API.md', '/CONTRIBUTING.md', '/SECURITY.md', '/bench', '/cdk.out', '/docs'],
  ...['/demo', '/examples', '/scripts'],
];

/** Code that runs in Lambda only. The package contains it as bundles, in assets/. */
const BUNDLED = ['/lib/**/runtime/', '/lib/**/*.lambda.js', '/lib/**/*.lambda.d.ts'];

/** Documents of other packages have examples in their own language, translated by jsii-rosetta. */
const TRANSLATED = ['dotnet', 'go', 'java', 'python'];
const TABLET = '.jsii.tabl.json';

/** Keeps the npm package small. The package of each other language contains it: test/consumers/package.consumer.ts. */
export function configurePackage(project: awscdk.AwsCdkConstructLibrary): void {
  for (const path of [`/${METAFILES}`, ...NOT_PACKAGED, ...BUNDLED]) project.npmignore!.exclude(path);
  project.npmignore!.include('.jsii.gz');
  project.gitignore.exclude('.jsii.gz', `/${METAFILES}`);
  // Last, because it reads what every bundle contains.
  project.compileTask.exec('tsx scripts/licenses.ts');

  const rosetta = project.addTask('rosetta', {
    description: 'Compiles the examples of the documents, and translates them',
    exec: 'jsii-rosetta extract --strict .',
  });
  for (const language of TRANSLATED) {
    const task = project.tasks.tryFind(`package:${language}`)!;
    task.reset();
    task.spawn(rosetta);
    task.exec(`jsii-pacmak -v --target ${language} --rosetta-tablet=${TABLET} --rosetta-unknown-snippets=translate`);
  }
}
