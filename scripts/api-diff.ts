import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** `npx projen api:diff`: what of the last release on npm the built package breaks. Needs the registry. */
const { name } = JSON.parse(readFileSync('package.json', 'utf8'));
const released = spawnSync('npm', ['view', name, 'version', '--json'], { encoding: 'utf8' });

if (released.status === 0) {
  console.log(`Compared with ${name} ${JSON.parse(released.stdout)}:`);
  const args = [`npm:${name}`, '--keys', '--ignore-file', '.compatignore'];
  process.exitCode = spawnSync('jsii-diff', args, { stdio: 'inherit' }).status ?? 1;
} else if (/E404/.test(released.stdout + released.stderr)) {
  console.log(`${name} has no release yet: there is nothing that the API could break.`);
} else {
  console.error(`The registry did not say whether ${name} has a release:\n${released.stderr}`);
  process.exitCode = 1;
}
