import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { METAFILES } from './metafiles';

/** Writes the licenses of the bundled packages: each text once, with the packages that it applies to. */
const OUT = 'assets/LICENSES.txt';
const ACCEPTED = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'MIT-0'];

const inputs = readdirSync(METAFILES).flatMap((file) =>
  Object.values<any>(JSON.parse(readFileSync(join(METAFILES, file), 'utf8')).outputs).flatMap((output) =>
    Object.entries<any>(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  ),
);
const packages = new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));

/** The text of the Apache License, which packages contain with different line breaks. */
const APACHE = /Apache License\s+Version 2\.0, January 2004[\s\S]*?END OF TERMS AND CONDITIONS/;
const REFERENCE = 'Apache License, Version 2.0: the text at the end of this file';
const apache = readFileSync('LICENSE', 'utf8').match(APACHE)![0];
const words = (text: string) => text.replace(/[^a-z0-9]+/gi, ' ').toLowerCase();

/** The license of a package, with a reference to the Apache License if it contains that word by word. */
function shortened(text: string): string {
  const [found] = APACHE.exec(text) ?? [];
  return found && words(found) === words(apache) ? text.replace(found, REFERENCE) : text;
}

const byText = new Map<string, string[]>();
for (const folder of [...packages].sort()) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (!ACCEPTED.includes(license)) {
    throw new Error(`${name} ${version} has the license ${license}, which is not accepted.`);
  }
  const texts = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)\b/i.test(file));
  const text = texts.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n');
  const shown = shortened(text);
  byText.set(shown, [...(byText.get(shown) ?? []), `${name} ${version} (${license})`]);
}
const sections = [...byText].map(
  ([text, names]) => `${names.join('\n')}\n\n${text || 'The package contains no license text.'}\n`,
);
sections.push(`${apache}\n`);
writeFileSync(OUT, sections.join(`\n${'-'.repeat(80)}\n\n`));
