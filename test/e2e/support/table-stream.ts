import { setTimeout as sleep } from 'node:timers/promises';

/** A pattern of an event source mapping: which kinds of changes, and how the key begins. */
interface Pattern {
  readonly eventName: readonly string[];
  readonly dynamodb: { readonly Keys: { readonly pk: { readonly S: readonly { readonly prefix: string }[] } } };
}

interface StreamRecord {
  readonly eventName: string;
  readonly dynamodb: { readonly Keys: { readonly pk: { readonly S: string } } };
}

const POLL_MS = 100;

/** What Lambda does with the stream of a table: passes on the records that match a pattern, in batches. */
export class TableStream {
  static async follow(
    endpoint: string,
    table: string,
    patterns: readonly Pattern[],
    invoke: (event: object) => Promise<unknown>,
  ): Promise<TableStream> {
    const stream = new TableStream(endpoint, patterns, invoke);
    const { Streams } = await stream.call('ListStreams', { TableName: table });
    const { StreamArn } = Streams[0];
    const { StreamDescription } = await stream.call('DescribeStream', { StreamArn });
    for (const { ShardId } of StreamDescription.Shards) {
      const at = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
      void stream.read((await stream.call('GetShardIterator', at)).ShardIterator);
    }
    return stream;
  }

  private isStopped = false;
  private readonly underWay = new Set<Promise<unknown>>();

  private constructor(
    private readonly endpoint: string,
    private readonly patterns: readonly Pattern[],
    private readonly invoke: (event: object) => Promise<unknown>,
  ) {}

  /** Waits for the invocations under way. */
  async idle(): Promise<void> {
    if (!this.isStopped) await sleep(2 * POLL_MS);
    await Promise.all(this.underWay);
  }

  stop(): void {
    this.isStopped = true;
  }

  private async read(iterator: string | undefined): Promise<void> {
    let next = iterator;
    while (next && !this.isStopped) {
      const page = await this.call('GetRecords', { ShardIterator: next }).catch(() => undefined);
      if (!page) return; // DynamoDB Local was stopped
      const records = page.Records.filter((record: StreamRecord) => this.matches(record));
      if (records.length > 0) this.pass(records);
      next = page.NextShardIterator;
      await sleep(POLL_MS);
    }
  }

  private pass(records: readonly StreamRecord[]): void {
    // The sweeper repeats what a failed invocation leaves.
    const invocation: Promise<unknown> = this.invoke({ Records: records })
      .catch(() => undefined)
      .finally(() => this.underWay.delete(invocation));
    this.underWay.add(invocation);
  }

  private matches({ eventName, dynamodb }: StreamRecord): boolean {
    const key = dynamodb.Keys.pk.S;
    return this.patterns.some(
      (pattern) =>
        pattern.eventName.includes(eventName) &&
        pattern.dynamodb.Keys.pk.S.some(({ prefix }) => key.startsWith(prefix)),
    );
  }

  private async call(operation: string, body: object): Promise<any> {
    const response = await fetch(this.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDBStreams_20120810.${operation}`,
        authorization:
          'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=none',
      },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${operation}: ${await response.text()}`);
    return response.json();
  }
}
