import { awscdk, JsonFile } from 'projen';

/** Findings that are not to be followed; why: docs/decisions/0023-api-lint.md. */
const EXCLUDED = ['prefer-ref-interface:*', 'no-grants:*', 'construct-ctor:cdk-media-replication.FunctionHttpApi'];

/** The rules of the CDK for its own modules, held against the public API. */
export function configureApi(project: awscdk.AwsCdkConstructLibrary): void {
  // The tag `latest` is of years ago. Versions go with those of aws-cdk-lib.
  project.addDevDeps('awslint@2.262.2-alpha.0');
  new JsonFile(project, 'awslint.json', { marker: false, obj: { exclude: EXCLUDED } });
  project.npmignore?.exclude('/awslint.json');
  project.addTask('awslint', { description: "Holds the API to the CDK's rules", exec: 'awslint --no-compile --quiet' });
}
