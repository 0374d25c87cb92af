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
  keepNames: true, // error codes are the names of classes
  mainFields: ['module', 'main'], // esbuild can remove unused code from ES modules
  legalComments: 'none', // licenses.ts writes the complete texts
  metafile: true,
  // At run time: the user's aws-cdk-lib, and the library in the same package.
  alias: { 'cdk-media-replication': LIBRARY },
  external: ['aws-cdk-lib', 'constructs', LIBRARY],
});

mkdirSync(METAFILES, { recursive: true });
writeFileSync(join(METAFILES, 'cli.json'), JSON.stringify(metafile));
