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
    return inTemporaryFolder(async (folder) => {
      const file = join(folder, 'record');
      return (await this.download(FAILOVER_KEY, file)) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
    });
  }

  /** Starts the failover, unless one is active. @returns the active one */
  start(record: FailoverRecord): Promise<FailoverRecord> {
    return inTemporaryFolder(async (folder) => {
      const file = join(folder, 'record');
      writeFileSync(file, JSON.stringify(record));
      if (await this.create(FAILOVER_KEY, file)) return record;
      return (await this.active()) ?? this.start(record);
    });
  }

  async end(): Promise<void> {
    await this.s3('delete-object', { key: FAILOVER_KEY });
  }

  /** @returns false if there is no such object */
  async download(key: string, file: string): Promise<boolean> {
    try {
      await this.s3('get-object', { key }, file);
      return true;
    } catch (error) {
      if (MISSING.includes((error as AwsError).code ?? '')) return false;
      throw error;
    }
  }

  /** Uploads a file. @returns false if the object exists: it is not replaced */
  async create(key: string, body: string): Promise<boolean> {
    try {
      await this.s3('put-object', { key, body, 'if-none-match': '*' });
      return true;
    } catch (error) {
      if (EXISTS.includes((error as AwsError).code ?? '')) return false;
      throw error;
    }
  }

  async replace(key: string, body: string): Promise<void> {
    await this.s3('put-object', { key, body });
  }

  urlOf(key: string): string {
    return `s3://${this.bucket}/${key}`;
  }

  private s3(operation: string, options: Record<string, string>, file?: string): Promise<any> {
    return this.aws.run('s3api', operation, { bucket: this.bucket, ...options }, file);
  }
}
