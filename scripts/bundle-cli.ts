import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { METAFILES } from './metafiles';

/** Bundles cli/ into one file. */
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
  legalComments: 'none', // the whole licences are in a file: licenses.ts
  metafile: true,
  // The user's own aws-cdk-lib, and the library that is beside the bundle wherever the package is installed.
  alias: { 'cdk-media-replication': LIBRARY },
  external: ['aws-cdk-lib', 'constructs', LIBRARY],
});

mkdirSync(METAFILES, { recursive: true });
writeFileSync(join(METAFILES, 'cli.json'), JSON.stringify(metafile));
