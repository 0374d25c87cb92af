import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { Around, cli, folderWith, problemsOf, VALID } from './support';

/** Runs init, and returns the text that it wrote. */
async function written(options: string[], around: Around = {}): Promise<string> {
  const cwd = folderWith();
  const { code, stderr } = await cli(['init', ...options], { cwd, ...around });
  expect([code, stderr]).toEqual([0, expect.stringContaining('Next: edit it')]);
  return readFileSync(join(cwd, 'media.yaml'), 'utf8');
}

const TERMINAL = { columns: 80, env: { NO_COLOR: '1' } };

describe('init', () => {
  test('creates a valid config', async () => {
    const cwd = folderWith();
    expect(await cli(['init', '--config', 'my.yaml'], { cwd })).toMatchObject({ code: 0, stdout: 'wrote my.yaml\n' });
    expect(readFileSync(join(cwd, 'my.yaml'), 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=https:.*media\.schema\.json\n/,
    );
    expect(await cli(['validate', '-c', 'my.yaml'], { cwd })).toMatchObject({
      code: 0,
      stdout: 'my.yaml is valid: 3 stacks\n',
    });
  });

  test('creates schema/media.example.yaml by default', async () => {
    expect(await written([])).toBe(readFileSync(join(__dirname, '../../schema/media.example.yaml'), 'utf8'));
  });

  test.each([
    ['stored', ['media', 'router', 'monitoring']],
    ['live', ['media', 'router', 'meetings', 'monitoring']],
    ['everything', ['media', 'router', 'meetings', 'canary', 'monitoring']],
  ])('creates the template %s, with nothing active that is an example', async (template, parts) => {
    const text = await written(['--template', template]);
    expect(Object.keys(parse(text)).slice(3)).toEqual(parts);
    expect(text.replace(/#.*/g, '')).not.toMatch(/@|example|\d+\.\d+\.\d+/);
    expect(await problemsOf(text)).toEqual([]);
    // Lines of comments that are properties, and not sentences.
    const uncommented = text.replace(/^( *)# (?=( *- |\s*[a-z]\w*:( |$)|\s*[a-z]+-[a-z]+-\d:$))/gm, '$1');
    expect(uncommented).toMatch(/^meetings:$/m);
    const active = template === 'everything' ? uncommented.replace(/^ +proxy: \{\}\n/gm, '') : uncommented;
    expect(await problemsOf(active)).toEqual([]);
  });

  test('takes regions and features from options', async () => {
    const options = [
      '--region',
      'eu-west-1',
      '--replicas',
      'eu-north-1, us-west-2',
      '--proxies',
      'yes',
      '--meetings',
      'yes',
    ];
    const text = await written(options);
    const { region, media, meetings } = parse(text);
    expect(region).toBe('eu-west-1');
    expect(media.replicas).toEqual([
      { region: 'eu-north-1', proxy: {} },
      { region: 'us-west-2', proxy: {} },
    ]);
    expect(meetings).toEqual({
      controlRegion: 'us-east-1', // Amazon Chime SDK has no endpoint in eu-west-1
      rooms: [
        {
          meetingName: 'town-hall',
          mediaRegion: 'eu-west-1',
          replicas: [{ mediaRegion: 'eu-north-1' }, { mediaRegion: 'us-west-2' }],
        },
      ],
    });
    expect(await problemsOf(text)).toEqual([]);
    expect(
      parse(await written(['--template', 'everything', '--meetings', 'no', '--proxies', 'no'])),
    ).not.toHaveProperty('meetings');
  });

  test.each([
    ['us-west-1', 'eu-west-3'],
    ['af-south-1', 'eu-west-1'],
    ['il-central-1', 'eu-south-2'],
    ['us-gov-west-1', 'us-gov-east-1'],
    ['eu-central-2', 'ca-west-1'],
  ])('creates a valid config with meetings in %s and %s', async (region, replica) => {
    const options = ['--template', 'live', '--region', region, '--replicas', replica];
    expect(await problemsOf(await written(options))).toEqual([]);
  });

  test.each([
    ['eu-central-1', ['us-east-1', 'ap-southeast-2']],
    ['eu-west-1', ['us-east-1', 'eu-central-1']],
    ['us-gov-east-1', ['us-gov-west-1']],
    ['cn-northwest-1', ['cn-north-1']],
  ])('has default replicas that suit %s', async (region, replicas) => {
    const { media } = parse(await written(['--region', region]));
    expect(media.replicas.map((each: { region: string }) => each.region)).toEqual(replicas);
  });

  test('creates a valid config without meetings in China', async () => {
    const options = ['--region', 'cn-north-1', '--replicas', 'cn-northwest-1'];
    expect(await problemsOf(await written(options))).toEqual([]);
    expect(await cli(['init', ...options, '--meetings', 'yes'])).toMatchObject({
      code: 2,
      stderr: 'Amazon Chime SDK is not available in China. Specify --meetings no.\n',
    });
  });

  test('asks on a terminal, and writes the answers', async () => {
    const cwd = folderWith();
    const input = 'live\neu-central-1\nus-east-1\n\n\n';
    const { code, stdout, stderr } = await cli(['init'], { cwd, ...TERMINAL, input });
    expect([code, stdout]).toEqual([0, 'wrote media.yaml\n']);
    for (const question of [
      'stored media, live meetings too, or everything (stored, live, everything)? [stored] ',
      'Region of the primary bucket? [us-east-1] ',
      'Regions of the replicas, separated by commas? [us-east-1,ap-southeast-2] ',
      'billed by the hour (yes, no)? [no] ',
      'Meetings (yes, no)? [yes] ',
    ]) {
      expect(stderr).toContain(question);
    }
    const text = readFileSync(join(cwd, 'media.yaml'), 'utf8');
    expect(text).toBe(await written(['--template', 'live', '--region', 'eu-central-1', '--replicas', 'us-east-1']));
  });

  test('asks again after an invalid answer, and not for what the options specify', async () => {
    const cwd = folderWith();
    const input = 'eu-wset-1\neu-west-1\neu-west-1\neu-west-2\nmaybe\nn\n';
    const options = ['--template', 'stored', '--meetings', 'no'];
    const { code, stderr } = await cli(['init', ...options], { cwd, ...TERMINAL, input });
    expect(code).toBe(0);
    expect(stderr).toContain('got "eu-wset-1", expected an AWS region. Did you mean "eu-west-1"?\n');
    expect(stderr).toContain('got "eu-west-1", which is the region of the primary. Specify different regions.\n');
    expect(stderr).toContain('got "maybe", expected yes or no.\n');
    expect(stderr).not.toContain('Meetings');
    expect(parse(readFileSync(join(cwd, 'media.yaml'), 'utf8'))).toMatchObject({
      region: 'eu-west-1',
      media: { replicas: [{ region: 'eu-west-2' }] },
    });
  });

  test('writes nothing if the input ends before the last question', async () => {
    const cwd = folderWith();
    expect(await cli(['init'], { cwd, ...TERMINAL, input: 'live\n' })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('The input ended. Nothing was written.'),
    });
    expect(existsSync(join(cwd, 'media.yaml'))).toBe(false);
  });

  test('asks nothing in CI, with --json and without a terminal', async () => {
    const answers = 'live\n'.repeat(9);
    for (const [options, around] of [
      [[], { columns: 80, env: { CI: 'true' }, input: answers }],
      [['--json'], { ...TERMINAL, input: answers }],
      [[], { input: answers }],
      [[], TERMINAL],
    ] as const) {
      const cwd = folderWith();
      const { code, stderr } = await cli(['init', ...options], { cwd, ...around });
      expect([code, stderr]).toEqual([0, expect.not.stringContaining('?')]);
    }
  });

  test.each([
    [['--template', 'lve'], '--template: got "lve", expected stored, live or everything. Did you mean "live"?'],
    [['--region', 'eu-wset-1'], '--region: got "eu-wset-1", expected an AWS region. Did you mean "eu-west-1"?'],
    [['--replicas', 'eu-west-1,eu-west-1'], '--replicas: got "eu-west-1", which is listed twice.'],
    [['--replicas', ''], '--replicas: got "", expected an AWS region, such as eu-west-1.'],
    [['--replicas', 'us-east-1'], '--replicas: got "us-east-1", which is the region of the primary.'],
    [
      ['--replicas', 'cn-north-1'],
      '--replicas: got "cn-north-1", expected a region in the same partition as us-east-1.',
    ],
    [['--proxies', 'maybe'], '--proxies: got "maybe", expected yes or no.'],
    [['--meetings', 'false'], '--meetings: got "false", expected yes or no.'],
  ])('fails with %j', async (options, message) => {
    const cwd = folderWith();
    const { code, stderr } = await cli(['init', ...options], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(existsSync(join(cwd, 'media.yaml'))).toBe(false);
  });

  test('replaces an existing file only with --force', async () => {
    const cwd = folderWith({ 'media.yaml': VALID });
    const { code, stderr } = await cli(['init'], { cwd });
    expect([code, stderr]).toEqual([
      2,
      'media.yaml already exists. Specify another file with --config, or replace it with --force.\n',
    ]);
    expect(readFileSync(join(cwd, 'media.yaml'), 'utf8')).toBe(VALID);
    expect((await cli(['init', '--force', '--json'], { cwd })).stdout).toBe('{\n  "written": "media.yaml"\n}\n');
    expect(readFileSync(join(cwd, 'media.yaml'), 'utf8')).not.toBe(VALID);
  });

  test('fails if it cannot write the file', async () => {
    const cwd = folderWith();
    expect(await cli(['init', '-c', 'no/media.yaml'], { cwd })).toMatchObject({
      code: 2,
      stderr: 'no/media.yaml cannot be written (ENOENT).\n',
    });
    expect(existsSync(join(cwd, 'no'))).toBe(false);
  });
});
