import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './packages';

const HEADING = '\n## The smallest example\n';

/** The code blocks of the smallest example in the README, in order. */
export function smallestExample(): { language: string; code: string }[] {
  const readme = readFileSync(join(REPOSITORY, 'README.md'), 'utf8');
  const section = readme.split(HEADING)[1]?.split('\n## ')[0];
  if (!section) throw new Error(`README.md has no section ${HEADING.trim()}`);
  return [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, code]) => ({ language, code }));
}
