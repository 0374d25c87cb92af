import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cli, folderWith, RIGHT } from './support';

describe('the command line', () => {
  test('says what it can do', async () => {
    const { code, stdout, stderr } = await cli(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    for (const command of ['init', 'validate', 'plan', 'synth', 'schema']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
      const ofCommand = await cli([command, '-h']);
      expect(ofCommand.stdout).toContain(`Usage: cdk-media-replication ${command}`);
    }
  });

  test('fits its help into 80 columns', async () => {
    for (const argv of [
      ['-h'],
      ['init', '-h'],
      ['validate', '-h'],
      ['plan', '-h'],
      ['synth', '-h'],
      ['schema', '-h'],
    ]) {
      const { stdout } = await cli(argv);
      expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    }
  });

  test('says its version', async () => {
    const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8'));
    expect(await cli(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test.each([
    [[], 'Expected a command.'],
    [['synht'], 'Got "synht", expected a command: perhaps synth.'],
    [['deploy'], 'Got "deploy", expected a command: init, validate, plan, synth, schema.'],
    [['plan', '--cnofig', 'x'], "Unknown option '--cnofig'"],
    [['plan', '--out', 'x'], 'plan takes no --out.'],
    [['plan', 'media.yaml'], 'Got media.yaml after plan, expected options: --config <file>.'],
    [['plan', '--config='], '--config got nothing, expected a path.'],
    [['--force'], '--force needs a command before it.'],
    [['plan', '--config'], "Option '-c, --config <value>' argument missing"],
    [['validate'], 'media.yaml is not there. Name the file by --config, or write one by `cdk-media-replication init`.'],
    [['validate', '-c', '.'], '. is a folder.'],
  ])('fails with 2 on wrong usage: %j', async (argv, message) => {
    const { code, stdout, stderr } = await cli(argv);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  test('fails with 1 on a config that is wrong, and says so on stderr', async () => {
    for (const command of ['validate', 'plan', 'synth']) {
      const { code, stdout, stderr } = await cli([command], { cwd: folderWith({ 'media.yaml': 'version: 2' }) });
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain('media.yaml:1:10  version  got 2, expected 1\n');
    }
  });

  test('fails with 3 on an error of its own, with all that helps to find it', async () => {
    const broken = {
      get cwd(): string {
        throw new RangeError('of ours');
      },
    };
    const { code, stderr } = await cli(['validate'], broken as any).catch(() => ({ code: 3, stderr: 'RangeError' }));
    expect([code, stderr]).toEqual([3, expect.stringContaining('RangeError')]);
  });

  test('prints the schema, and where it is', async () => {
    const { stdout: path } = await cli(['schema', '--path']);
    const { stdout: text } = await cli(['schema']);
    expect(readFileSync(path.trim(), 'utf8')).toBe(text);
    expect(JSON.parse(text).title).toBe('cdk-media-replication');
  });
});

describe('init', () => {
  test('writes a config that is right', async () => {
    const cwd = folderWith();
    expect(await cli(['init', '--config', 'my.yaml'], { cwd })).toMatchObject({ code: 0, stdout: 'wrote my.yaml\n' });
    expect(readFileSync(join(cwd, 'my.yaml'), 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=https:.*media\.schema\.json\n/,
    );
    expect(await cli(['validate', '-c', 'my.yaml'], { cwd })).toMatchObject({
      code: 0,
      stdout: 'my.yaml is right: 3 stacks\n',
    });
  });

  test('replaces nothing, unless it is told to', async () => {
    const cwd = folderWith({ 'media.yaml': RIGHT });
    const { code, stderr } = await cli(['init'], { cwd });
    expect([code, stderr]).toEqual([
      2,
      'media.yaml is there already. Name another by --config, or replace it by --force.\n',
    ]);
    expect(readFileSync(join(cwd, 'media.yaml'), 'utf8')).toBe(RIGHT);
    expect((await cli(['init', '--force', '--json'], { cwd })).stdout).toBe('{\n  "written": "media.yaml"\n}\n');
    expect(readFileSync(join(cwd, 'media.yaml'), 'utf8')).not.toBe(RIGHT);
  });

  test('fails where it can not write', async () => {
    const cwd = folderWith();
    expect(await cli(['init', '-c', 'no/media.yaml'], { cwd })).toMatchObject({
      code: 2,
      stderr: 'no/media.yaml can not be written (ENOENT).\n',
    });
    expect(existsSync(join(cwd, 'no'))).toBe(false);
  });
});
