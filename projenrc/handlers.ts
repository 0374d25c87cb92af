import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { awscdk, javascript } from 'projen';

const SOURCES = 'src';
const ENTRY = '.lambda.ts';

/** Dependencies of the handlers. They are bundled, so users of the package do not install them. */
const RUNTIME_DEPS = [
  '@aws-lambda-powertools/logger@^2',
  '@aws-lambda-powertools/metrics@^2',
  '@aws-sdk/client-appconfigdata@^3',
  '@aws-sdk/client-athena@^3',
  '@aws-sdk/client-chime-sdk-meetings@^3',
  '@aws-sdk/client-dynamodb@^3',
  '@aws-sdk/client-eventbridge@^3',
  '@aws-sdk/client-lambda@^3',
  '@aws-sdk/client-s3@^3',
  '@aws-sdk/client-s3-control@^3',
  '@aws-sdk/client-sqs@^3',
  '@aws-sdk/client-sts@^3',
  '@aws-sdk/credential-provider-node@^3',
  '@aws-sdk/lib-dynamodb@^3',
  '@aws-sdk/lib-storage@^3',
  '@aws-sdk/s3-request-presigner@^3',
  '@aws-sdk/util-endpoints@^3',
  '@smithy/node-http-handler@^4',
  'csv-parse@^7',
  'lru-cache@^11',
];

/**
 * Bundles each `X.lambda.ts` into `assets/…/X.lambda/index.js` when the package is built, because users have no esbuild.
 *
 * projen's own discovery is not used: it generates a construct for each, whose runtime cannot be changed.
 */
export function configureHandlers(project: awscdk.AwsCdkConstructLibrary): void {
  project.addDevDeps(...RUNTIME_DEPS, '@types/aws-lambda@^8');
  project.eslint!.allowDevDeps('src/**/runtime/**');
  const bundler = javascript.Bundler.of(project)!;
  for (const file of readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!file.endsWith(ENTRY)) continue;
    project.eslint!.allowDevDeps(join(SOURCES, file));
    bundler.bundleTask.exec(`tsx scripts/bundle-handler.ts ${join(SOURCES, file)}`);
  }
  project.compileTask.prependSpawn(bundler.bundleTask);
}
