import { awscdk, github } from 'projen';

/** On a pull request, `.ci/run` runs after the build: the same suites as everywhere else. */
export function configureGitHub(project: awscdk.AwsCdkConstructLibrary): void {
  project.buildWorkflow!.addPostBuildJob('suites', {
    runsOn: ['ubuntu-latest'],
    // The end-to-end suite installs Debian packages, and runs servers in a root directory of their own.
    container: { image: 'node:24-bookworm' },
    timeoutMinutes: 90,
    permissions: { contents: github.workflows.JobPermission.READ },
    steps: [
      github.WorkflowSteps.checkout({
        with: {
          ref: '${{ github.event.pull_request.head.sha }}',
          repository: '${{ github.event.pull_request.head.repo.full_name }}',
        },
      }),
      { name: 'Trust the checkout', run: 'git config --global --add safe.directory "$GITHUB_WORKSPACE"' },
      { name: 'Run every suite', run: '.ci/run' },
    ],
  });
  // GitHub wants a text here, projen writes a list.
  project
    .tryFindObjectFile('.github/workflows/build.yml')!
    .addOverride('jobs.suites.container.options', '--privileged');
}
