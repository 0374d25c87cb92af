import { readFileSync } from 'node:fs';
import { cli, folderWith, problemsOf, VALID } from './support';
import { parseConfig } from '../../cli/config/load';

const valueOf = (text: string): any => {
  const { document, problems } = parseConfig('media.yaml', VALID + text);
  expect(problems).toEqual([]);
  return document.value;
};

describe('booleans in a config', () => {
  test.each([
    ['yes', true],
    ['on', true],
    ['Yes', true],
    ['no', false],
    ['OFF', false],
    ['true', true],
    ['False', false],
  ])('%s is understood where a boolean is expected', (word, expected) => {
    expect(valueOf(`outputs: ${word}\n`).outputs).toBe(expected);
    expect(
      valueOf(`meetings: { rooms: [], httpApi: &a { authorizer: { iam: {} } } }\noutputs: &b ${word}\n`).outputs,
    ).toBe(expected);
  });

  test('are understood in lists and by way of aliases', () => {
    const { media } = valueOf('      enabled: &off no\n    - { region: eu-central-1, enabled: *off }\n');
    expect(media.replicas.map(({ enabled }: any) => enabled)).toEqual([false, false]);
  });

  test.each([
    ['no', 'no'],
    ['yes', 'yes'],
    ['auto', 'auto'],
    ["'no'", 'no'],
    ['false', 'no'],
    ['true', 'yes'],
  ])('%s is understood as the read preference %s', async (word, expected) => {
    const text = `router: { defaultPreference: ${word} }\n`;
    expect(valueOf(text).router.defaultPreference).toBe(expected);
    expect(await problemsOf(VALID + text)).toEqual([]);
  });

  test('are strings where a string is expected', () => {
    expect(valueOf('tags: { public: no, shared: yes }\n').tags).toEqual({ public: 'no', shared: 'yes' });
  });

  test.each([
    ["outputs: 'yes'", '7:10 outputs got "yes", expected true or false. It is a string. Write true.'],
    ['outputs: y', '7:10 outputs got "y", expected true or false. It is a string. Write true.'],
    [
      'router: { defaultPreference: AUTO }',
      '7:30 router.defaultPreference got "AUTO", expected no, yes or auto. Did you mean "auto"?',
    ],
    ['router: { defaultPreference: 1 }', '7:30 router.defaultPreference got 1, expected no, yes or auto'],
    ['router: { userPreferences: yes }', '7:28 router.userPreferences got "yes", expected a mapping'],
  ])('that are unclear are a problem: %s', async (text, expected) => {
    expect(await problemsOf(`${VALID}${text}\n`)).toEqual([expected]);
  });

  test('reach the template as the preference of requests', async () => {
    const preferences = async (word: string) => {
      const cwd = folderWith({ 'media.yaml': `${VALID}router: { defaultPreference: ${word} }\n` });
      const { code } = await cli(['synth', '--json'], { cwd });
      expect(code).toBe(0);
      const { Resources } = JSON.parse(readFileSync(`${cwd}/cdk.out/Media.template.json`, 'utf8'));
      const { Properties } = Object.values<any>(Resources).find(
        ({ Type }) => Type === 'AWS::AppConfig::HostedConfigurationVersion',
      );
      return JSON.stringify(Properties.Content);
    };
    for (const [word, value] of [
      ['auto', 'auto'],
      ['false', 'no'],
      ['true', 'yes'],
    ]) {
      expect(await preferences(word)).toContain(`\\"defaultPreference\\":\\"${value}\\"`);
    }
  });
});
