import { awscdk } from 'projen';

const STORED = ['stored/backfill', 'stored/bucket', 'stored/canary', 'stored/proxy', 'stored/routing'];
const LIVE = ['live/meeting'];
const PLATFORM = ['platform/monitoring', 'platform/stack'];
const FEATURES = ['shared/http', ...STORED, ...LIVE];
const ALL = [...FEATURES, ...PLATFORM];

/** Enforces the direction of imports: platform → stored, live → shared → private. */
export function configureEslint(project: awscdk.AwsCdkConstructLibrary): void {
  const folder = (name: string) => `./src/${name}`;
  const throughTheIndex = ALL.flatMap((name) =>
    ALL.filter((other) => other !== name).map((other) => ({
      target: folder(name),
      from: folder(other),
      except: ['./index.ts', './contract.ts', ...(other === 'shared/http' ? ['./runtime'] : [])],
      message: 'Import another feature through its index.ts.',
    })),
  );
  const downwards = [
    { target: folder('private'), from: ALL.map(folder), message: 'private/ must not depend on features.' },
    {
      target: folder('shared'),
      from: [...STORED, ...LIVE, ...PLATFORM].map(folder),
      message: 'shared/ must not depend on the wings that use it.',
    },
    { target: folder('stored'), from: [folder('live'), folder('platform')], message: 'stored/ stands by itself.' },
    { target: folder('live'), from: [folder('stored'), folder('platform')], message: 'live/ stands by itself.' },
    {
      target: folder('platform/monitoring'),
      from: folder('platform/stack'),
      message: 'monitoring/ must not depend on the stack that creates it.',
    },
  ];
  // Examples import the library as its users do; TypeScript resolves that.
  project.eslint!.addRules({ 'import/no-unresolved': ['error', { ignore: [`^${project.name}$`] }] });
  project.eslint!.addRules({ 'import/no-restricted-paths': ['error', { zones: [...throughTheIndex, ...downwards] }] });
  project.eslint!.addOverride({ files: ['src/stored/routing/ip-address.ts'], rules: { 'no-bitwise': 'off' } });
  // Handlers are packaged as bundles only.
  project.eslint!.addOverride({
    files: ['src/**'],
    excludedFiles: ['src/**/runtime/**', 'src/**/*.lambda.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['**/runtime/*', '*.lambda'] }] },
  });
  project.eslint!.addOverride({
    files: ['src/**/runtime/**', 'src/**/*.lambda.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: ['aws-cdk-lib', 'aws-cdk-lib/*', 'constructs'] }],
    },
  });
}
