import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** Bundles cli/ into one file, and puts the licences of what is in it beside it. */
const OUT = 'assets/cli';
const LIBRARY = '../../lib/index.js';

const { metafile } = buildSync({
  entryPoints: ['cli/main.ts'],
  outfile: `${OUT}/index.js`,
  bundle: true,
  platform: 'node',
  target: 'node20',
  minify: true,
  keepNames: true, // of errors
  mainFields: ['module', 'main'], // ES modules, of which esbuild leaves out what is not used
  legalComments: 'none', // the whole licences are in a file of their own
  metafile: true,
  // The user's own aws-cdk-lib, and the library that is beside the bundle wherever the package is installed.
  alias: { 'cdk-media-replication': LIBRARY },
  external: ['aws-cdk-lib', 'constructs', LIBRARY],
});

const packages = new Set(
  Object.keys(metafile.outputs[`${OUT}/index.js`].inputs).flatMap(
    (file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? [],
  ),
);
const licences = [...packages].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = existsSync(folder) && readdirSync(folder).find((each) => /^licen[cs]e\b/i.test(each));
  if (!file || !/^(0BSD|Apache-2\.0|BSD-[23]-Clause|ISC|MIT)$/.test(license)) {
    throw new Error(`${name} ${version} (${license}) has no licence that lets us bundle it.`);
  }
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
});
writeFileSync(`${OUT}/LICENSES.txt`, licences.join(`\n${'-'.repeat(80)}\n\n`));
