import { cli, folderWith, problemsOf, RIGHT } from './support';

const WRONG = `version: 1
stackName: 123
region: us-east-1
account: 012345678901
replicas:
  - region: eu-wst-1
    proxi: {}
    replicationMetrics: no
  - region: eu-central-1
    storageClass: GLACER
defaultPreference: auto
latencyThreshold: PT15M
meetngs: []
endpoints:
  eu-west1: { proxy: x, privateLink: y }
alarmEmails: me@example.com
corsOrigins:
logRetention: ONE_MOTH
fallbackPercent: 120
`;

describe('a config that is wrong', () => {
  test('is told all at once, in its order, as editors and scripts read it', async () => {
    const { code, stderr } = await cli(['validate'], { cwd: folderWith({ 'media.yaml': WRONG }) });
    expect(code).toBe(1);
    expect(stderr).toMatchSnapshot();
  });

  test('is told in two lines each on a terminal, none of them too long', async () => {
    const { stderr } = await cli(['validate'], {
      cwd: folderWith({ 'media.yaml': WRONG }),
      columns: 80,
      env: { NO_COLOR: '1' },
    });
    expect(stderr).toMatchSnapshot();
    expect(stderr.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('is told as JSON', async () => {
    const { stdout, stderr } = await cli(['plan', '--json'], { cwd: folderWith({ 'media.yaml': 'version: 1' }) });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      valid: false,
      problems: ['region', 'replicas', 'stackName'].map((path) => ({
        file: 'media.yaml',
        line: 1,
        column: 1,
        path,
        message: expect.stringMatching(/^got nothing, expected /),
      })),
    });
  });

  test.each([
    ['', '1:1 got an empty file, expected the properties of a stack: `cdk-media-replication init` writes an example'],
    [
      '- version: 1',
      '1:1 got something else, expected the properties of a stack: `cdk-media-replication init` writes an example',
    ],
    [`${RIGHT}region: eu-west-1`, '6:1 this key is there twice: leave one out'],
    [`${RIGHT}tags:\n\tteam: media`, '7:1 got a tab, expected spaces: YAML takes no tabs to indent'],
    [
      `${RIGHT}---\nversion: 1`,
      '6:1 got a second document (---), expected one: leave it out, or put it into a file of its own',
    ],
    [
      `${RIGHT}account: 12`,
      "6:10 account got 12, expected an account id of 12 digits, in quotes: YAML takes this for a number, so write it in quotes: '12'",
    ],
    [`${RIGHT}account: '12'`, '6:10 account got "12", expected an account id of 12 digits, in quotes'],
    [
      `${RIGHT}uploads: off`,
      '6:10 uploads got "off", expected true or false: YAML takes this for a text, so write false',
    ],
    [`${RIGHT}uploads: 'true'`, '6:10 uploads got "true", expected true or false: leave out the quotes'],
    [`${RIGHT}memorySize: '512'`, '6:13 memorySize got "512", expected a whole number: leave out the quotes'],
    [`${RIGHT}memorySize: 0.5`, '6:13 memorySize got 0.5, expected a whole number'],
    [
      `${RIGHT}dashboardName: true`,
      "6:16 dashboardName got true, expected a text: YAML takes this for a boolean, so write it in quotes: 'true'",
    ],
    [`${RIGHT}tags: [a]`, '6:7 tags got a list, expected a mapping: leave out the "- "'],
    [
      `${RIGHT}estimate: { prices: { storageGBMonth: -1 } }`,
      '6:1 estimate.currency got nothing, expected what the prices are in',
    ],
    [
      `${RIGHT}httpApi: { authorizer: {} }`,
      '6:24 httpApi.authorizer got an empty mapping, expected exactly one of iam or jwt',
    ],
    [
      `${RIGHT}dashboardName: "\\e[31m"`,
      '6:16 dashboardName got "\\u001b[31m", expected 1 to 255 letters, digits, - and _. Change the name, or leave it out to have one made.',
    ],
    ['a: &a [*a]', '1:1 got aliases that refer to each other, or too many, expected a tree: write it out'],
  ])('%j', async (text, expected) => {
    expect((await problemsOf(text))[0]).toBe(expected);
  });

  test.each([
    ['{', 'is not YAML'],
    [`${RIGHT}x: *nowhere`, 'got "*nowhere", expected an anchor &nowhere before it'],
    [`${RIGHT} region: x`, 'align it'],
  ])('that is not YAML has a place too: %j', async (text, expected) => {
    const [problem] = await problemsOf(text);
    expect(problem).toMatch(/^[1-9]\d*:[1-9]\d* /);
    expect(problem).toContain(expected);
  });

  test('may have a byte order mark, comments, anchors and any line ends', async () => {
    const text = `\uFEFF# media\r\n${RIGHT.replace(/\n/g, '\r\n')}corsOrigins: &sites [https://a.example.com]\r\nhttpApi: { authorizer: { iam: {} }, allowOrigins: *sites }\r\n`;
    expect(await problemsOf(text)).toEqual([]);
  });
});
