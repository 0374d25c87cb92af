import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Zippable, zipSync } from 'fflate';

/** Lambda requires that everyone can read the files. */
const READABLE = 0o100644 << 16; // eslint-disable-line no-bitwise
const UNIX = 3;

/** The files of a folder as a ZIP archive. The same files result in the same bytes. */
export function zipFolder(folder: string): Uint8Array {
  const files: Zippable = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(folder, name);
    if (!statSync(path).isFile()) continue;
    // ZIP has local time without a time zone, so this is the same everywhere.
    const options = { mtime: new Date(1980, 0, 1), os: UNIX, attrs: READABLE, level: 9 } as const;
    files[name.replace(/\\/g, '/')] = [readFileSync(path), options];
  }
  return zipSync(files);
}
