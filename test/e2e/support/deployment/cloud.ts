import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { Messaging } from './messaging';
import { Queues } from './queues';
import { AthenaSimulator, QueryEngine } from '../../../simulators/athena';
import { SimulatedClock } from '../../../simulators/common/clock';
import { isAllowed, Principal } from '../../../simulators/iam';
import { accessKeyOf, principalOfAccessKey, runJobs, S3Simulator } from '../../../simulators/s3';
import { S3ControlSimulator } from '../../../simulators/s3-control';
import { TestAuthority } from '../certificates';
import { CloudFormation } from '../cloudformation';
import { DeployedFunction, Resolve } from '../deployed-function';
import { DynamoDbLocal } from '../dynamodb-local';

/** A function as its stack deployed it. */
export interface LambdaFunction {
  readonly arn: string;
  readonly name: string;
  readonly handler: string;
  readonly roleArn: string;
  readonly assembly: CloudAssembly;
  readonly stackName: string;
  readonly logicalId: string;
  readonly resolve: Resolve;
}

export interface Schedule {
  readonly expression: string;
  readonly targets: readonly { readonly functionArn: string; readonly input: unknown }[];
}

/**
 * AWS as far as templates of stored media need it: the simulators of S3, DynamoDB Local, and the deployed functions with
 * their real code. Time passes only by `advance`, and work that AWS does by itself is done when a test asks for it.
 */
export class Cloud {
  /** @param env more environment variables of all functions */
  static async start(dynamo: DynamoDbLocal, env: Readonly<Record<string, string>> = {}): Promise<Cloud> {
    const dir = mkdtempSync(join(tmpdir(), 'cloud-'));
    const authority = new TestAuthority(dir);
    writeFileSync(join(dir, 'ca.pem'), authority.certificate);
    const clock = new SimulatedClock();
    const queues = new Queues(() => clock.now());
    const messaging: Messaging = new Messaging(() => s3.keys, queues);
    const s3: S3Simulator = await S3Simulator.start({
      clock,
      publish: (topicArn, message) => messaging.publish(topicArn, message),
      acceptsNotifications: (topicArn, bucket) => messaging.accepts(topicArn, bucket),
    });
    const athena: AthenaSimulator = await AthenaSimulator.start({
      ...{
        clock,
        principalOf: principalOfAccessKey,
        isAllowed: (principal, ...request) => !principal || cloud.allows(principal, ...request),
      },
      engine: {
        execute: (query) => cloud.queryEngine!.execute(query),
        write: (...result) => cloud.queryEngine!.write(...result),
      },
    });
    const cloud: Cloud = new Cloud(dir, s3, athena, messaging, dynamo, new CloudFormation(authority), env);
    await cloud.cloudFormation.start();
    await queues.start();
    return cloud;
  }

  readonly functions = new Map<string, LambdaFunction>();
  readonly schedules = new Map<string, Schedule>();
  /** The ARN of the function by the ARN of the queue. */
  readonly consumers = new Map<string, string>();
  /** Executes the queries of Athena. */
  queryEngine?: QueryEngine;
  private readonly controls = new Map<string, S3ControlSimulator>();
  private readonly running = new Map<string, DeployedFunction>();
  private aheadMs = 0;

  private constructor(
    private readonly dir: string,
    readonly s3: S3Simulator,
    readonly athena: AthenaSimulator,
    readonly messaging: Messaging,
    readonly dynamo: DynamoDbLocal,
    readonly cloudFormation: CloudFormation,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  /** A part of the names that CloudFormation generates. */
  random(length = 12): string {
    return randomBytes(length).toString('hex').slice(0, length);
  }

  advance(milliseconds: number): void {
    this.s3.clock.advance(milliseconds);
    this.aheadMs += milliseconds;
    for (const fn of this.running.values()) fn.aheadMs = this.aheadMs;
  }

  /** Ends the process of a function, for example because its code or its settings changed. */
  restart(arn: string): void {
    this.running.get(arn)?.kill();
    this.running.delete(arn);
  }

  /** Whether the policies of a role allow an action in its own account. */
  allows(principal: Principal, action: string, resource: string): boolean {
    const request = { principal, action, resource, resourceAccount: principal.account!, context: {} };
    return isAllowed(request, { identity: this.s3.roles.policiesOf(principal) });
  }

  /** Keeps the process of a function, but starts another one for the next invocation. The caller ends the first. */
  forgetProcess(arn: string): void {
    this.running.delete(arn);
  }

  async deployed(arn: string): Promise<DeployedFunction> {
    const started = this.running.get(arn);
    if (started) return started;
    const found = this.functions.get(arn);
    if (!found) throw new Error(`There is no function ${arn}.`);
    const [, , , region, account] = arn.split(':');
    const control = await this.control(account, region);
    const fn = DeployedFunction.from({
      ...found,
      env: {
        AWS_ACCESS_KEY_ID: accessKeyOf(found.roleArn),
        AWS_SECRET_ACCESS_KEY: 'secret',
        AWS_ENDPOINT_URL_ATHENA: this.athena.endpoint,
        AWS_ENDPOINT_URL_DYNAMODB: this.dynamo.endpoint,
        AWS_ENDPOINT_URL_S3: this.s3.endpoint,
        AWS_ENDPOINT_URL_S3_CONTROL: control.endpoint,
        AWS_ENDPOINT_URL_SQS: this.messaging.queues.endpoint,
        NODE_EXTRA_CA_CERTS: join(this.dir, 'ca.pem'),
        HOSTS: JSON.stringify({ ...this.cloudFormation.hosts, ...control.hosts }),
        ...this.env,
      },
    });
    this.running.set(arn, fn);
    fn.aheadMs = this.aheadMs;
    return fn.start();
  }

  async invoke<T = any>(arn: string, event: unknown): Promise<T> {
    return (await this.deployed(arn)).invoke(event);
  }

  /** What AWS does by itself within minutes: replication, and the delivery of events about failures. */
  async settle(): Promise<void> {
    this.s3.settle();
    await this.deliver();
  }

  /** Runs the schedules with a rate in minutes or in days, and then the replication jobs. */
  async runSchedules(which: 'minutes' | 'days'): Promise<void> {
    const unit = which === 'minutes' ? /^rate\(\d+ minutes?\)$/ : /^rate\(\d+ days?\)$/;
    for (const { expression, targets } of [...this.schedules.values()]) {
      if (!/^rate\(\d+ (minute|day)s?\)$/.test(expression)) throw new Error(`${expression} is not simulated.`);
      if (!unit.test(expression)) continue;
      for (const { functionArn, input } of targets) await this.invoke(functionArn, input);
    }
    for (const control of this.controls.values()) await runJobs(this.s3, control);
  }

  async stop(): Promise<void> {
    for (const fn of this.running.values()) fn.kill();
    this.cloudFormation.stop();
    this.messaging.queues.stop();
    for (const control of this.controls.values()) await control.stop();
    await this.athena.stop();
    await this.s3.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** The functions' own logs, to explain a failure. */
  get log(): string {
    return [...this.running.values()].map(({ log }) => log).join('');
  }

  private async deliver(): Promise<void> {
    for (const [queueArn, functionArn] of this.consumers) {
      const Records = this.messaging.queues.takeAll(queueArn);
      if (Records.length === 0) continue;
      const { batchItemFailures } = await this.invoke(functionArn, { Records });
      if (batchItemFailures.length > 0) throw new Error(`${functionArn} failed to process events.`);
    }
  }

  private async control(account: string, region: string): Promise<S3ControlSimulator> {
    const id = `${account}/${region}`;
    const started = this.controls.get(id);
    if (started) return started;
    // A job stays New until `runJobs` prepares it.
    const behaviour = { newFor: 1e12, readyFor: 1e12 };
    const control = await S3ControlSimulator.start({ account, region, behaviour, clock: this.s3.clock, seed: id });
    this.controls.set(id, control);
    return control;
  }
}
