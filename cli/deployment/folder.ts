import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../problems';

/** What every cloud assembly has. */
const ASSEMBLY_FILES = ['cdk.out', 'manifest.json'];

/**
 * Writes a folder as a whole: beside the place first, so that a failure leaves the former one as it was. Only what is a
 * cloud assembly, or empty, is replaced.
 */
export function replaceFolder<T>(folder: string, cwd: string, write: (outdir: string) => T): T {
  const target = resolve(cwd, folder);
  expectReplaceable(target, folder);
  mkdirSync(dirname(target), { recursive: true });
  // Not a temporary folder of the system's making, which nobody else can read.
  const written = join(dirname(target), `.${basename(target)}-${randomUUID()}`);
  mkdirSync(written);
  try {
    const result = write(written);
    rmSync(target, { recursive: true, force: true });
    renameSync(written, target);
    return result;
  } finally {
    rmSync(written, { recursive: true, force: true });
  }
}

/** Runs something with a folder that is gone afterwards. */
export function withTemporaryFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-media-replication-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function expectReplaceable(target: string, folder: string): void {
  if (!existsSync(target)) return;
  let files: string[];
  try {
    files = readdirSync(target);
  } catch {
    throw new UsageError(`${folder} is not a folder. Name another by --out.`);
  }
  if (files.length === 0 || ASSEMBLY_FILES.every((file) => files.includes(file))) return;
  throw new UsageError(
    `${folder} holds something else than a synthesis, and is left as it is. Name another folder by --out.`,
  );
}
