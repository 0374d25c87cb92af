import { rmSync } from 'node:fs';
import { workDir } from './packages';

/** Deletes the packages and the projects. */
export default function unpack(): void {
  rmSync(workDir(), { recursive: true, force: true });
}
