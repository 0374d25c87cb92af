import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build, Plugin } from 'esbuild';
import { METAFILES } from './metafiles';
import { UNUSED_CREDENTIALS } from './unused-credentials';

/**
 * Bundles the handler whose entry point is the first argument into `assets/…/X.lambda/index.js`.
 */
const [entry] = process.argv.slice(2);

const CONSTANT = /^const (_\w+) = ("(?:[^"\\]|\\.)*");$/gm;

/**
 * The SDK describes its types by constants with keys that are names of other constants (`[_AK]: …`). For all that esbuild
 * knows, computing such a key has side effects, so it would keep the types of every operation. With literal keys, it keeps
 * those of the operations that the handler uses: a fifth less code.
 */
const literalKeys: Plugin = {
  name: 'literal-keys',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]@aws-sdk[\\/].*[\\/]schemas_\d+\.js$/ }, async ({ path }) => {
      const code = await readFile(path, 'utf8');
      const constants = new Map([...code.matchAll(CONSTANT)].map(([, name, value]) => [name, value]));
      const contents = code.replace(/\[(_\w+)\]:/g, (key, name: string) =>
        constants.has(name) ? `${constants.get(name)}:` : key,
      );
      return { contents, loader: 'js' };
    });
  },
};

async function bundle(file: string): Promise<void> {
  const name = file.replace(/^src\//, '').replace(/\.ts$/, '');
  const { metafile } = await build({
    entryPoints: [file],
    outfile: `assets/${name}/index.js`,
    bundle: true,
    platform: 'node',
    target: 'node24',
    external: UNUSED_CREDENTIALS,
    minify: true,
    mainFields: ['module', 'main'], // esbuild can remove unused code from ES modules
    // An import() of node:http makes Node.js load fetch(), which adds 13 ms to a cold start.
    supported: { 'dynamic-import': false },
    plugins: [literalKeys],
    metafile: true,
  });
  mkdirSync(METAFILES, { recursive: true });
  writeFileSync(join(METAFILES, `${basename(name)}.json`), JSON.stringify(metafile));
}

void bundle(entry);
