import { awscdk, javascript } from 'projen';
import { configureApi } from './projenrc/api';
import { configureCli } from './projenrc/cli';
import { configureConsumers } from './projenrc/consumers';
import { configureEslint } from './projenrc/eslint';
import { configureGitHub } from './projenrc/github';
import { configureHandlers } from './projenrc/handlers';
import { configurePackage } from './projenrc/package';
import { configureTests } from './projenrc/tests';

/** The lowest supported aws-cdk-lib. VERSIONS.md gives the reason. */
const CDK_FLOOR = '2.224.0';

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-media-replication',
  description:
    'AWS CDK constructs that put media near the people who watch it: replicated S3 buckets, a private S3 proxy, links that send each user to the right copy, and replicated Amazon Chime SDK meetings.',
  author: 'The cdk-media-replication authors',
  authorAddress: 'https://github.com/cdk-media-replication',
  authorOrganization: true,
  repositoryUrl: 'https://github.com/cdk-media-replication/cdk-media-replication.git',
  keywords: ['aws', 'aws-cdk', 'cdk', 's3', 'replication', 'media', 'chime', 'multi-region'],
  license: 'Apache-2.0',
  stability: 'experimental',

  cdkVersion: CDK_FLOOR,
  constructsVersion: '10.3.0',
  jsiiVersion: '~6.0.0',
  compressAssembly: true,
  minNodeVersion: '20.0.0',
  workflowNodeVersion: '24',
  lambdaAutoDiscover: false,
  // Source maps would double the size of the package, and the compiled code is readable.
  tsconfig: { compilerOptions: { inlineSourceMap: false, inlineSources: false } },
  bundlerOptions: { runBundleTask: javascript.RunBundleTask.MANUAL },
  packageManager: javascript.NodePackageManager.NPM,
  autoDetectBin: false,
  defaultReleaseBranch: 'main',
  // Version 13 and its dependencies require Node.js 22.
  bumpPackage: 'commit-and-tag-version@^12',
  projenrcTs: true,

  publishToPypi: { distName: 'cdk-media-replication', module: 'cdk_media_replication' },
  publishToMaven: {
    javaPackage: 'io.github.cdkmediareplication',
    mavenGroupId: 'io.github.cdkmediareplication',
    mavenArtifactId: 'cdk-media-replication',
  },
  publishToNuget: { dotNetNamespace: 'CdkMediaReplication', packageId: 'CdkMediaReplication' },
  publishToGo: { moduleName: 'github.com/cdk-media-replication/cdk-media-replication-go' },

  githubOptions: { mergify: false },
  pullRequestTemplateContents: [
    '## What and why',
    '',
    'Fixes #',
    '',
    '## Checklist',
    '',
    '- [ ] `npm test` passes, and a test fails without this change.',
    '- [ ] Changes of snapshots are intended: templates, logical ids, and the public API in `test/__snapshots__`.',
    '- [ ] The documents, `CHANGELOG.md` and (for a decision) `docs/decisions/` are up to date.',
    '- [ ] `npm run test:e2e` passes, if the change affects code that runs in Lambda or in a container.',
  ],
  prettier: true,
  prettierOptions: { settings: { singleQuote: true, printWidth: 120 } },
  eslintOptions: {
    dirs: ['src'],
    devdirs: ['test', 'cli', 'examples', 'demo', 'bench', 'scripts', 'projenrc'],
    commandOptions: { fix: false },
  },
  jestOptions: {
    jestVersion: '^30',
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    junitReporting: false,
    passWithNoTests: false,
    jestConfig: { collectCoverage: false },
  },
  gitignore: ['/cdk.out', '/bench/results.json', '/docs/demo/*.new.png', '.jsii.tabl.json', '*.log'],
});

// Version 1.13.0 was not published for every platform that it names, which makes `npm ci` reject the lock file.
project.package.addPackageResolutions('unrs-resolver@1.12.2');
configureEslint(project);
configureHandlers(project);
configureTests(project);
configureConsumers(project);
configureCli(project);
configureApi(project);
configurePackage(project);
configureGitHub(project);

project.synth();
