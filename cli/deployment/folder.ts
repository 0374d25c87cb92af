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
  // Not created by mkdtemp, whose folders other users cannot read.
  const written = join(dirname(target), `.${basename(target)}-${randomUUID()}`);
  const denied = (error: unknown) => notWritable(folder, error, 'Specify another folder with --out.');
  try {
    mkdirSync(dirname(target), { recursive: true });
    mkdirSync(written);
  } catch (error) {
    throw denied(error);
  }
  temporary.add(written);
  try {
    const result = write(written);
    try {
      rmSync(target, { recursive: true, force: true });
      renameSync(written, target);
    } catch (error) {
      throw denied(error);
    }
    return result;
  } finally {
    discard(written);
  }
}

/** Calls a function with a temporary folder, which is deleted afterwards. */
export function withTemporaryFolder<T>(use: (folder: string) => T): T {
  const folder = temporaryFolder();
  try {
    return use(folder);
  } finally {
    discard(folder);
  }
}

/** Like `withTemporaryFolder`, but keeps the folder until the promise is settled. */
export async function inTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = temporaryFolder();
  try {
    return await use(folder);
  } finally {
    discard(folder);
  }
}

/** Folders to delete, also if the process is interrupted. */
const temporary = new Set<string>();

/** Deletes what commands that were interrupted would leave behind. */
export function discardAll(): void {
  temporary.forEach(discard);
}

function temporaryFolder(): string {
  const parent = tmpdir();
  try {
    const folder = mkdtempSync(join(parent, 'cdk-media-replication-'));
    temporary.add(folder);
    return folder;
  } catch (error) {
    throw notWritable(`The folder for temporary files, ${parent},`, error, 'Set TMPDIR to a folder that exists.');
  }
}

function discard(folder: string): void {
  temporary.delete(folder);
  rmSync(folder, { recursive: true, force: true });
}

function notWritable(what: string, error: unknown, advice: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? error : new UsageError(`${what} cannot be written (${code}). ${advice}`);
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
