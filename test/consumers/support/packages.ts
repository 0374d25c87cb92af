import { readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const REPOSITORY = join(__dirname, '../../..');
export const EXAMPLES = join(REPOSITORY, 'examples/languages');

/** The aws-cdk-lib that the examples name, in every language: the newest that all registries had. */
export const CDK = '2.263.0';

const { peerDependencies } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));

/** The lowest supported aws-cdk-lib and constructs. */
export const FLOOR = {
  cdk: peerDependencies['aws-cdk-lib'].slice(1) as string,
  constructs: peerDependencies.constructs.slice(1) as string,
};

/** Downloads that Maven keeps from run to run. Our own package is not kept in a user's repository. */
export const MAVEN_REPOSITORY = join(
  process.env.MEDIA_CONSUMERS_CACHE ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'cdk-media-replication/consumers'),
  'm2',
);

/** Where pack.ts put the packages, and where the fresh projects are: outside of this one. */
export function workDir(): string {
  const dir = process.env.MEDIA_CONSUMERS_DIR;
  if (!dir) throw new Error('Nothing is packed. Run this by `npm run test:consumers`.');
  return dir;
}

export const packages = (language: string): string => join(workDir(), 'packages', language);

/** The single package of a language: `.tgz`, `.whl`. */
export function packageFile(language: string, extension: string): string {
  const dir = packages(language);
  const [file, ...others] = readdirSync(dir).filter((name) => name.endsWith(extension));
  if (!file || others.length > 0) throw new Error(`${dir} should have one ${extension}, but has ${readdirSync(dir)}`);
  return join(dir, file);
}
