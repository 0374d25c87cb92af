import { cli, folderWith, problemsOf, VALID } from './support';

const INVALID = `version: 1
stackName: 123
region: us-east-1
account: 012345678901
media:
  replicas:
    - region: eu-wst-1
      proxi: {}
      replicationMetrics: no
    - region: eu-central-1
      storageClass: GLACER
  corsOrigins:
router:
  defaultPreference: auto
  endpoints:
    eu-west1: { proxy: x, privateLink: y }
  logRetention: ONE_MOTH
monitoring:
  alarmEmails: me@example.com
  latencyThreshold: PT15M
  fallbackPercent: 120
meetngs: {}
`;

describe('an invalid config', () => {
  test('is reported with all problems, in the order of the file, one per line', async () => {
    const { code, stderr } = await cli(['validate'], { cwd: folderWith({ 'media.yaml': INVALID }) });
    expect(code).toBe(1);
    expect(stderr).toMatchSnapshot();
  });

  test('is reported within the width of a terminal', async () => {
    const { stderr } = await cli(['validate'], {
      cwd: folderWith({ 'media.yaml': INVALID }),
      columns: 80,
      env: { NO_COLOR: '1' },
    });
    expect(stderr).toMatchSnapshot();
    expect(stderr.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('is reported as JSON', async () => {
    const { stdout, stderr } = await cli(['plan', '--json'], { cwd: folderWith({ 'media.yaml': 'version: 1' }) });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      valid: false,
      problems: ['media', 'region', 'stackName'].map((path) => ({
        file: 'media.yaml',
        line: 1,
        column: 1,
        path,
        message: expect.stringMatching(/^got nothing, expected /),
      })),
    });
  });

  test.each([
    ['', '1:1 got an empty file, expected the properties of a stack. Run `cdk-media-replication init` for an example'],
    [
      '- version: 1',
      '1:1 got a list, expected the properties of a stack. Run `cdk-media-replication init` for an example',
    ],
    [`${VALID}region: eu-west-1`, '7:1 duplicate key. Remove one of them.'],
    [`${VALID}tags:\n\tteam: media`, '8:1 got a tab, expected spaces. YAML does not allow tabs for indentation.'],
    [
      `${VALID}---\nversion: 1`,
      '7:1 got a second document (---), expected one. Remove it, or move it to another file.',
    ],
    [
      `${VALID}account: 12`,
      "7:10 account got 12, expected an account id of 12 digits, in quotes. YAML treats it as a number. Quote it: '12'",
    ],
    [`${VALID}account: '12'`, '7:10 account got "12", expected an account id of 12 digits, in quotes'],
    [
      `${VALID}router: { uploads: off }`,
      '7:20 router.uploads got "off", expected true or false. YAML treats it as a string. Write false.',
    ],
    [
      `${VALID}router: { uploads: 'true' }`,
      '7:20 router.uploads got "true", expected true or false. Remove the quotes.',
    ],
    [
      `${VALID}router: { memorySize: '512' }`,
      '7:23 router.memorySize got "512", expected an integer. Remove the quotes.',
    ],
    [`${VALID}router: { memorySize: 0.5 }`, '7:23 router.memorySize got 0.5, expected an integer'],
    [
      `${VALID}monitoring: { dashboardName: true }`,
      "7:30 monitoring.dashboardName got true, expected a string. YAML treats it as a boolean. Quote it: 'true'",
    ],
    [`${VALID}tags: [a]`, '7:7 tags got a list, expected a mapping. Remove the "- ".'],
    [
      `${VALID}estimate: { prices: { storageGBMonth: -1 } }`,
      '7:1 estimate.currency got nothing, expected the currency of the prices',
    ],
    [
      `${VALID}router: { httpApi: { authorizer: {} } }`,
      '7:34 router.httpApi.authorizer got an empty mapping, expected exactly one of iam or jwt',
    ],
    [
      `${VALID}monitoring: { dashboardName: "\\e[31m" }`,
      '7:30 monitoring.dashboardName got "\\u001b[31m", expected 1 to 255 letters, digits, - and _. Change the name, or omit it to have one generated.',
    ],
    ['a: &a [*a]', '1:1 got circular or too many aliases, expected a tree. Replace aliases by their values.'],
  ])('%j', async (text, expected) => {
    expect((await problemsOf(text))[0]).toBe(expected);
  });

  test.each([
    ['{', 'invalid YAML'],
    [`${VALID}x: *nowhere`, 'got "*nowhere", expected an anchor &nowhere before it'],
    [`${VALID} region: x`, 'inconsistent indentation'],
  ])('reports a position for a syntax error: %j', async (text, expected) => {
    const [problem] = await problemsOf(text);
    expect(problem).toMatch(/^[1-9]\d*:[1-9]\d* /);
    expect(problem).toContain(expected);
  });

  test('accepts a byte order mark, comments, anchors and any line endings', async () => {
    const text = `\uFEFF# media\r\n${VALID.replace(/\n/g, '\r\n')}  corsOrigins: &sites [https://a.example.com]\r\nrouter: { httpApi: { authorizer: { iam: {} }, allowOrigins: *sites }, access: { all: {} } }\r\n`;
    expect(await problemsOf(text)).toEqual([]);
  });

  test('reports problems of constructs together with those of the schema', async () => {
    const problems = await problemsOf(
      `${VALID}  bukket: studio-media\nmonitoring: { dashboardName: a b }\nmeetings: { rooms: [{ meetingName: 1 }] }\n`,
    );
    expect(problems.map((problem) => problem.split(' ')[1])).toEqual([
      'media.bukket',
      'monitoring.dashboardName',
      'meetings.rooms[0].mediaRegion',
      'meetings.rooms[0].meetingName',
    ]);
  });

  test('reports no problem that an invalid value beside it may have caused', async () => {
    const problems = await problemsOf(`${VALID}  removalPolicy: NEVER\n  autoDeleteObjects: true\n`);
    expect(problems).toEqual([expect.stringContaining('media.removalPolicy got "NEVER", expected')]);
  });

  test('reports what is wrong in a mapping with an invalid value or an unknown region', async () => {
    const problems = await problemsOf(
      'version: 1\nstackName: A\nregion: us-east-1\nmedia:\n  noncurrentVersionExpiration: 30\n  replicas:\n' +
        '    - { region: eu-wst-1, proxy: { minCapacity: 1 } }\n    - { region: us-east-1 }\n' +
        'meetings: { rooms: [{ meetingName: x, mediaRegion: eu-wst-1, stageSlots: 3 }] }\n',
    );
    expect(problems.map((problem) => problem.split(' ')[1])).toEqual([
      'media.noncurrentVersionExpiration',
      'media.replicas[0].region',
      'media.replicas[0].proxy.minCapacity',
      'media.replicas[1].region',
      'meetings.rooms[0].meetingName',
      'meetings.rooms[0].mediaRegion',
      'meetings.rooms[0].stageSlots',
    ]);
  });
});
