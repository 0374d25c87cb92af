import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../problems';

/** Files that every cloud assembly has. */
const ASSEMBLY_FILES = ['cdk.out', 'manifest.json'];

/**
 * Replaces a folder as a whole: writes a new one next to it first, so that a failure leaves the existing folder unchanged.
 * Only cloud assemblies and empty folders are replaced.
 */
export function replaceFolder<T>(folder: string, cwd: string, write: (outdir: string) => T): T {
  const target = resolve(cwd, folder);
  expectReplaceable(target, folder);
  mkdirSync(dirname(target), { recursive: true });
  // Not created by mkdtemp, whose folders other users cannot read.
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

/** Calls a function with a temporary folder, which is deleted afterwards. */
export function withTemporaryFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-media-replication-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Like `withTemporaryFolder`, but keeps the folder until the promise is settled. */
export async function inTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-media-replication-'));
  try {
    return await use(folder);
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
    throw new UsageError(`${folder} is not a folder. Specify another with --out.`);
  }
  if (files.length === 0 || ASSEMBLY_FILES.every((file) => files.includes(file))) return;
  throw new UsageError(
    `${folder} is neither empty nor a cloud assembly, and was not changed. Specify another folder with --out.`,
  );
}
