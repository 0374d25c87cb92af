import { awscdk, JsonFile } from 'projen';

/** Findings that do not apply. docs/decisions/0023-api-lint.md gives the reasons. */
const EXCLUDED = [
  'prefer-ref-interface:*',
  'no-grants:*',
  'construct-ctor:cdk-media-replication.FunctionHttpApi',
  'construct-ctor:cdk-media-replication.MediaRouterStandby',
];

/** Checks the public API against the rules that the CDK has for its own modules. */
export function configureApi(project: awscdk.AwsCdkConstructLibrary): void {
  // The tag `latest` is years old. Versions correspond to those of aws-cdk-lib.
  project.addDevDeps('awslint@2.262.2-alpha.0');
  new JsonFile(project, 'awslint.json', { marker: false, obj: { exclude: EXCLUDED } });
  project.npmignore?.exclude('/awslint.json');
  project.addTask('awslint', {
    description: "Checks the public API against the CDK's rules",
    exec: 'awslint --no-compile --quiet',
  });
}
