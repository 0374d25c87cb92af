import { awscdk } from 'projen';

const FEATURES = ['backfill', 'bucket', 'canary', 'http', 'proxy', 'routing', 'meeting'];

/** Holds the arrows of the house: stack → monitoring → features → private; each knows others only by their index. */
export function configureEslint(project: awscdk.AwsCdkConstructLibrary): void {
  const folder = (name: string) => `./src/${name}`;
  const byInterface = [...FEATURES, 'monitoring', 'stack'].flatMap((name) =>
    [...FEATURES, 'monitoring']
      .filter((other) => other !== name)
      .map((other) => ({
        target: folder(name),
        from: folder(other),
        except: ['./index.ts'],
        message: 'A feature reaches another only through its exported interface.',
      })),
  );
  const upwards = [
    {
      target: folder('private'),
      from: [...FEATURES, 'monitoring', 'stack'].map(folder),
      message: 'private/ serves the features and must not know them.',
    },
    {
      target: FEATURES.map(folder),
      from: ['monitoring', 'stack'].map(folder),
      message: 'Nobody but stack/ imports monitoring/, and nobody imports stack/.',
    },
    { target: folder('monitoring'), from: folder('stack'), message: 'Nobody imports stack/.' },
  ];
  // Examples import the library as its users do; TypeScript resolves that.
  project.eslint!.addRules({ 'import/no-unresolved': ['error', { ignore: [`^${project.name}$`] }] });
  project.eslint!.addRules({ 'import/no-restricted-paths': ['error', { zones: [...byInterface, ...upwards] }] });
  project.eslint!.addOverride({ files: ['src/routing/ip-address.ts'], rules: { 'no-bitwise': 'off' } });
  // What runs in Lambda is not in the package but as a bundle.
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
