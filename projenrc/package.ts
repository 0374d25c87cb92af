import { awscdk } from 'projen';
import { METAFILES } from '../scripts/metafiles';

/** What stands beside the library, and is of no use to those who install it. */
const BESIDE = ['/.ci', '/.jsii.tabl.json', '/API.md', '/bench', '/cdk.out', '/docs', '/examples', '/scripts'];

/** What runs in Lambda only: it is in the package as bundles, in assets/. */
const BUNDLED = ['/lib/**/runtime/', '/lib/**/*.lambda.js', '/lib/**/*.lambda.d.ts'];

/** Keeps the npm package, which is inside of that of each other language too, small: test/consumers/package.consumer.ts. */
export function configurePackage(project: awscdk.AwsCdkConstructLibrary): void {
  for (const path of [`/${METAFILES}`, ...BESIDE, ...BUNDLED]) project.npmignore!.exclude(path);
  project.npmignore!.include('.jsii.gz');
  project.gitignore.exclude('.jsii.gz', `/${METAFILES}`);
  // After all that makes bundles.
  project.compileTask.exec('tsx scripts/licenses.ts');
}
