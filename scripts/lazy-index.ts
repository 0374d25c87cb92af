import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

/**
 * Rewrites the compiled lib/index.js so that a feature is loaded when it is first used, as in aws-cdk-lib. TypeScript
 * compiles `export * from './bucket'` to a `require` that loads everything at once.
 */
const INDEX = resolve('lib/index.js');
const load = createRequire(INDEX);
const compiled = readFileSync(INDEX, 'utf8');
const features = [...compiled.matchAll(/__exportStar\(require\("(\.\/[\w/-]+)"\), exports\)/g)].map(([, path]) => path);
if (features.length === 0) throw new Error(`${INDEX} has no \`export *\` to rewrite. Compile before this script runs.`);
const exported = compiled.match(/^__exportStar\(/gm)?.length;
if (exported !== features.length) {
  throw new Error(`${INDEX} has ${exported} exports, but only ${features.length} match the pattern of this script.`);
}

const paths = Object.fromEntries(
  features.flatMap((path) => Object.keys(load(path) as object).map((name) => [name, path])),
);
writeFileSync(
  INDEX,
  `"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
// Node.js finds these names when an ES module imports the package. It does not detect the getters below.
${Object.keys(paths)
  .map((name) => `exports.${name} = `)
  .join('')}void 0;
for (const [name, path] of Object.entries(${JSON.stringify(paths)})) {
  Object.defineProperty(exports, name, { enumerable: true, configurable: true, get: () => require(path)[name] });
}
`,
);
