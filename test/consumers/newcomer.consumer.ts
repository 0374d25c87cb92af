import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CDK, EXAMPLES, packageFile, workDir } from './support/packages';
import { smallestExample } from './support/readme';
import { run } from './support/shell';

/** Without requests to AWS or for notices, which would time out on a machine without a network. */
const OFFLINE = { CDK_NOTICES: 'false', CDK_DISABLE_CLI_TELEMETRY: 'true', AWS_EC2_METADATA_DISABLED: 'true' };

describe('the README’s smallest example', () => {
  const blocks = smallestExample();

  test.each([
    ['ts', 'typescript/smallest.ts'],
    ['python', 'python/smallest.py'],
    ['java', 'java/src/main/java/com/example/studio/Smallest.java'],
    ['csharp', 'csharp/Smallest.cs'],
    ['go', 'go/smallest/main.go'],
  ])('is, in %s, the program that this suite runs: %s', (language, file) => {
    const codes = blocks.filter((block) => block.language === language).map(({ code }) => code);
    expect(codes).toEqual([readFileSync(join(EXAMPLES, file), 'utf8')]);
  });

  test('works in a new folder with only its commands and its app.ts', () => {
    const dir = mkdtempSync(join(workDir(), 'newcomer-'));
    for (const { language, code } of blocks) {
      if (language === 'ts') writeFileSync(join(dir, 'app.ts'), code);
      if (language === 'sh') run('sh', ['-e', '-c', withPackedLibrary(code)], { cwd: dir, env: OFFLINE });
    }
    const { artifacts } = JSON.parse(readFileSync(join(dir, 'cdk.out/manifest.json'), 'utf8'));
    const templates = Object.values<any>(artifacts).flatMap(({ properties }) => properties.templateFile ?? []);
    expect(templates.length).toBe(2);
    expect(templates.filter((file) => !existsSync(join(dir, 'cdk.out', file)))).toEqual([]);
  });
});

/**
 * Replaces the published library by the packed one, and the newest aws-cdk-lib by an older version: on the day of its
 * release, the newest may require a CDK CLI that is not published yet.
 */
function withPackedLibrary(commands: string): string {
  const install = (line: string) =>
    line
      .replace(/(?<= )\S+\/dist\/js\/\*\.tgz/, `'${packageFile('npm', '.tgz')}'`)
      .replace(/(?<= )aws-cdk-lib(?= |$)/, `aws-cdk-lib@${CDK}`);
  return commands
    .split('\n')
    .map((line) => (line.startsWith('npm install ') ? install(line) : line))
    .join('\n');
}
