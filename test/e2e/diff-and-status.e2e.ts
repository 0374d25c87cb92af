import { execFile, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PYTHON_BIN } from './support/aws-cli';
import { Moto } from './support/moto';
import { forMoto, supportedTypes } from './support/moto-templates';

/**
 * `diff` and `status` of the bundled command line, by the real AWS CLI against moto. Not tested, because moto does not have
 * it: replacements, policy actions, and change sets whose creation takes time, for which the AWS CLI is slowed down. The
 * unit tests have them.
 */
const ROOT = join(__dirname, '../..');
const CLI = join(ROOT, 'assets/cli/index.js');
const ACCOUNT = '111111111111';
const REGIONS = ['eu-west-1', 'us-west-2', 'eu-central-1'];
const CONFIG = `version: 1
stackName: Studio
region: eu-central-1
tags: { team: "médias" }
media: { replicas: [{ region: eu-west-1 }, { region: us-west-2 }] }
canary: {}
`;
const REPORT = {
  jobs: [{ kind: 'backfill', cause: 'switched-on', state: 'finished', outcome: 'complete', total: 7, done: 7 }],
  failures: { outstanding: 0, givenUp: 0, byReason: [] },
};

/** Records the commands, and adds what moto does not have: slow operations, outages, and termination protection. */
const AWS = `#!/usr/bin/env bash
printf '%s\\n' "$*" >>"$AWS_LOG"
if [[ $2 == update-termination-protection ]]; then exit; fi
if [[ -n \${SLOW-} && $2 == describe-change-set ]]; then sleep "$SLOW"; fi
if [[ -n \${OUTAGE-} && "$*" == *"--region $OUTAGE"* ]]; then export AWS_ENDPOINT_URL=http://127.0.0.1:1; fi
if [[ $2 == create-change-set ]]; then node "$ADAPT" "$@"; fi
exec '${join(PYTHON_BIN, 'aws')}' "$@"
`;

/** Replaces the templates in the request of a change set by those that were adapted to moto. */
const ADAPT = `const { readFileSync, writeFileSync } = require('node:fs');
const file = process.argv.find((each) => each.includes('file://') && each.includes('diff-'))?.slice(7);
const adapted = JSON.parse(readFileSync(process.env.ADAPTED, 'utf8'));
if (file) {
  const request = JSON.parse(readFileSync(file, 'utf8'));
  if (request.TemplateBody) request.TemplateBody = adapted[request.TemplateBody] ?? request.TemplateBody;
  writeFileSync(file, JSON.stringify(request));
}
`;

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const dir = mkdtempSync(join(tmpdir(), 'diff-'));
const log = join(dir, 'aws.log');
const folder = join(dir, 'studio');
let moto: Moto;
let lambda: Server;
let env: Record<string, string>;

function run(file: string, args: string[], more: Record<string, string> = {}): Promise<Ran> {
  writeFileSync(log, '');
  return new Promise((done) => {
    execFile(file, args, { cwd: folder, env: { ...env, ...more } }, (error, stdout, stderr) => {
      done({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

const cli = (args: string[], more?: Record<string, string>) => run(process.execPath, [CLI, ...args], more);
const aws = async (...args: string[]) => {
  const { code, stdout, stderr } = await run('aws', [...args, '--output', 'json']);
  if (code !== 0) throw new Error(stderr);
  return stdout.trim() ? JSON.parse(stdout) : undefined;
};
const operations = () => [
  ...new Set(
    readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[1]),
  ),
];

/** The change sets of `diff` and the stacks in all Regions. */
async function left() {
  const regions = await Promise.all(
    REGIONS.map(async (region) => {
      const { Summaries } = await aws('cloudformation', 'list-change-sets', '--stack-name', 'x', '--region', region);
      const { StackSummaries } = await aws('cloudformation', 'list-stacks', '--region', region);
      return {
        changeSets: Summaries.flatMap(({ ChangeSetName }: any) => (/^diff-/.test(ChangeSetName) ? ChangeSetName : [])),
        stacks: StackSummaries.map(({ StackName, StackStatus }: any) => `${StackName} ${StackStatus}`),
      };
    }),
  );
  return {
    changeSets: regions.flatMap(({ changeSets }) => changeSets),
    stacks: regions.flatMap(({ stacks }) => stacks),
  };
}

beforeAll(async () => {
  mkdirSync(join(dir, 'bin'));
  mkdirSync(folder);
  writeFileSync(join(dir, 'bin/aws'), AWS);
  chmodSync(join(dir, 'bin/aws'), 0o755);
  writeFileSync(join(dir, 'adapt.cjs'), ADAPT);
  writeFileSync(join(folder, 'media.yaml'), CONFIG);
  moto = await Moto.start({ MOTO_ACCOUNT_ID: ACCOUNT });
  lambda = createServer((request, response) => {
    request.resume().on('end', () => response.end(JSON.stringify(REPORT)));
  });
  await new Promise<void>((done) => lambda.listen(0, '127.0.0.1', done));
  env = {
    PATH: [join(dir, 'bin'), process.env.PATH].join(delimiter),
    HOME: dir,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL: moto.endpoint,
    AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${(lambda.address() as AddressInfo).port}`,
    AWS_LOG: log,
    ADAPT: join(dir, 'adapt.cjs'),
    ADAPTED: join(dir, 'adapted.json'),
    POLL_SECONDS: '1',
  };
}, 120_000);

afterAll(() => {
  moto?.stop();
  lambda?.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('before the first deployment', () => {
  test('diff lists new stacks, and creates none', async () => {
    const { code, stdout } = await cli(['diff', '--fail']);
    expect([code, stdout.match(/: new, with \d+ resources$/gm)?.length]).toEqual([4, 3]);
    expect(operations()).toEqual(['describe-stacks']);
    expect(await left()).toEqual({ changeSets: [], stacks: [] });
  }, 120_000);

  test('status shows that nothing is deployed', async () => {
    const { code, stdout } = await cli(['status']);
    expect([code, stdout.match(/\tnot deployed\t/g)?.length]).toEqual([0, 3]);
  }, 120_000);
});

describe('after a deployment by deploy.sh', () => {
  /** The objects that deploy.sh uploads, and its stacks. */
  beforeAll(async () => {
    execFileSync(process.execPath, [CLI, 'synth'], { cwd: folder, stdio: 'pipe' });
    const deploy = join(folder, 'cdk.out/deploy');
    const supported = supportedTypes();
    const adapted: Record<string, string> = {};
    for (const file of readdirSync(deploy).filter((each) => /(?<!\.request)\.json$/.test(each))) {
      const text = readFileSync(join(deploy, file), 'utf8');
      adapted[text] = JSON.stringify(forMoto(JSON.parse(text), supported).template);
      writeFileSync(join(deploy, file), adapted[text]);
    }
    writeFileSync(join(dir, 'adapted.json'), JSON.stringify(adapted));
    const { code, stdout, stderr } = await run('bash', ['cdk.out/deploy.sh']);
    if (code !== 0) throw new Error(stdout + stderr);
  }, 600_000);

  test('diff reports no changes, and leaves nothing', async () => {
    const { stacks } = await left();
    const { code, stdout, stderr } = await cli(['diff', '--fail']);
    expect([code, stderr, stdout.match(/: no changes$/gm)?.length]).toEqual([0, '', 3]);
    // The template in the bucket is that of deploy.sh.
    expect(operations().sort()).toEqual([
      'create-change-set',
      'delete-change-set',
      'describe-change-set',
      'describe-stacks',
      'head-bucket',
      'head-object',
    ]);
    expect(await left()).toEqual({ changeSets: [], stacks });
  }, 300_000);

  test('diff shows the changes of another config, uploads its template, and changes no stack', async () => {
    const { stacks } = await left();
    const changed = CONFIG.replace('canary: {}', 'terminationProtection: true');
    writeFileSync(join(folder, 'changed.yaml'), changed.replace(', { region: us-west-2 }', ''));
    const { code, stdout, stderr } = await cli(['diff', '--json', '--config', 'changed.yaml']);
    expect([code, stderr]).toEqual([0, '']);
    const { changed: isChanged, stacks: found, uploaded } = JSON.parse(stdout);
    expect(isChanged).toBe(true);
    expect(uploaded).toEqual([
      expect.stringMatching(
        /^s3:\/\/cdk-media-replication-\d{12}-eu-central-1\/cdk-media-replication\/[0-9a-f]{64}\.json$/,
      ),
    ]);
    const [replica, primary] = found;
    expect(replica.changes).toBeUndefined(); // only termination protection
    expect(primary).toMatchObject({ result: 'changed', enablesTerminationProtection: true });
    const removed = primary.changes.filter(({ kind }: any) => kind === 'remove');
    expect(removed.map(({ resource }: any) => resource)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^CanaryFunction/)]),
    );
    for (const { warning } of removed) expect(warning.text).toContain('It can be deleted.');
    expect(operations()).toContain('put-object');
    expect(operations()).not.toContain('execute-change-set');
    expect(await left()).toEqual({ changeSets: [], stacks });
  }, 300_000);

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'diff deletes its change sets at %s',
    async (signal) => {
      writeFileSync(log, '');
      // In a process group of its own, all of which receives the signal, as by Ctrl-C in a terminal.
      const child = spawn(process.execPath, [CLI, 'diff'], {
        cwd: folder,
        env: { ...env, SLOW: '200' },
        detached: true,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let stderr = '';
      child.stderr.on('data', (chunk) => (stderr += chunk));
      const exit = new Promise((done) => child.once('exit', (code) => done(code)));
      // Until all change sets are created, however busy the machine is.
      while ((readFileSync(log, 'utf8').match(/ describe-change-set /g) ?? []).length < 3) {
        if (child.exitCode !== null) throw new Error(`diff ended: ${stderr}`);
        await sleep(100);
      }
      process.kill(-child.pid!, signal);
      expect(await exit).toBe(signal === 'SIGINT' ? 130 : 143);
      expect(stderr).toBe('Interrupted. Deleting change sets.\n');
      expect((await left()).changeSets).toEqual([]);
    },
    300_000,
  );

  test('status shows stacks, metrics and backfill, and changes nothing', async () => {
    const template = JSON.parse(readFileSync(join(folder, 'cdk.out/Studio.template.json'), 'utf8'));
    const alarms = Object.values<any>(template.Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
    const literal = (value: any): string =>
      value.Ref ? ACCOUNT : (value['Fn::Join']?.[1].map(literal).join('') ?? String(value));
    const put = async (region: string, name: string, value: number, dimensions: string) =>
      aws(
        'cloudwatch',
        'put-metric-data',
        '--region',
        region,
        '--namespace',
        name.split(' ')[0],
        '--metric-name',
        name.split(' ')[1],
        '--value',
        String(value),
        '--dimensions',
        dimensions,
      );
    const failed = alarms
      .map(({ Properties }) => Properties)
      .find(
        ({ MetricName, Dimensions }) =>
          MetricName === 'OperationsFailedReplication' && /eu-west-1/.test(JSON.stringify(Dimensions)),
      );
    // moto compares dimensions in their order, which is that of the construct's metric here.
    const rule = ['SourceBucket', 'DestinationBucket', 'RuleId']
      .map((name) => `${name}=${literal(failed.Dimensions.find(({ Name }: any) => Name === name).Value)}`)
      .join(',');
    await put('eu-central-1', 'AWS/S3 OperationsFailedReplication', 2, rule);
    await put('eu-west-1', 'AWS/S3 ReplicationLatency', 42, rule);
    const stopped = alarms.map(({ Properties }) => Properties).find(({ Namespace }) => /Canary/.test(Namespace));
    const [canary] = stopped.Dimensions.filter(({ Name }: any) => Name === 'service');
    await put('eu-central-1', 'MediaReplication/Canary CanaryFailures', 0, `service=${literal(canary.Value)}`);
    const { code, stdout, stderr } = await cli(['status', '--json']);
    expect([code, stderr]).toEqual([0, '']);
    expect(operations().sort()).toEqual(['describe-stacks', 'get-metric-data', 'invoke', 'list-stack-resources']);
    expect(JSON.parse(stdout)).toMatchObject({
      stacks: expect.arrayContaining(
        REGIONS.map((region) => expect.objectContaining({ region, status: 'CREATE_COMPLETE' })),
      ),
      replication: [
        { region: 'eu-west-1', latencySeconds: 42, failedOperations: 2 },
        { region: 'us-west-2', failedOperations: 0 },
      ],
      backfill: [{ region: 'eu-central-1', job: { outcome: 'complete', total: 7, done: 7 } }],
      canary: { isOverdue: false, failedRegions: [], lastRun: expect.any(String) },
    });
  }, 300_000);

  test('status and diff are complete except for a Region that does not answer', async () => {
    const { code, stdout } = await cli(['status'], { OUTAGE: 'us-west-2' });
    expect([code, stdout.match(/^(stack|replication)\tus-west-2\tunknown\t.*Could not connect.*$/gm)?.length]).toEqual([
      0, 2,
    ]);
    expect(stdout.match(/^\w+\t\S+\tunknown\t/gm)).toHaveLength(2);
    const diff = await cli(['diff'], { OUTAGE: 'us-west-2' });
    expect([diff.code, diff.stdout.match(/: no changes$/gm)?.length]).toEqual([2, 2]);
    expect(diff.stderr).toBe('1 of 3 stacks could not be compared.\n');
  }, 300_000);
});
