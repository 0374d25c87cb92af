import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { MediaReplicationStack } from 'cdk-media-replication';
import { EVERYTHING } from './everything-in-code';
import { cli, folderWith, VALID } from './support';
import { zonesContext } from '../../cli/app/availability-zones';
import { parseConfig } from '../../cli/config/load';
import { newApp } from '../support/synth';

const config = (name: string) => readFileSync(join(__dirname, 'configs', name), 'utf8');

async function synth(text: string, ...argv: string[]) {
  const cwd = folderWith({ 'media.yaml': text });
  const ran = await cli(['synth', ...argv], { cwd });
  expect([ran.code, ran.stderr]).toEqual([0, expect.not.stringContaining('error')]);
  return { ...ran, cwd, folder: join(cwd, 'cdk.out') };
}

describe('synth', () => {
  test('writes the same templates and assets as an app with the same props', async () => {
    const app = newApp();
    // As CloudFormation determines them: an app would look them up.
    const zones = Object.entries(
      zonesContext(parseConfig('media.yaml', config('everything.yaml')).document.value as any),
    );
    for (const [key, value] of zones) app.node.setContext(key, value);
    new MediaReplicationStack(app, 'MediaPlatform', EVERYTHING);
    const inCode = app.synth().directory;
    const { folder } = await synth(config('everything.yaml'));
    const files = readdirSync(inCode).filter((file) => /\.(template|assets)\.json$/.test(file));
    expect(files).toHaveLength(6);
    for (const file of files) {
      expect(readFileSync(join(folder, file), 'utf8')).toBe(readFileSync(join(inCode, file), 'utf8'));
    }
    expect(readdirSync(folder).filter((file) => file.startsWith('asset.'))).toEqual(
      readdirSync(inCode).filter((file) => file.startsWith('asset.')),
    );
  });

  test.each(['everything.yaml', 'existing.yaml'])('looks nothing up for %s, which has an account', async (name) => {
    const { folder } = await synth(config(name));
    const { manifest, stacksRecursively } = new CloudAssembly(folder);
    expect(manifest.missing ?? []).toEqual([]);
    expect(stacksRecursively.map(({ template }) => JSON.stringify(template)).join()).not.toContain('dummy');
  });

  test('imports existing resources', async () => {
    const { folder } = await synth(config('existing.yaml'));
    const stacks = new CloudAssembly(folder).stacksRecursively;
    expect(stacks.map(({ environment }) => environment.region).sort()).toEqual([
      'eu-central-1',
      'eu-west-1',
      'us-east-1',
    ]);
    const [frankfurt, , primary] = stacks
      .sort((a, b) => (a.environment.region < b.environment.region ? -1 : 1))
      .map(({ template }) => ({
        text: JSON.stringify(template),
        types: Object.values<any>(template.Resources).map(({ Type }) => Type),
      }));
    for (const named of [
      'studio-media',
      'key/1a2b3c4d-1a2b',
      'key/9f8e7d6c-1a2b',
      'alias/former',
      'role/replication',
      'studio-media-ireland',
      ':oncall',
      '.replication-canary/',
    ]) {
      expect(primary.text).toContain(named);
    }
    expect(primary.types).toEqual(expect.arrayContaining(['AWS::SNS::Subscription', 'AWS::IAM::Policy']));
    // For the reports of the jobs that replicate existing objects.
    expect(primary.types.filter((type) => type === 'AWS::S3::Bucket')).toHaveLength(1);
    // For replication events. Alarms go to the existing topic.
    expect(primary.types.filter((type) => type === 'AWS::SNS::Topic')).toHaveLength(1);
    for (const named of ['certificate/1a2b3c4d', 'Z1D633PJN98FT9', '/haproxy', 'studio-logs-frankfurt']) {
      expect(frankfurt.text).toContain(named);
    }
    expect(frankfurt.text).toContain('/cdk-bootstrap/studio/version');
    expect(frankfurt.types).not.toContain('AWS::CertificateManager::Certificate');
  });

  test('prints the commands in deployment order, as a shell script', async () => {
    const { stdout } = await synth(VALID);
    expect(stdout.replace(/aws-cdk@\S+/g, 'aws-cdk@<version>')).toMatchSnapshot();
    const script = stdout.split('\n').filter((line) => line && !line.startsWith('#'));
    expect(script).toEqual(['./cdk.out/deploy.sh']);
  });

  test('writes the order to deployment.json', async () => {
    const { folder, stdout } = await synth(config('everything.yaml'), '--json');
    const written = JSON.parse(readFileSync(join(folder, 'deployment.json'), 'utf8'));
    expect(JSON.parse(stdout)).toEqual(written);
    expect(written.steps.map(({ region, after, hasAssets }: any) => [region, after, hasAssets])).toEqual([
      ['ap-southeast-2', [], expect.any(Boolean)],
      ['eu-central-1', [], expect.any(Boolean)],
      ['us-east-1', [1, 2], true],
    ]);
    expect(written.bootstrap).toMatch(/^npx --yes aws-cdk@2\S* bootstrap --app cdk\.out$/);
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(Object.values(written.scripts)));
    for (const { template, account } of written.steps) {
      expect(readdirSync(folder)).toContain(template);
      expect(account).toBe('111111111111');
    }
  });

  test('draws a table within the width of a terminal', async () => {
    const cwd = folderWith({ 'media.yaml': VALID });
    const { stdout } = await cli(['synth'], { cwd, columns: 80, env: { NO_COLOR: '1' } });
    const drawn = stdout.split('\n').filter((line) => /^[┌├│└]/.test(line));
    expect(drawn.length).toBeGreaterThan(3);
    expect(drawn.filter((line) => line.length > 80)).toEqual([]);
  });

  test('replaces an existing cloud assembly as a whole', async () => {
    const { cwd, folder } = await synth(VALID);
    writeFileSync(join(folder, 'left-behind.json'), '{}');
    expect(await cli(['synth'], { cwd })).toMatchObject({ code: 0 });
    expect(readdirSync(folder)).not.toContain('left-behind.json');
    expect(readdirSync(cwd).sort()).toEqual(['cdk.out', 'media.yaml']);
  });

  test('does not change an existing cloud assembly if synthesis fails', async () => {
    const { cwd, folder } = await synth(VALID);
    const before = readdirSync(folder);
    writeFileSync(join(cwd, 'media.yaml'), `${VALID}monitoring: { dashboardName: a b }\n`);
    expect(await cli(['synth'], { cwd })).toMatchObject({ code: 1 });
    expect(readdirSync(folder)).toEqual(before);
    expect(readdirSync(cwd).sort()).toEqual(['cdk.out', 'media.yaml']);
  });

  test('never replaces other folders', async () => {
    const cwd = folderWith({ 'media.yaml': VALID, 'src/mine.ts': '' });
    for (const out of ['.', 'src', 'media.yaml']) {
      expect(await cli(['synth', '--out', out], { cwd })).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`${out} `),
      });
    }
    expect(readdirSync(cwd).sort()).toEqual(['media.yaml', 'src']);
    expect(readdirSync(join(cwd, 'src'))).toEqual(['mine.ts']);
  });

  test('quotes names for the shell', async () => {
    const cwd = folderWith({ 'media.yaml': `${VALID}tags: { note: "it's ours" }\n` });
    const { stdout } = await cli(['synth', '--out', 'out folder/media'], { cwd });
    expect(stdout).toContain("\n'./out folder/media/deploy.sh'\n");
    expect(stdout).toContain(" deploy --app 'out folder/media' --require-approval never --exclusively Media\n");
  });
});
