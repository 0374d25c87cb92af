import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cli, folderWith, problemsOf, VALID } from './support';

const INVALID = `version: 1
stackName: 123
region: us-east-1
account: 012345678901
media:
  replicas:
    - region: eu-wst-1
      proxi: {}
      replicationMetrics: 'no'
    - region: eu-central-1
      storageClass: GLACER
  corsOrigins:
router:
  defaultPreference: AUTO
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
    [`${VALID}region: eu-west-1`, '7:1 duplicate key, first on line 3. Remove one of them.'],
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
      `${VALID}router: { uploads: 'off' }`,
      '7:20 router.uploads got "off", expected true or false. It is a string. Write false.',
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
      '7:39 estimate.prices.storageGBMonth got -1, expected 0 or more',
    ],
    [
      `${VALID}router: { httpApi: { authorizer: {} } }`,
      '7:34 router.httpApi.authorizer got an empty mapping, expected exactly one of iam or jwt',
    ],
    [
      `${VALID}monitoring: { dashboardName: "\\e[31m" }`,
      '7:30 monitoring.dashboardName got "\\u001b[31m", expected 1 to 255 letters, digits, - and _. Change the name, or omit it to have one generated.',
    ],
    [
      `${VALID}  noncurrentVersionExpiration: 30`,
      '7:32 media.noncurrentVersionExpiration got 30, expected a duration such as 15 minutes, 6 hours or 90 days. Add the unit: 30 days.',
    ],
    [
      `${VALID}  noncurrentVersionExpiration: '30'`,
      '7:32 media.noncurrentVersionExpiration got "30", expected a duration such as 15 minutes, 6 hours or 90 days. Add the unit: 30 days.',
    ],
    [
      `${VALID}monitoring: { latencyThreshold: 10m }`,
      '7:33 monitoring.latencyThreshold got "10m", expected a duration such as 15 minutes, 6 hours or 90 days. Write 10 minutes.',
    ],
    [
      `${VALID}monitoring: { latencyThreshold: 600 }`,
      '7:33 monitoring.latencyThreshold got 600, expected a duration such as 15 minutes, 6 hours or 90 days. Add a unit: 600 seconds, 600 minutes, ….',
    ],
    [
      `${VALID}tags: &common { team: media }\nmeetings: { <<: *common, rooms: [] }`,
      '8:13 got a merge key (<<), which is not supported. Write the properties, or an alias for the whole mapping.',
    ],
    [
      `${VALID}router:\n  drainedRegions: [eu-west-1\nmonitoring: {}`,
      '9:1 invalid YAML: [ on line 8, column 19 is not closed. Add ] before this.',
    ],
    [
      'media: { replicas: [{ region: eu-west-1 }]\nregion: us-east-1',
      '2:1 invalid YAML: { on line 1, column 8 is not closed. Add } before this.',
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

  test.each([
    ['10m', '10 minutes'],
    ['90s', '90 seconds'],
    ['1.5 hours', '90 minutes'],
    ['1h30m', '90 minutes'],
    ['PT15M', '15 minutes'],
    ['P30D', '30 days'],
    ['2 weeks', '14 days'],
    ['1 day 12 hours', '36 hours'],
  ])('suggests a duration for %j', async (written, expected) => {
    const [problem] = await problemsOf(`${VALID}monitoring: { latencyThreshold: ${written} }`);
    expect(problem).toMatch(new RegExp(` Write ${expected}\\.$`));
  });

  test.each(['soon', '10 fortnights', '1.0001s', '5 5'])('suggests no duration for %j', async (written) => {
    const [problem] = await problemsOf(`${VALID}monitoring: { latencyThreshold: '${written}' }`);
    expect(problem).toMatch(/ or 90 days$/);
  });

  test.each([
    ['UTF-16, little endian', Buffer.from(`\uFEFF${VALID}`, 'utf16le')],
    ['UTF-16 without a byte order mark', Buffer.from(VALID, 'utf16le')],
    ['UTF-16, big endian', Buffer.from(`\uFEFF${VALID}`, 'utf16le').swap16()],
  ])('reads %s', async (_, bytes) => {
    const cwd = folderWith();
    writeFileSync(join(cwd, 'media.yaml'), bytes);
    expect(await cli(['validate'], { cwd })).toMatchObject({ code: 0, stderr: '' });
  });

  test('names the line of a byte that is not UTF-8', async () => {
    const cwd = folderWith();
    writeFileSync(join(cwd, 'media.yaml'), Buffer.from(`${VALID}tags: { team: Bücher }\n`, 'latin1'));
    expect(await cli(['validate'], { cwd })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('media.yaml:7:1  got bytes that are not UTF-8, expected a text in UTF-8.'),
    });
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
