import { awscdk, JsonFile } from 'projen';

/** What linting does beside ESLint: the direction of imports (.dependency-cruiser.cjs), and the format. */
export function configureEslint(project: awscdk.AwsCdkConstructLibrary): void {
  const { eslint } = project;
  // Examples import the library as its users do; TypeScript resolves that.
  eslint!.addRules({ 'import/no-unresolved': ['error', { ignore: [`^${project.name}$`] }] });
  eslint!.addOverride({ files: ['src/stored/routing/ip-address.ts'], rules: { 'no-bitwise': 'off' } });

  // One program for all folders. With a program for each tsconfig.json, the types of aws-cdk-lib and of the AWS SDKs
  // are loaded seven times, which is more than the 4 GB that Node.js takes by default.
  const program = new JsonFile(project, 'tsconfig.eslint.json', {
    obj: {
      extends: './tsconfig.json',
      compilerOptions: {
        noEmit: true,
        rootDir: '.',
        module: 'esnext',
        moduleResolution: 'bundler',
        paths: { [project.name]: ['./src'] },
      },
      include: ['src', 'test', 'cli', 'examples', 'demo', 'bench', 'scripts', 'projenrc', '.projenrc.ts'],
    },
  });
  const config = project.tryFindObjectFile('.eslintrc.json')!;
  config.addDeletionOverride('parserOptions.projectService');
  config.addOverride('parserOptions.project', program.path);
  project.npmignore!.exclude(`/${program.path}`);

  project.addDevDeps('dependency-cruiser@^17'); // 18 requires Node.js 22
  project.npmignore!.exclude('/.dependency-cruiser.cjs');
  const boundaries = project.addTask('boundaries', { description: 'Checks the direction of imports in src/' });
  boundaries.exec('depcruise src');

  // As a rule of ESLint it would take half of the time.
  eslint!.addRules({ 'prettier/prettier': 'off' });
  const format = project.addTask('format', { description: 'Checks the format; --write changes the files' });
  format.exec(
    `prettier --log-level=warn --check '{src,test,cli,examples,demo,bench,scripts,projenrc}/**/*.ts' .projenrc.ts`,
    {
      receiveArgs: true,
    },
  );
}
