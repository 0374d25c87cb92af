import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAILOVER_KEY } from '../../src/stored/routing/contract';
import { AwsCli, AwsError } from '../aws/aws-cli';
import { inTemporaryFolder } from '../deployment/folder';

/** The record of an active failover. The routers check only whether it exists. */
export interface FailoverRecord {
  readonly version: 1;
  readonly from: string;
  readonly to: string;
  readonly startedAt: string;
  /** Everything that was uploaded before had been replicated. Absent if S3's metrics do not show it. */
  readonly unreplicatedSince?: string;
}

const MISSING = ['NoSuchKey', '404'];
const EXISTS = ['PreconditionFailed', 'ConditionalRequestConflict', '412'];

/** The bucket with the records of failovers, in the region of the standby. */
export class Records {
  constructor(
    private readonly bucket: string,
    private readonly aws: AwsCli,
  ) {}

  active(): Promise<FailoverRecord | undefined> {
    return this.read(FAILOVER_KEY);
  }

  /** Starts the failover, unless one is active. @returns the active one */
  async start(record: FailoverRecord): Promise<FailoverRecord> {
    try {
      await this.write(FAILOVER_KEY, record, { 'if-none-match': '*' });
      return record;
    } catch (error) {
      if (!EXISTS.includes((error as AwsError).code ?? '')) throw error;
      return (await this.active()) ?? this.start(record);
    }
  }

  async end(): Promise<void> {
    await this.s3('delete-object', { key: FAILOVER_KEY });
  }

  /** Reads a document about a failover. */
  read<T>(key: string): Promise<T | undefined> {
    return inTemporaryFolder(async (folder) => {
      const file = join(folder, 'object');
      try {
        await this.s3('get-object', { key }, file);
      } catch (error) {
        if (MISSING.includes((error as AwsError).code ?? '')) return undefined;
        throw error;
      }
      return JSON.parse(readFileSync(file, 'utf8')) as T;
    });
  }

  write(key: string, value: unknown, options: Record<string, string> = {}): Promise<void> {
    return inTemporaryFolder(async (folder) => {
      const body = join(folder, 'object');
      writeFileSync(body, JSON.stringify(value));
      await this.s3('put-object', { key, body, 'content-type': 'application/json', ...options });
    });
  }

  urlOf(key: string): string {
    return `s3://${this.bucket}/${key}`;
  }

  private s3(operation: string, options: Record<string, string>, file?: string): Promise<any> {
    return this.aws.run('s3api', operation, { bucket: this.bucket, ...options }, file);
  }
}
