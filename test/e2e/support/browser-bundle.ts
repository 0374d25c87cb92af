import { build } from 'esbuild';

/** Bundles a page's script with what it imports, for current browsers. */
export async function bundleForBrowsers(entryPoint: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [entryPoint],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    // The packages of the client library import modules of Node.js otherwise.
    mainFields: ['browser', 'module', 'main'],
    define: { global: 'globalThis' },
    logLevel: 'error',
  });
  return outputFiles[0].contents;
}
