import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fakeAws } from './fake-aws';
import { cli, folderWith } from './support';
import { COMMANDS } from '../../cli/arguments';
import { PACKAGE_ROOT } from '../../cli/package-files';
import { AppConfigControl } from '../support/app-config-control';
import { Markdown } from '../support/markdown';

jest.mock('node:child_process', () => ({ ...jest.requireActual('node:child_process'), execFile: jest.fn() }));

const PROMPT = '$ npx cdk-media-replication ';
const { codeBlocks } = new Markdown(readFileSync(join(__dirname, '../../docs/cli.md'), 'utf8'));
const consoles = codeBlocks.filter(({ language }) => language === 'console').map(({ code }) => code);
/** The commands that run one after the other in a new folder. */
const [session] = consoles.filter((code) => code.startsWith(`${PROMPT}init\n`));

let appConfig: AppConfigControl;
beforeAll(async () => {
  appConfig = new AppConfigControl();
  await appConfig.start();
  appConfig.deploy({
    defaultPreference: 'auto',
    replicationDelaySeconds: 900,
    ipRanges: { 'eu-central-1': ['10.20.0.0/16'] },
    drainedRegions: [],
    regionWeights: {},
  });
  (execFile as unknown as jest.Mock).mockImplementation((_file, args, { env }, done) => {
    fakeAws(args, env).then(
      (stdout) => done(null, stdout, ''),
      (error) => done(error, '', error.message),
    );
  });
});
afterAll(() => appConfig.stop());

describe('docs/cli.md', () => {
  test('shows what each command prints', async () => {
    const env = {
      FAKE_ENDPOINT: appConfig.endpoint,
      FAKE_STACKS: JSON.stringify({
        'MediaPlatform us-east-1': [{ OutputKey: 'RouterPreferences', OutputValue: 'app1/env1/profile1' }],
      }),
      NO_COLOR: '1',
    };
    const cwd = folderWith();
    const printed: string[] = [];
    for (const command of session.split('\n').filter((line) => line.startsWith(PROMPT))) {
      const columns = 100;
      const { code, stdout, stderr } = await cli(command.slice(PROMPT.length).split(' '), { cwd, env, columns });
      expect([command, code]).toEqual([command, 0]);
      printed.push(`${command}\n${(stdout + stderr).split(PACKAGE_ROOT).join('…')}`);
    }
    // The version of the AWS CDK CLI is that which the installed aws-cdk-lib requires.
    const anyVersion = (text: string) => text.trimEnd().replace(/aws-cdk@[\d.]+/g, 'aws-cdk@2');
    expect(anyVersion(session)).toBe(anyVersion(printed.join('')));
  });

  test('shows the output of all commands', () => {
    const shown = consoles.join('\n').matchAll(/^\$ npx cdk-media-replication (\w+)/gm);
    const pictures = ['plan'];
    expect([...new Set([...shown].map(([, command]) => command).concat(pictures))].sort()).toEqual(
      [...COMMANDS].sort(),
    );
    expect(readFileSync(join(__dirname, '../../docs/cli.md'), 'utf8')).toContain('](plan.svg)');
  });
});
