import { pipeline, Readable } from 'node:stream';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { parse } from 'csv-parse';
import { ResultRecord } from './sql';

/** A group has up to a hundred versions, whose keys have up to 1,024 bytes. */
const MAX_RECORD = 1024 * 1024;

/** Streams the records of Athena's results, which are CSV files with a header. */
export class ResultReader {
  constructor(
    private readonly clientFor: (region: string) => S3Client,
    private readonly account: string,
  ) {}

  /** @param location where Athena wrote the result: `s3://bucket/key` */
  async *records(location: string, region: string): AsyncGenerator<ResultRecord> {
    const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(location)!;
    const { Body } = await this.clientFor(region).send(
      new GetObjectCommand({ Bucket, Key, ExpectedBucketOwner: this.account }),
    );
    const body = Body as Readable;
    const parser = parse({ columns: true, max_record_size: MAX_RECORD, skip_empty_lines: true });
    // Propagates a broken connection to the iteration. The callback handles the error of an iteration that ends early.
    pipeline(body, parser, () => undefined);
    try {
      for await (const record of parser) yield record as ResultRecord;
    } finally {
      body.destroy();
    }
  }
}
