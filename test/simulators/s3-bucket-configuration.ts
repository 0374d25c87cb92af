import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The parts of a bucket's configuration that are kept here, by the word in the query. */
const PARTS = ['versioning', 'encryption', 'policy', 'replication', 'notification', 'object-lock'] as const;
type Part = (typeof PARTS)[number];

/** The error for a part that was never put. The others have an empty configuration. */
const MISSING: Partial<Record<Part, string>> = {
  encryption: 'ServerSideEncryptionConfigurationNotFoundError',
  policy: 'NoSuchBucketPolicy',
  replication: 'ReplicationConfigurationNotFoundError',
  'object-lock': 'ObjectLockConfigurationNotFoundError',
};
const EMPTY: Partial<Record<Part, string>> = {
  versioning: '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>',
  notification: '<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>',
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
 * what S3 refuses of a replication or notification configuration is refused. Servers that can be had keep only what they
 * understand.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
 */
export class S3BucketConfiguration {
  /** The ARNs of destinations of notifications that do not exist, or do not allow S3. */
  readonly unreachable = new Set<string>();
  /** What another writer replaces a part with, right after the next put. */
  readonly overwrites = new Map<Part, string>();
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
    this.unreachable.clear();
    this.overwrites.clear();
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
    const part = PARTS.find((each) => searchParams.has(each));
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
      if (part === 'notification') {
        checkNotifications(body);
        if (headers['x-amz-skip-destination-validation'] !== 'true') this.validateDestinations(body);
      }
      bucket.set(part, this.overwrites.get(part) ?? body);
      this.overwrites.delete(part);
      return part === 'policy' ? undefined : '';
    }
    const kept = bucket.get(part);
    if (kept === undefined && MISSING[part]) throw new Refused(404, MISSING[part], 'It was not found');
    return kept ?? EMPTY[part];
  }

  /** S3 sends a test message to every destination in the configuration. */
  private validateDestinations(xml: string): void {
    if (textsOf(xml, 'Topic|Queue|CloudFunction').every((arn) => !this.unreachable.has(arn))) return;
    throw new Refused(400, 'InvalidArgument', 'Unable to validate the following destination configurations');
  }
}

function textsOf(xml: string, tags: string): string[] {
  return [...xml.matchAll(new RegExp(`<(?:${tags})>(.*?)</`, 'g'))].map(([, value]) => value);
}

function checkNotifications(xml: string): void {
  const refuse = (message: string) => {
    throw new Refused(400, 'InvalidArgument', message);
  };
  const notifications = [...xml.matchAll(/<(\w+Configuration)><.*?<\/\1>/gs)].map(([each]) => ({
    ids: textsOf(each, 'Id'),
    events: textsOf(each, 'Event'),
    filter: (name: 'prefix' | 'suffix') =>
      new RegExp(`<Name>${name}</Name><Value>(.*?)</Value>`, 'i').exec(each)?.[1] ?? '',
  }));
  const ids = notifications.flatMap((each) => each.ids);
  if (new Set(ids).size < ids.length) refuse('Same ID used for multiple configurations. IDs must be unique');
  const covers = (a: string, b: string) => a === b || (a.endsWith('*') && b.startsWith(a.slice(0, -1)));
  notifications.forEach((one, index) => {
    for (const two of notifications.slice(index + 1)) {
      const prefixes = [one.filter('prefix'), two.filter('prefix')];
      const suffixes = [one.filter('suffix'), two.filter('suffix')];
      const overlap =
        one.events.some((a) => two.events.some((b) => covers(a, b) || covers(b, a))) &&
        (prefixes[0].startsWith(prefixes[1]) || prefixes[1].startsWith(prefixes[0])) &&
        (suffixes[0].endsWith(suffixes[1]) || suffixes[1].endsWith(suffixes[0]));
      if (overlap) {
        refuse(
          'Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are ' +
            'overlapping for the same event type.',
        );
      }
    }
  });
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
