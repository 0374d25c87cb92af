import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CDK, EXAMPLES, packageFile, workDir } from './support/packages';
import { smallestExample } from './support/readme';
import { run } from './support/shell';

/** Nothing is asked of AWS, and no news, which a machine without a network would wait for. */
const OFFLINE = { CDK_NOTICES: 'false', CDK_DISABLE_CLI_TELEMETRY: 'true', AWS_EC2_METADATA_DISABLED: 'true' };

describe('the README’s smallest example', () => {
  const blocks = smallestExample();

  test.each([
    ['ts', 'typescript/smallest.ts'],
    ['python', 'python/smallest.py'],
    ['java', 'java/src/main/java/com/example/studio/Smallest.java'],
    ['csharp', 'csharp/Smallest.cs'],
    ['go', 'go/smallest/main.go'],
  ])('is in %s the program that is run here: %s', (language, file) => {
    const codes = blocks.filter((block) => block.language === language).map(({ code }) => code);
    expect(codes).toEqual([readFileSync(join(EXAMPLES, file), 'utf8')]);
  });

  test('is all that a newcomer needs: its commands and its app.ts, in a new folder', () => {
    const dir = mkdtempSync(join(workDir(), 'newcomer-'));
    for (const { language, code } of blocks) {
      if (language === 'ts') writeFileSync(join(dir, 'app.ts'), code);
      if (language === 'sh') run('sh', ['-e', '-c', here(code)], { cwd: dir, env: OFFLINE });
    }
    const { artifacts } = JSON.parse(readFileSync(join(dir, 'cdk.out/manifest.json'), 'utf8'));
    const templates = Object.values<any>(artifacts).flatMap(({ properties }) => properties.templateFile ?? []);
    expect(templates.length).toBe(2);
    expect(templates.filter((file) => !existsSync(join(dir, 'cdk.out', file)))).toEqual([]);
  });
});

/**
 * Commands with the packed library in the place of the published one, and an aws-cdk-lib that every command line
 * interface of some age knows: on the day that a new one is published, the interface for it may be missing.
 */
function here(commands: string): string {
  const install = (line: string) =>
    line
      .replace(/(?<= )\S+\/dist\/js\/\*\.tgz/, `'${packageFile('npm', '.tgz')}'`)
      .replace(/(?<= )aws-cdk-lib(?= |$)/, `aws-cdk-lib@${CDK}`);
  return commands
    .split('\n')
    .map((line) => (line.startsWith('npm install ') ? install(line) : line))
    .join('\n');
}
