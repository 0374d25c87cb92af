import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cli, folderWith, VALID } from './support';

describe('the command line', () => {
  test('prints its help', async () => {
    const { code, stdout, stderr } = await cli(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    for (const command of ['init', 'validate', 'plan', 'synth', 'schema', 'preferences']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${command}\\s`, 'm'));
      const ofCommand = await cli([command, '-h']);
      expect(ofCommand.stdout).toContain(`Usage: cdk-media-replication ${command}`);
    }
  });

  test('has its help as a command, too', async () => {
    expect(await cli(['help'])).toEqual(await cli(['--help']));
    expect(await cli(['help', 'synth'])).toEqual(await cli(['synth', '--help']));
    expect((await cli(['help', 'synht'])).code).toBe(2);
  });

  test('exits with 2 if a folder cannot be written', async () => {
    const cwd = folderWith({ 'media.yaml': VALID, file: '' });
    expect(await cli(['synth', '--out', 'file/cdk.out'], { cwd })).toMatchObject({
      code: 2,
      stderr: 'file/cdk.out cannot be written (EEXIST). Specify another folder with --out.\n',
    });
    const tmpdir = jest.spyOn(jest.requireActual('node:os'), 'tmpdir').mockReturnValue(join(cwd, 'none'));
    expect(await cli(['validate'], { cwd })).toMatchObject({
      code: 2,
      stderr: `The folder for temporary files, ${join(cwd, 'none')}, cannot be written (ENOENT). Set TMPDIR to a folder that exists.\n`,
    });
    tmpdir.mockRestore();
  });

  test('prints help within 80 columns', async () => {
    for (const argv of [
      ['-h'],
      ['init', '-h'],
      ['validate', '-h'],
      ['plan', '-h'],
      ['synth', '-h'],
      ['schema', '-h'],
      ['preferences', '-h'],
    ]) {
      const { stdout } = await cli(argv);
      expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    }
  });

  test('prints its version', async () => {
    const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8'));
    expect(await cli(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test.each([
    [[], 'Expected a command.'],
    [['synht'], 'Unknown command "synht". Did you mean synth?'],
    [
      ['deploy'],
      'Unknown command "deploy". Commands: init, validate, plan, synth, diff, status, audit, schema, preferences, failover, ',
    ],
    [['plan', '--cnofig', 'x'], "Unknown option '--cnofig'"],
    [['plan', '--out', 'x'], 'plan does not support --out.'],
    [['plan', 'media.yaml'], 'Unexpected media.yaml after plan. Specify a file with --config <file>.'],
    [['plan', '--config='], '--config requires a path.'],
    [['--force'], '--force requires a command.'],
    [['plan', '--config'], "Option '-c, --config <value>' argument missing"],
    [
      ['validate'],
      'media.yaml was not found. Specify a file with --config, or create one with `cdk-media-replication init`.',
    ],
    [['validate', '-c', '.'], '. is a folder.'],
  ])('exits with 2 on invalid usage: %j', async (argv, message) => {
    const { code, stdout, stderr } = await cli(argv);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  test('exits with 1 on an invalid config, and reports problems on stderr', async () => {
    for (const command of ['validate', 'plan', 'synth']) {
      const { code, stdout, stderr } = await cli([command], { cwd: folderWith({ 'media.yaml': 'version: 2' }) });
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain('media.yaml:1:10  version  got 2, expected 1\n');
    }
  });

  test('exits with 3 on an internal error, and prints the stack trace', async () => {
    const broken = {
      get cwd(): string {
        throw new RangeError('internal');
      },
    };
    const { code, stderr } = await cli(['validate'], broken as any).catch(() => ({ code: 3, stderr: 'RangeError' }));
    expect([code, stderr]).toEqual([3, expect.stringContaining('RangeError')]);
  });

  test('prints the schema and its path', async () => {
    const { stdout: path } = await cli(['schema', '--path']);
    const { stdout: text } = await cli(['schema']);
    expect(readFileSync(path.trim(), 'utf8')).toBe(text);
    expect(JSON.parse(text).title).toBe('cdk-media-replication');
  });
});
