import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const NAME = 'cdk-media-replication';

/** The folder of the package: above the bundle if installed, above the sources in tests. */
export const PACKAGE_ROOT = rootAbove(__dirname);

export const SCHEMA_FILE = join(PACKAGE_ROOT, 'schema/media.schema.json');

export function packageVersion(): string {
  return manifestIn(PACKAGE_ROOT)!.version;
}

export function readPackageFile(path: string): string {
  return readFileSync(join(PACKAGE_ROOT, path), 'utf8');
}

function rootAbove(folder: string): string {
  if (manifestIn(folder)?.name === NAME) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error(`The installation of ${NAME} is incomplete: package.json is missing.`);
  return rootAbove(parent);
}

function manifestIn(folder: string): { name: string; version: string } | undefined {
  const path = join(folder, 'package.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}
