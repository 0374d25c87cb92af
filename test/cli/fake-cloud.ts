import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

type Options = Record<string, string>;

interface FakeStack {
  readonly StackStatus: string;
  readonly Parameters?: object[];
  readonly EnableTerminationProtection?: boolean;
  readonly LastUpdatedTime?: string;
}

interface FakeChangeSet {
  readonly stack: string;
  /** The answers of describe-change-set; the last one is repeated. */
  readonly answers: object[];
}

export const ACCOUNT = '111111111111';
export const NO_CHANGES = [{ Status: 'FAILED', StatusReason: "The submitted information didn't contain changes." }];

/**
 * The parts of AWS that `diff` and `status` read, behind a stand-in for the AWS CLI in this process. A test that uses it
 * mocks `execFile`. The end-to-end suite uses the real AWS CLI.
 */
export class FakeCloud {
  /** By `<name> <region>`. */
  readonly stacks: Record<string, FakeStack> = {};
  /** The answers to the next change sets, by stack and region. Default: no changes. */
  readonly changes: Record<string, object[]> = {};
  /** By name. */
  readonly changeSets = new Map<string, FakeChangeSet>();
  readonly buckets = new Set<string>();
  /** By `<bucket>/<key>`. */
  readonly objects = new Map<string, string>();
  /** The parameters of the requests of change sets. */
  readonly requests: any[] = [];
  /** The responses of functions, by name. `status` is the default. */
  readonly functions: Record<string, unknown> = {};
  readonly calls: string[] = [];
  account = ACCOUNT;
  /** The physical ids of resources with a logical id: one or none. */
  physicalIds: (logicalId: string) => string[] = (id) => [id];
  /** The values of a metric, and the times at which they were recorded, the newest first. */
  metric: (query: any, region: string) => [value: number, time: string][] = () => [];
  /** Returns the error of a call that fails: before it has an effect, or after it. */
  failure: (call: string) => { error: string; after?: boolean } | undefined = () => undefined;

  /** Makes `execFile`, which must be mocked, call this cloud. */
  install(): void {
    (execFile as unknown as jest.Mock).mockImplementation((_file, args: string[], _options, done) => {
      void new Promise((answer) => setImmediate(answer))
        .then(() => this.run(args))
        .then(
          (answer) => done(null, answer === undefined ? '' : JSON.stringify(answer), ''),
          (error) => done(error, '', error.message),
        );
    });
  }

  deploy(name: string, region: string, stack: Partial<FakeStack> = {}): void {
    const defaults = { StackStatus: 'CREATE_COMPLETE', CreationTime: '2026-01-31T10:00:00.123000+00:00' };
    this.stacks[`${name} ${region}`] = { ...defaults, ...stack };
  }

  private run(args: string[]): unknown {
    const [service, operation, ...rest] = args;
    const options: Options = {};
    const files: string[] = [];
    for (let index = 0; index < rest.length; index++) {
      if (rest[index].startsWith('--')) options[rest[index].slice(2)] = rest[++index];
      else files.push(rest[index]);
    }
    const call = `${service} ${operation} ${options.region}`;
    this.calls.push(args.join(' '));
    const failure = this.failure(call);
    if (failure && !failure.after) throw new Error(failure.error);
    const answer = this.answer(`${service} ${operation}`, options, files);
    if (failure) throw new Error(failure.error);
    return answer;
  }

  private answer(call: string, options: Options, files: string[]): any {
    const { region } = options;
    const input = options['cli-input-json'];
    const parameters = input && JSON.parse(input.startsWith('file://') ? readFileSync(input.slice(7), 'utf8') : input);
    const name = options['stack-name'];
    const object = `${options.bucket}/${options.key}`;
    switch (call) {
      case 'sts get-caller-identity':
        return { Account: this.account };
      case 'cloudformation describe-stacks': {
        const stack = this.stacks[`${name} ${region}`];
        if (!stack) throw fault('ValidationError', `Stack with id ${name} does not exist`);
        const StackId = `arn:aws:cloudformation:${region}:${this.account}:stack/${name}/1`;
        return { Stacks: [{ StackId, StackName: name, ...stack }] };
      }
      case 'cloudformation list-stack-resources':
        return this.physicalIds(/LogicalResourceId=='(\w+)'/.exec(options.query)![1]);
      case 'cloudformation create-change-set': {
        this.requests.push({ ...parameters, region });
        if (!this.stacks[`${parameters.StackName} ${region}`]) throw fault('ValidationError', 'Stack does not exist');
        const stack = `${parameters.StackName} ${region}`;
        this.changeSets.set(parameters.ChangeSetName, { stack, answers: [...(this.changes[stack] ?? NO_CHANGES)] });
        return {};
      }
      case 'cloudformation describe-change-set': {
        const changeSet = this.changeSets.get(options['change-set-name']);
        if (!changeSet) throw fault('ChangeSetNotFound', 'ChangeSet does not exist');
        return changeSet.answers.length > 1 ? changeSet.answers.shift() : changeSet.answers[0];
      }
      case 'cloudformation delete-change-set':
        this.changeSets.delete(options['change-set-name']);
        return undefined;
      case 's3api head-bucket':
        if (!this.buckets.has(options.bucket)) throw fault('404', 'Not Found');
        return {};
      case 's3api head-object':
        if (!this.objects.has(object)) throw fault('404', 'Not Found');
        return {};
      case 's3api get-object':
        if (!this.objects.has(object)) throw fault('NoSuchKey', 'Not Found');
        writeFileSync(files[0], this.objects.get(object)!);
        return {};
      case 's3api put-object':
        this.objects.set(object, readFileSync(options.body, 'utf8'));
        return {};
      case 'cloudwatch get-metric-data':
        return {
          MetricDataResults: parameters.MetricDataQueries.map((query: any) => {
            const values = this.metric(query, region);
            return { Id: query.Id, Values: values.map(([value]) => value), Timestamps: values.map(([, time]) => time) };
          }),
        };
      case 'lambda invoke': {
        const answer = this.functions[options['function-name']] ?? this.functions.status;
        writeFileSync(files[0], JSON.stringify(answer));
        return { StatusCode: 200, ...((answer as any)?.errorType && { FunctionError: 'Unhandled' }) };
      }
      default:
        throw new Error(`unexpected: aws ${call}`);
    }
  }
}

function fault(code: string, message: string): Error {
  return new Error(`\nAn error occurred (${code}) when calling the operation: ${message}\n`);
}

/** The IAM actions of the commands. GetCallerIdentity requires none. */
const ACTIONS: Readonly<Record<string, string>> = {
  'cloudformation describe-stacks': 'cloudformation:DescribeStacks',
  'cloudformation list-stack-resources': 'cloudformation:ListStackResources',
  'cloudformation create-change-set': 'cloudformation:CreateChangeSet',
  'cloudformation describe-change-set': 'cloudformation:DescribeChangeSet',
  'cloudformation delete-change-set': 'cloudformation:DeleteChangeSet',
  'cloudwatch get-metric-data': 'cloudwatch:GetMetricData',
  'lambda invoke': 'lambda:InvokeFunction',
  's3api head-bucket': 's3:ListBucket',
  's3api head-object': 's3:GetObject',
  's3api get-object': 's3:GetObject',
  's3api put-object': 's3:PutObject',
};

/** The IAM actions that commands of the AWS CLI require, as docs/cli.md lists them. */
export function permissionsOf(calls: Iterable<string>): string {
  const commands = [...calls].map((call) => call.split(' ').slice(0, 2).join(' '));
  const actions = commands.filter((command) => command !== 'sts get-caller-identity').map((each) => ACTIONS[each]);
  return [...new Set(actions)]
    .sort()
    .map((action) => `\`${action}\``)
    .join(', ');
}
