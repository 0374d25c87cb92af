import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './packages';

const HEADING = '\n## Smallest example\n';

/** The code blocks of the smallest example: in README.md for most readers, in docs/languages.md for the others. */
export function smallestExample(): { language: string; code: string }[] {
  return ['README.md', 'docs/languages.md'].flatMap((file) => {
    const section = readFileSync(join(REPOSITORY, file), 'utf8').split(HEADING)[1]?.split('\n## ')[0];
    if (!section) throw new Error(`${file} has no section ${HEADING.trim()}`);
    return [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, code]) => ({ language, code }));
  });
}
