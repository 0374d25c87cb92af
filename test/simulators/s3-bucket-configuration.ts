import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The parts of a bucket's configuration that are kept here, by the word in the query. */
type Part = 'versioning' | 'encryption' | 'policy' | 'replication';

const MISSING: Record<Part, string | undefined> = {
  versioning: undefined,
  encryption: 'ServerSideEncryptionConfigurationNotFoundError',
  policy: 'NoSuchBucketPolicy',
  replication: 'ReplicationConfigurationNotFoundError',
};

class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Buckets of one account as far as their configuration goes, as an HTTP server: what is put is kept to the letter, and
 * what S3 refuses of a replication configuration is refused. Servers that can be had keep only what they understand.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html
 */
export class S3BucketConfiguration {
  private readonly buckets = new Map<string, Map<Part, string>>();
  private readonly server: Server;

  constructor(private readonly account: string) {
    this.server = createServer((request, response) => void this.handle(request, response));
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  reset(): void {
    this.buckets.clear();
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += chunk;
    try {
      const answer = this.answer(request, body);
      response.writeHead(answer === undefined ? 204 : 200, { 'content-type': 'application/xml' }).end(answer);
    } catch (error) {
      const { status = 500, code = 'InternalError', message } = error as Refused;
      response
        .writeHead(status, { 'content-type': 'application/xml' })
        .end(`<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
    }
  }

  /** @returns nothing for what has no body */
  private answer({ method, url, headers }: IncomingMessage, body: string): string | undefined {
    const { pathname, searchParams } = new URL(url!, 'http://s3');
    const name = pathname.split('/')[1];
    const owner = headers['x-amz-expected-bucket-owner'];
    if (owner !== undefined && owner !== this.account) throw new Refused(403, 'AccessDenied', 'Access Denied');
    const part = (['versioning', 'encryption', 'policy', 'replication'] as const).find((each) =>
      searchParams.has(each),
    );
    if (!part && method === 'PUT') {
      this.buckets.set(name, new Map());
      return '';
    }
    const bucket = this.buckets.get(name);
    if (!bucket) throw new Refused(404, 'NoSuchBucket', 'The specified bucket does not exist');
    if (!part) {
      this.buckets.delete(name);
      return undefined;
    }
    if (method === 'DELETE') {
      bucket.delete(part);
      return undefined;
    }
    if (method === 'PUT') {
      if (part === 'replication') checkReplication(body, bucket);
      bucket.set(part, body);
      return part === 'policy' ? undefined : '';
    }
    const kept = bucket.get(part);
    if (kept === undefined && MISSING[part]) throw new Refused(404, MISSING[part], 'It was not found');
    return kept ?? '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>';
  }
}

function checkReplication(xml: string, bucket: Map<Part, string>): void {
  const refuse = (holds: boolean, message: string) => {
    if (!holds) throw new Refused(400, 'InvalidRequest', message);
  };
  const rules = xml.match(/<Rule>.*?<\/Rule>/gs) ?? [];
  const valuesOf = (tag: string) => rules.map((rule) => new RegExp(`<${tag}>(.*?)</${tag}>`).exec(rule)?.[1]);
  const areDistinct = (values: unknown[]) => new Set(values).size === values.length;
  const isEnabled = /<Status>Enabled</.test(bucket.get('versioning') ?? '');
  refuse(isEnabled, 'Versioning must be Enabled on the bucket to apply a replication configuration');
  if (rules.length === 0 || !/<Role>arn:aws:iam::\d{12}:role\/.+<\/Role>/.test(xml)) {
    throw new Refused(400, 'MalformedXML', 'The XML you provided was not well-formed');
  }
  refuse(rules.length <= 1000, 'The number of replication rules must not exceed the allowed limit of 1000');
  refuse(areDistinct(valuesOf('ID')), 'Rule Id must be unique');
  const filtered = rules.filter((rule) => /<Filter[ />]/.test(rule));
  refuse(filtered.length === 0 || filtered.length === rules.length, 'Rules of both forms cannot be mixed');
  if (filtered.length === 0) return;
  refuse(areDistinct(valuesOf('Priority')), 'Found duplicate priority');
  refuse(!valuesOf('Priority').includes(undefined), 'Priority must be specified for this version of the schema');
  for (const rule of rules) {
    refuse(/<DeleteMarkerReplication>/.test(rule), 'DeleteMarkerReplication must be specified for this version');
    const byTag = /<Tag>/.test(rule) && /<DeleteMarkerReplication><Status>Enabled/.test(rule);
    refuse(!byTag, 'Delete marker replication is not supported if any Tag filter is specified');
    const timed = /<ReplicationTime>/.test(rule) && !/<Metrics>/.test(rule);
    refuse(!timed, 'ReplicationTime needs Metrics');
  }
}
