import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cli, folderWith, VALID } from './support';

/**
 * A stand-in for the AWS CLI. Each line of the file `<operation>`, `<operation>.<region>` or `<operation>.<profile>` is the
 * exit code and output of one call; the last line is repeated. The end-to-end suite runs the scripts with the real AWS CLI.
 */
const AWS = `#!/usr/bin/env bash
printf '%s\\n' "$*" >>"$ANSWERS/log"
region=$(sed -n 's/.*--region \\([^ ]*\\).*/\\1/p' <<<"$*")
profile=$(sed -n 's/.*--profile \\([^ ]*\\).*/\\1/p' <<<"$*")
for file in "$ANSWERS/$2.$profile" "$ANSWERS/$2.$region" "$ANSWERS/$2"; do
  [[ -e $file ]] || continue
  line=$(head -n 1 "$file")
  if [[ $(wc -l <"$file") -gt 1 ]]; then sed -i 1d "$file"; fi
  if [[ $line == 0* ]]; then printf '%b\\n' "\${line#* }"; else printf '%b\\n' "\${line#* }" >&2; fi
  exit "\${line%% *}"
done
`;

const ACCOUNT = '111111111111';
const MISSING = '254 An error occurred (ValidationError): Stack with id x does not exist';
const NOT_FOUND = '254 An error occurred (404) when calling the HeadBucket operation: Not Found';
const stack = (status: string, isProtected = 'False') => `0 ${status}\\t${isProtected}\\tarn:stack`;

/** The answers for an account without stacks, in which everything works. */
const EMPTY = {
  'get-caller-identity': [`0 ${ACCOUNT}`],
  'describe-regions': ['0 opt-in-not-required'],
  'describe-change-set': ['0 CREATE_COMPLETE\\tNone'],
  'head-object': ['254 An error occurred (404)'],
  'list-stack-resources': ['0 '],
  'describe-stack-events': ['0 '],
  'describe-stacks': [MISSING, stack('CREATE_COMPLETE')],
  'describe-stacks.eu-west-1': [MISSING, stack('CREATE_COMPLETE')],
};

async function synth(config = VALID): Promise<string> {
  const cwd = folderWith({ 'media.yaml': config });
  expect(await cli(['synth'], { cwd })).toMatchObject({ code: 0 });
  return join(cwd, 'cdk.out');
}

function run(folder: string, script: string, answers: Record<string, readonly string[]> = {}, ...argv: string[]) {
  const bin = join(folder, 'bin');
  const dir = join(folder, 'answers');
  for (const each of [bin, dir]) mkdirSync(each, { recursive: true });
  writeFileSync(join(bin, 'aws'), AWS);
  chmodSync(join(bin, 'aws'), 0o755);
  writeFileSync(join(dir, 'log'), '');
  for (const [name, lines] of Object.entries({ ...EMPTY, ...answers })) {
    writeFileSync(join(dir, name), lines.map((line) => `${line}\n`).join(''));
  }
  const PATH = [bin, process.env.PATH].join(delimiter);
  const env = { PATH, ANSWERS: dir, POLL_SECONDS: '0' };
  const { status, stdout, stderr } = spawnSync('bash', [join(folder, script), ...argv], {
    env,
    encoding: 'utf8',
    input: '',
  });
  const calls = readFileSync(join(dir, 'log'), 'utf8').trim().split('\n');
  return { code: status, stdout, stderr, calls };
}

/** The calls of some operations. */
const only = (calls: readonly string[], ...operations: string[]) =>
  calls.filter((call) => operations.includes(call.split(' ')[1]));

describe('deploy.sh', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await synth();
  });

  test('needs no bootstrap stack', () => {
    const text = readFileSync(join(folder, 'deploy.sh'), 'utf8');
    const files = [...text.matchAll(/ file=(\S+)/g)].map(([, file]) => file).slice(0, 2);
    expect(files).toEqual([expect.stringContaining('Replica'), 'Media']);
    for (const file of files) {
      const template = JSON.parse(readFileSync(join(folder, `deploy/${file}.json`), 'utf8'));
      expect(template.Rules).toBeUndefined();
      expect(JSON.stringify(template)).not.toMatch(/BootstrapVersion|cdk-hnb659fds/);
    }
  });

  test('contains the code of the functions, in archives with the same bytes in every run', async () => {
    const again = await synth();
    const [, keys] = /assets='?([^' \n]+)/.exec(readFileSync(join(folder, 'deploy.sh'), 'utf8'))!;
    const archive = readFileSync(join(folder, 'deploy', keys));
    expect(archive.equals(readFileSync(join(again, 'deploy', keys)))).toBe(true);
    const listed = spawnSync('python3', ['-m', 'zipfile', '-l', join(folder, 'deploy', keys)], { encoding: 'utf8' });
    expect(listed.stdout).toMatch(/^index\.js +1980-01-01 00:00:00 +\d+$/m);
  });

  test('deploys the stacks in order, with the bucket of the CDK if it exists', () => {
    const { code, stdout, stderr, calls } = run(folder, 'deploy.sh');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/ Media is deployed\.\n$/);
    const executed = only(calls, 'execute-change-set');
    expect(executed.map((call) => /--region (\S+)/.exec(call)![1])).toEqual(['eu-west-1', 'us-east-1']);
    const [replica, primary] = only(calls, 'create-change-set');
    expect(replica).toContain('--change-set-type CREATE --cli-input-json file://deploy/');
    expect(replica).toContain('--template-body file://deploy/');
    const bucket = `cdk-hnb659fds-assets-${ACCOUNT}-us-east-1`;
    expect(primary).toContain(`--parameters ParameterKey=AssetsBucket,ParameterValue=${bucket} `);
    for (const upload of only(calls, 'put-object')) {
      expect(upload).toContain(`--bucket ${bucket} `);
      expect(upload).toContain(`--expected-bucket-owner ${ACCOUNT}`);
      expect(existsSync(join(folder, /--body (\S+)/.exec(upload)![1]))).toBe(true);
    }
  });

  test('uploads a large template', () => {
    const { calls } = run(folder, 'deploy.sh');
    const [, primary] = only(calls, 'create-change-set');
    const [, url] = /--template-url (\S+)/.exec(primary)!;
    const [, bucket, key] = /^https:\/\/(.+)\.s3\.us-east-1\.amazonaws\.com\/(.+)$/.exec(url)!;
    expect(only(calls, 'put-object').some((call) => call.includes(`--bucket ${bucket} --key ${key} `))).toBe(true);
  });

  test.each([
    ['by default', [], 'cdk-media-replication'],
    ['with a prefix', ['--assets-bucket-prefix', 'studio-code'], 'studio-code'],
  ])('creates a bucket by a stack of its own, %s', (_, argv, prefix) => {
    const { code, calls } = run(
      folder,
      'deploy.sh',
      {
        'head-bucket': [NOT_FOUND],
        'describe-stacks': [MISSING, stack('CREATE_COMPLETE'), MISSING, stack('CREATE_COMPLETE')],
      },
      ...argv,
    );
    expect(code).toBe(0);
    const [, assets, primary] = only(calls, 'create-change-set');
    expect(assets).toContain(`--stack-name ${prefix}-assets `);
    expect(assets).toContain(`ParameterKey=BucketName,ParameterValue=${prefix}-${ACCOUNT}-us-east-1 `);
    expect(primary).toContain(`ParameterKey=AssetsBucket,ParameterValue=${prefix}-${ACCOUNT}-us-east-1 `);
  });

  test('uploads nothing that exists', () => {
    expect(only(run(folder, 'deploy.sh', { 'head-object': ['0 '] }).calls, 'put-object')).toEqual([]);
  });

  test('changes nothing if a change set is empty', () => {
    const { code, stdout, calls } = run(folder, 'deploy.sh', {
      'describe-stacks': [stack('UPDATE_COMPLETE')],
      'describe-stacks.eu-west-1': [stack('CREATE_COMPLETE')],
      'describe-change-set': [
        '0 CREATE_IN_PROGRESS\\tNone',
        "0 FAILED\\tThe submitted information didn't contain changes.",
      ],
    });
    expect([code, stdout.match(/: no changes$/gm)]).toEqual([0, [': no changes', ': no changes']]);
    expect(only(calls, 'delete-change-set')).toHaveLength(2);
    expect(only(calls, 'execute-change-set')).toEqual([]);
  });

  test('stops at the first failure, and says why', () => {
    const { code, stderr, calls } = run(folder, 'deploy.sh', {
      'describe-stacks.eu-west-1': [
        MISSING,
        stack('REVIEW_IN_PROGRESS'),
        stack('CREATE_IN_PROGRESS'),
        stack('ROLLBACK_COMPLETE'),
      ],
      'describe-stack-events': ['0 Bucket\\tThe name is taken.'],
    });
    expect(code).toBe(1);
    expect(stderr).toContain('Bucket\tThe name is taken.');
    expect(stderr).toContain('failed (ROLLBACK_COMPLETE)');
    expect(only(calls, 'create-change-set')).toHaveLength(1);
  });

  test.each(['REVIEW_IN_PROGRESS', 'ROLLBACK_COMPLETE'])('replaces a stack that was never complete: %s', (status) => {
    const { code, calls } = run(folder, 'deploy.sh', {
      'describe-stacks.eu-west-1': [stack(status), stack(status), stack('DELETE_COMPLETE'), stack('CREATE_COMPLETE')],
    });
    expect(code).toBe(0);
    expect(only(calls, 'delete-stack', 'execute-change-set')[0]).toContain('delete-stack --stack-name arn:stack ');
    expect(only(calls, 'create-change-set')[0]).toContain('--change-set-type CREATE');
  });

  test('waits for an operation of an earlier run', () => {
    const { code, stdout, calls } = run(folder, 'deploy.sh', {
      'describe-stacks.eu-west-1': [stack('UPDATE_IN_PROGRESS'), stack('UPDATE_COMPLETE')],
      'list-stack-resources': ['0 A\\tB'],
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/UPDATE_IN_PROGRESS: 2 resources\n/);
    expect(only(calls, 'create-change-set')[0]).toContain('--change-set-type UPDATE');
  });

  test.each(['UPDATE_ROLLBACK_FAILED', 'DELETE_FAILED'])('does not touch a stack in the state %s', (status) => {
    const { code, stderr, calls } = run(folder, 'deploy.sh', { 'describe-stacks.eu-west-1': [stack(status)] });
    expect([code, stderr]).toEqual([1, expect.stringContaining(`is ${status}, and cannot be updated`)]);
    expect(only(calls, 'create-change-set', 'delete-stack')).toEqual([]);
  });

  test('enables termination protection, and never disables it', async () => {
    const answers = { 'describe-stacks.eu-west-1': [MISSING, stack('CREATE_COMPLETE', 'True')] };
    const { stderr, calls } = run(folder, 'deploy.sh', answers);
    expect(only(calls, 'update-termination-protection')).toEqual([]);
    expect(stderr).toContain('has termination protection, which the config does not specify. It was not disabled.');
    const isProtected = run(await synth(`${VALID}terminationProtection: true\n`), 'deploy.sh', answers);
    expect(only(isProtected.calls, 'update-termination-protection')).toEqual([
      expect.stringContaining('--stack-name Media --enable-termination-protection --region us-east-1'),
    ]);
  });

  test.each<[string, Record<string, readonly string[]>, string]>([
    [
      'credentials',
      { 'get-caller-identity': ['253 Unable to locate credentials'] },
      'The AWS CLI has no valid credentials',
    ],
    [
      'a region',
      { 'describe-regions': ['0 opt-in-not-required', '0 not-opted-in'] },
      `The region us-east-1 is not enabled in account ${ACCOUNT}. Enable it: https://`,
    ],
    [
      'the bucket',
      { 'head-bucket': ['254 An error occurred (403) when calling the HeadBucket operation: Forbidden'] },
      'cannot be used: An error occurred (403)',
    ],
    ['the change set', { 'describe-change-set': ['0 FAILED\\tTransform failed'] }, 'failed: Transform failed'],
  ])('fails without %s', (_, answers, message) => {
    const { code, stderr } = run(folder, 'deploy.sh', answers);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });

  test('changes nothing before all accounts and regions are checked', () => {
    const { calls } = run(folder, 'deploy.sh', { 'describe-regions': ['0 opt-in-not-required', '0 not-opted-in'] });
    expect(only(calls, 'create-change-set')).toEqual([]);
  });

  test('warns if it may not list regions', () => {
    const { code, stderr } = run(folder, 'deploy.sh', { 'describe-regions': ['254 You are not authorized'] });
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('Could not check whether the region eu-west-1 is enabled'),
    ]);
  });

  test('uses a profile for each account, and checks the account', async () => {
    const config = `${VALID.replace('media:', "account: '111111111111'\nmedia:")}      account: '222222222222'\n`;
    const crossAccount = await synth(config);
    const identities = { 'get-caller-identity': ['0 111111111111'], 'get-caller-identity.there': ['0 222222222222'] };
    // In the replica's region, the primary's account has a stack for alarms.
    const stacks = [MISSING, stack('CREATE_COMPLETE'), MISSING, stack('CREATE_COMPLETE')];
    const answers = { ...identities, 'describe-stacks.eu-west-1': stacks, 'describe-stacks.there': stacks };
    const { code, calls } = run(crossAccount, 'deploy.sh', answers, '--profile', '222222222222=there');
    expect(code).toBe(0);
    const executed = only(calls, 'execute-change-set');
    expect(executed.map((call) => [/--region (\S+)/.exec(call)![1], call.includes('--profile there')])).toEqual([
      ['eu-west-1', false],
      ['eu-west-1', true],
      ['us-east-1', false],
    ]);
    const { stderr } = run(crossAccount, 'deploy.sh', { 'get-caller-identity': ['0 111111111111'] });
    expect(stderr).toContain(
      'belong to account 111111111111, expected 222222222222. Use credentials of 222222222222, or',
    );
  });

  test.each([
    [['--help'], 0, 'Usage: ./deploy.sh'],
    [['--prefix'], 1, 'Unknown option --prefix'],
    [['--profile'], 1, '--profile requires a value.'],
    [['--assets-bucket-prefix', 'A B'], 1, '--assets-bucket-prefix: got A B, expected'],
  ])('%j', (argv, expected, text) => {
    const { code, stdout, stderr, calls } = run(folder, 'deploy.sh', {}, ...argv);
    expect([code, stdout + stderr, calls]).toEqual([expected, expect.stringContaining(text), ['']]);
  });

  test('reports a missing AWS CLI', () => {
    const PATH = join(folder, 'none');
    mkdirSync(PATH);
    for (const tool of ['dirname', 'mktemp', 'rm']) {
      const { stdout } = spawnSync('bash', ['-c', `command -v ${tool}`], { encoding: 'utf8' });
      writeFileSync(join(PATH, tool), `#!/bin/sh\nexec ${stdout.trim()} "$@"\n`, { mode: 0o755 });
    }
    const { status, stderr } = spawnSync('/bin/bash', [join(folder, 'deploy.sh')], { env: { PATH }, encoding: 'utf8' });
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining('The AWS CLI (aws) was not found. Install it: https://'),
    ]);
  });
});

describe('destroy.sh', () => {
  test('deletes the stacks in reverse order, after it has listed what is kept', async () => {
    const folder = await synth();
    const { code, stdout, calls } = run(
      folder,
      'destroy.sh',
      {
        'describe-stacks': [
          stack('CREATE_COMPLETE'),
          stack('CREATE_COMPLETE'),
          stack('CREATE_COMPLETE'),
          stack('DELETE_COMPLETE'),
        ],
        'describe-stacks.eu-west-1': [
          stack('UPDATE_COMPLETE'),
          stack('UPDATE_COMPLETE'),
          stack('UPDATE_COMPLETE'),
          MISSING,
        ],
        'list-stack-resources': [`0 ${keptIn(folder)}\\tAWS::S3::Bucket\\tmedia-1a2b3c4d`],
      },
      '--yes',
    );
    expect([code, only(calls, 'delete-stack').map((call) => /--region (\S+)/.exec(call)![1])]).toEqual([
      0,
      ['us-east-1', 'eu-west-1'],
    ]);
    expect(stdout).toContain('  kept: AWS::S3::Bucket media-1a2b3c4d\n');
    expect(stdout.indexOf('kept:')).toBeLessThan(stdout.indexOf(': deleting'));
  });

  test('deletes nothing if a stack has termination protection', async () => {
    const { code, stderr, calls } = run(
      await synth(),
      'destroy.sh',
      {
        'describe-stacks': [stack('CREATE_COMPLETE')],
        'describe-stacks.eu-west-1': [stack('CREATE_COMPLETE', 'True')],
      },
      '--yes',
    );
    expect([code, stderr]).toEqual([1, expect.stringContaining('has termination protection. Disable it first: aws ')]);
    expect(only(calls, 'delete-stack')).toEqual([]);
  });

  test('says why a stack was not deleted', async () => {
    const { code, stderr } = run(
      await synth(),
      'destroy.sh',
      {
        'describe-stacks': [
          stack('CREATE_COMPLETE'),
          stack('CREATE_COMPLETE'),
          stack('CREATE_COMPLETE'),
          stack('DELETE_FAILED'),
        ],
        'describe-stacks.eu-west-1': [MISSING],
        'describe-stack-events': ['0 Table\\tin use'],
      },
      '--yes',
    );
    expect([code, stderr]).toEqual([1, expect.stringMatching(/Table\tin use\n[^]*was not deleted \(DELETE_FAILED\)/)]);
  });

  test('has nothing to do without stacks', async () => {
    const missing = { 'describe-stacks': [MISSING], 'describe-stacks.eu-west-1': [MISSING] };
    expect(run(await synth(), 'destroy.sh', missing)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Nothing to delete.'),
    });
  });
});

/** The logical id of the first resource of the primary's stack that is kept. */
function keptIn(folder: string): string {
  return /kept=' (\w+)/.exec(readFileSync(join(folder, 'destroy.sh'), 'utf8'))![1];
}
