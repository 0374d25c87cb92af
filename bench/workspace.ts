import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import * as ts from 'typescript';

/** The latest aws-cdk-lib, which all benchmarks use. */
export const LATEST = resolve('test/cdk-latest/node_modules');

/**
 * A project of a user: the built package, the latest aws-cdk-lib, and the apps compiled to JavaScript, so that the
 * compiler is not measured.
 */
export function createWorkspace(): string {
  const dir = mkdtempSync(join(tmpdir(), 'bench-'));
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
  const library = join(dir, 'node_modules/cdk-media-replication');
  mkdirSync(library, { recursive: true });
  for (const part of ['assets', 'lib', 'package.json', '.jsii']) cpSync(part, join(library, part), { recursive: true });
  for (const name of ['aws-cdk-lib', 'constructs']) symlinkSync(join(LATEST, name), join(dir, 'node_modules', name));
  for (const file of readdirSync('bench/apps')) {
    const { outputText } = ts.transpileModule(readFileSync(join('bench/apps', file), 'utf8'), {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
    });
    writeFileSync(join(dir, `${basename(file, '.ts')}.js`), outputText);
  }
  return dir;
}

/** Runs a script of the workspace in a separate process, and returns the time in milliseconds. */
export function timeProcess(workspace: string, args: string[], outdir: string): number {
  rmSync(outdir, { recursive: true, force: true });
  const start = process.hrtime.bigint();
  execFileSync(process.execPath, args, { cwd: workspace, env: { ...process.env, CDK_OUTDIR: outdir }, stdio: 'pipe' });
  return Number(process.hrtime.bigint() - start) / 1e6;
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return Number.isInteger(middle) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[Math.floor(middle)];
}
