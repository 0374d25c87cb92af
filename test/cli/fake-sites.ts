import { readFileSync, writeFileSync } from 'node:fs';
import { AwsError } from '../../cli/aws/aws-cli';
import { compareKeys } from '../../cli/failover/ranges';

/** A version of an object in a bucket, the newest last. */
export interface FakeVersion {
  readonly key: string;
  readonly id: string;
  readonly at: string;
  readonly size?: number;
  readonly marker?: boolean;
  readonly etag?: string;
}

type Options = Record<string, string>;

/** The parts of AWS that a failover uses, in two regions, without replication: tests replicate by `copy`. */
export class FakeSites {
  readonly off = new Set<string>();
  readonly versions = new Map<string, FakeVersion[]>();
  readonly records = new Map<string, string>();
  readonly calls: string[] = [];
  /** The parameters of the lists of versions. */
  readonly listed: Record<string, string>[] = [];
  pageSize = 2;
  /** Data points by metric, the newest first. */
  metrics: Record<string, [value: number, time: string][]> = {};
  /** Problems of the deployment. */
  versioning = 'Enabled';
  ruleStatus = 'Enabled';
  /** Regions whose routers ignore the record. */
  readonly stubborn = new Set<string>();
  readonly jobs: { job: string; cause: string; state: string; outcome?: string; region: string; polls: number }[] = [];
  readonly tokens = new Map<string, string>();
  jobOutcome = 'complete';
  /** Called with each call: throws if the process "dies" before or after its effect. */
  onCall?: (call: string, effect: () => unknown) => unknown;

  constructor(
    readonly primary: string,
    readonly replica: string,
  ) {
    this.versions.set(primary, []);
    this.versions.set(replica, []);
  }

  get active(): boolean {
    return this.records.has('failover.json');
  }

  put(bucket: string, ...versions: FakeVersion[]): void {
    this.versions.get(bucket)!.push(...versions);
  }

  /** Replicates all versions, and orders them by time, as S3 does. */
  copy(from: string, to: string): void {
    const known = new Set(this.versions.get(to)!.map(({ id }) => id));
    this.put(to, ...this.versions.get(from)!.filter(({ id }) => !known.has(id)));
    this.versions.get(to)!.sort((one, other) => (one.at < other.at ? -1 : 1));
  }

  run(region: string, service: string, operation: string, options: Options, file?: string): Promise<any> {
    const call = `${service} ${operation} ${region}`;
    this.calls.push(call);
    return (async () => {
      if (this.off.has(region)) throw new AwsError(`aws ${service} ${operation} got no answer.`);
      const effect = () => this.answer(region, operation, options, file);
      return this.onCall ? this.onCall(call, effect) : effect();
    })();
  }

  /** Pages of `list-object-versions`, like those of the AWS CLI: with a starting token, the first has no delete markers. */
  async *pages(region: string, { bucket, 'starting-token': token }: Options): AsyncGenerator<any, undefined> {
    const start = token && JSON.parse(Buffer.from(token, 'base64').toString());
    for (let marker: object | undefined = { ...start }, isFirst = true; marker; isFirst = false) {
      const input = JSON.stringify({ Bucket: bucket, ...marker });
      const page = await this.run(region, 's3api', 'list-object-versions', { 'cli-input-json': input });
      yield { ...page, ...(token && isFirst && { d: null }), key: null, id: null };
      marker = page.key ? { KeyMarker: page.key, VersionIdMarker: page.id } : undefined;
    }
  }

  private answer(region: string, operation: string, options: Options, file?: string): unknown {
    const { bucket, key } = options;
    switch (operation) {
      case 'get-caller-identity':
        return { Account: '111111111111' };
      case 'get-bucket-versioning':
        return { Status: this.versioning };
      case 'get-bucket-replication': {
        const other = bucket === this.primary ? this.replica : this.primary;
        const Rules = [{ Status: this.ruleStatus, Destination: { Bucket: `arn:aws:s3:::${other}` } }];
        return { ReplicationConfiguration: { Rules } };
      }
      case 'get-object':
        if (!this.records.has(key)) throw new AwsError('not found', 'NoSuchKey');
        writeFileSync(file!, this.records.get(key)!);
        return {};
      case 'put-object':
        if (options['if-none-match'] && this.records.has(key)) throw new AwsError('exists', 'PreconditionFailed');
        this.records.set(key, readFileSync(options.body, 'utf8'));
        return {};
      case 'delete-object':
        this.records.delete(key);
        return {};
      case 'list-object-versions':
        return this.list(JSON.parse(options['cli-input-json']));
      case 'list-stack-resources':
        return [/LogicalResourceId=='(\w+)'/.exec(options.query)![1]];
      case 'get-metric-data': {
        const { MetricDataQueries } = JSON.parse(options['cli-input-json']);
        const results = MetricDataQueries.map(({ Id, MetricStat }: any) => {
          const values = this.metrics[MetricStat.Metric.MetricName] ?? [];
          return { Id, Values: values.map(([value]) => value), Timestamps: values.map(([, time]) => time) };
        });
        return { MetricDataResults: results };
      }
      case 'invoke': {
        const request = JSON.parse(readFileSync(options.payload.replace('fileb://', ''), 'utf8'));
        writeFileSync(file!, JSON.stringify(this.invoke(region, request)));
        return {};
      }
      default:
        throw new Error(`unexpected: ${operation}`);
    }
  }

  private invoke(region: string, { operation, token: given }: any): unknown {
    const token = `${region} ${given}`;
    if (operation === 'ResolveLinks') {
      const follows = this.active && !this.stubborn.has(region);
      return { links: [{ region: follows ? 'eu-west-1' : 'us-east-1' }] };
    }
    if (operation === 'StartBackfill') {
      const job = this.tokens.get(token) ?? `job-${this.jobs.length}`;
      if (!this.tokens.has(token)) this.jobs.push({ job, cause: 'requested', state: 'wanted', region, polls: 0 });
      this.tokens.set(token, job);
      return { job };
    }
    const jobs = this.jobs.filter((each) => each.region === region);
    for (const job of jobs.filter(({ state }) => state !== 'finished')) {
      if (++job.polls < 2) continue;
      Object.assign(job, { state: 'finished', outcome: this.jobOutcome });
      if (this.jobOutcome !== 'complete') continue;
      if (region === 'eu-west-1') this.copy(this.replica, this.primary);
      else this.copy(this.primary, this.replica);
    }
    return { jobs, failures: { outstanding: 0, givenUp: 0 } };
  }

  private list(parameters: Record<string, string>): unknown {
    const { Bucket, KeyMarker, VersionIdMarker } = parameters;
    this.listed.push(parameters);
    const versions = this.versions.get(Bucket)!;
    const latest = new Map(versions.map(({ key, id }) => [key, id]));
    const sorted = versions
      .map((version, index) => ({ version, index }))
      .sort((one, other) => compareKeys(one.version.key, other.version.key) || other.index - one.index)
      .map(({ version }) => version);
    const start = VersionIdMarker
      ? sorted.findIndex(({ key, id }) => key === KeyMarker && id === VersionIdMarker) + 1
      : sorted.filter(({ key }) => KeyMarker !== undefined && compareKeys(key, KeyMarker) <= 0).length;
    const page = sorted.slice(start, start + this.pageSize);
    const row = ({ key, id, at }: FakeVersion) => [key, id, at, latest.get(key) === id];
    const last = start + this.pageSize < sorted.length ? page.at(-1) : undefined;
    return {
      v: page.filter(({ marker }) => !marker).map((each) => [...row(each), each.size ?? 1, each.etag ?? '"abc"']),
      d: page.filter(({ marker }) => marker).map(row),
      key: last?.key ?? null,
      id: last?.id ?? null,
    };
  }
}
