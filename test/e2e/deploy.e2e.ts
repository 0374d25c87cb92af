import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { AWS_CLI, PYTHON_BIN } from './support/aws-cli';
import { Moto } from './support/moto';
import { forMoto, supportedTypes } from './support/moto-templates';

/**
 * The scripts of `synth`, run by bash and the real AWS CLI against moto. Not tested, because moto does not have them:
 * the resources that the suite lists, and termination protection, which is recorded only.
 */
const ROOT = join(__dirname, '../..');
const ACCOUNT = '111111111111';

const STORED = `version: 1
stackName: Stored
region: us-east-1
tags: { team: media, note: "it's ours" }
terminationProtection: true
media:
  removalPolicy: RETAIN
  replicas:
    - region: eu-west-1
`;
const LIVE = `version: 1
stackName: Live
region: eu-central-1
media: { replicas: [{ region: eu-west-1 }, { region: us-west-2 }] }
router: { httpApi: { authorizer: { iam: {} } }, access: { all: {} }, userPreferences: {} }
meetings: { rooms: [{ meetingName: town-hall, mediaRegion: eu-central-1 }] }
canary: {}
`;
const CONFIGS = {
  stored: STORED,
  live: LIVE,
  everything: readFileSync(join(ROOT, 'test/cli/configs/everything.yaml'), 'utf8'),
};
/** The version of the AWS CLI that deploys a config. */
const VERSIONS = { stored: 1, live: 1, everything: 2 } as const;
/** The exit code of the AWS CLI after an error of the service. */
const SERVICE_ERROR = { 1: 255, 2: 254 } as const;

/** Records the commands. Runs all but the one that moto does not implement. */
const AWS = `#!/usr/bin/env bash
printf '%s\\n' "$*" >>"$AWS_LOG"
if [[ $2 == update-termination-protection ]]; then exit; fi
exec "$AWS_CLI" "$@"
`;

const dir = mkdtempSync(join(tmpdir(), 'deploy-'));
const log = join(dir, 'aws.log');
let version: keyof typeof AWS_CLI = 1;
let moto: Moto;
let supported: ReadonlySet<string>;

interface Ran {
  readonly code: number;
  readonly output: string;
  /** The commands of the AWS CLI. */
  readonly commands: string[];
}

/** Runs a command of bash. */
function run(cwd: string, command: string): Promise<Ran> {
  writeFileSync(log, '');
  const env = {
    PATH: [join(dir, 'bin'), process.env.PATH].join(delimiter),
    HOME: dir,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL: moto.endpoint,
    AWS_MAX_ATTEMPTS: '1',
    AWS_LOG: log,
    AWS_CLI: AWS_CLI[version],
    POLL_SECONDS: '1',
  };
  return new Promise((done) => {
    execFile('bash', ['-c', command], { cwd, env }, (error, stdout, stderr) => {
      const code = error ? Number(error.code) : 0;
      done({ code, output: stdout + stderr, commands: readFileSync(log, 'utf8').trim().split('\n') });
    });
  });
}

/** Synthesizes a config with the bundled command line, and adapts its templates to moto. */
function synth(name: keyof typeof CONFIGS): string {
  const cwd = join(dir, name);
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'media.yaml'), CONFIGS[name]);
  execFileSync(process.execPath, [join(ROOT, 'assets/cli/index.js'), 'synth'], { cwd, stdio: 'pipe' });
  const folder = join(cwd, 'cdk.out/deploy');
  const replaced = new Set<string>();
  for (const file of readdirSync(folder).filter((each) => /(?<!\.request)\.json$/.test(each))) {
    const adapted = forMoto(JSON.parse(readFileSync(join(folder, file), 'utf8')), supported);
    adapted.replaced.forEach((type) => replaced.add(type));
    writeFileSync(join(folder, file), JSON.stringify(adapted.template));
  }
  process.stdout.write(`${name}: not created by moto: ${[...replaced].sort().join(', ')}\n`);
  return join(cwd, 'cdk.out');
}

interface ScriptStack {
  readonly stack: string;
  readonly region: string;
  readonly file: string;
}

/** The stacks in a script, in its order. */
function stacksIn(folder: string, script: string): ScriptStack[] {
  const text = readFileSync(join(folder, script), 'utf8');
  const rows = [...text.matchAll(/^ {2}stack=(\S+) region=(\S+) account=\S+ file=(\S+)/gm)];
  return rows.map(([, stack, region, file]) => ({ stack, region, file }));
}

async function statusOf(folder: string, { stack, region }: ScriptStack): Promise<string> {
  const query = "--query 'Stacks[0].StackStatus' --output text";
  const { output } = await run(
    folder,
    `aws cloudformation describe-stacks --stack-name ${stack} --region ${region} ${query}`,
  );
  return output.trim();
}

const operations = ({ commands }: Ran, operation: string) =>
  commands.filter((command) => command.split(' ')[1] === operation);

beforeAll(async () => {
  mkdirSync(join(dir, 'bin'));
  writeFileSync(join(dir, 'bin/aws'), AWS);
  chmodSync(join(dir, 'bin/aws'), 0o755);
  moto = await Moto.start({ MOTO_ACCOUNT_ID: ACCOUNT });
  supported = supportedTypes();
}, 120_000);

afterAll(() => {
  moto?.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe.each(Object.keys(CONFIGS) as (keyof typeof CONFIGS)[])('the scripts of the config "%s"', (name) => {
  let folder: string;
  let stacks: ScriptStack[];
  beforeAll(() => {
    version = VERSIONS[name];
    folder = synth(name);
    stacks = stacksIn(folder, 'deploy.sh');
  }, 120_000);

  test('run with the version of the AWS CLI', async () => {
    expect((await run(folder, 'aws --version')).output).toMatch(new RegExp(`^aws-cli/${version}\\.`));
  });

  test('stop at a failure, and continue there', async () => {
    const [last] = stacks.slice(-1);
    const template = join(folder, `deploy/${last.file}.json`);
    const script = join(folder, 'deploy.sh');
    const [text, code] = [template, script].map((file) => readFileSync(file, 'utf8'));
    const broken = JSON.parse(text);
    // moto rejects it when it creates the resources.
    broken.Resources = {
      Broken: { Type: 'AWS::SNS::Topic', Properties: { TopicName: { 'Fn::GetAtt': ['Missing', 'Arn'] } } },
      ...broken.Resources,
    };
    writeFileSync(template, JSON.stringify(broken));
    writeFileSync(script, code.replace(/template_key=\S+/g, `template_key=${name}-broken.json`));
    const failed = await run(folder, './deploy.sh');
    expect([failed.code, failed.output]).toEqual([
      SERVICE_ERROR[version],
      expect.stringContaining('undefined resource Missing'),
    ]);
    for (const stack of stacks.slice(0, -1)) expect(await statusOf(folder, stack)).toBe('CREATE_COMPLETE');
    expect(await statusOf(folder, last)).toBe('REVIEW_IN_PROGRESS');

    writeFileSync(template, text);
    writeFileSync(script, code);
    const { code: exit, output, commands } = await run(folder, './deploy.sh');
    expect([exit, output]).toEqual([0, expect.stringContaining(' is deployed.')]);
    const executed = commands.filter((command) => command.includes(' execute-change-set '));
    expect(executed).toEqual([expect.stringContaining(`--stack-name ${last.stack} `)]);
    for (const stack of stacks) expect(await statusOf(folder, stack)).toBe('CREATE_COMPLETE');
  }, 900_000);

  test('are valid for ShellCheck', () => {
    execFileSync(join(PYTHON_BIN, 'shellcheck'), ['deploy.sh', 'destroy.sh'], { cwd: folder, stdio: 'inherit' });
  });

  test('change nothing in a second run', async () => {
    const again = await run(folder, './deploy.sh');
    expect([again.code, again.output.match(/: no changes$/gm)]).toEqual([0, stacks.map(() => ': no changes')]);
    for (const operation of ['execute-change-set', 'put-object', 'delete-stack']) {
      expect(operations(again, operation)).toEqual([]);
    }
  }, 600_000);

  test('delete all stacks, in reverse order, and list what is kept', async () => {
    expect(stacksIn(folder, 'destroy.sh')).toEqual([...stacks].reverse());
    expect(await run(folder, './destroy.sh </dev/null')).toMatchObject({
      code: 1,
      output: expect.stringContaining('Nothing was deleted. Specify --yes.'),
    });
    const { code, output } = await run(folder, './destroy.sh --yes');
    expect([code, output]).toEqual([0, expect.stringContaining(' is deleted.')]);
    expect(output).toMatch(/^ {2}kept: AWS::S3::Bucket \S+$/m);
    for (const stack of stacks) expect(await statusOf(folder, stack)).toContain('does not exist');
  }, 600_000);
});
