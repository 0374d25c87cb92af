import { awscdk, JsonFile } from 'projen';

/** Findings that are not to be followed; why: docs/decisions/0022-api-lint.md. */
const EXCLUDED = ['prefer-ref-interface:*', 'no-grants:*'];

/** What is looked after in the public API, besides test/api.test.ts: the rules of the CDK, and what a release breaks. */
export function configureApi(project: awscdk.AwsCdkConstructLibrary): void {
  // The tag `latest` is of years ago. Versions go with those of aws-cdk-lib.
  project.addDevDeps('awslint@2.262.2-alpha.0');
  new JsonFile(project, 'awslint.json', { marker: false, obj: { exclude: EXCLUDED } });
  project.npmignore?.exclude('/awslint.json');
  project.addTask('awslint', { description: "Holds the API to the CDK's rules", exec: 'awslint --no-compile --quiet' });

  project.addTask('api:diff', {
    description: 'What of the last release the API breaks',
    exec: 'tsx scripts/api-diff.ts',
  });
}
