import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { htmlOf } from './html';
import { reportOf } from './report';
import { folderOf } from '../findings';
import { CompletedRun, Run } from '../state';

/** Writes the report of a run. Writing it again replaces it by the same report. */
export class Reports {
  constructor(
    private readonly s3: S3Client,
    private readonly bucket: string,
    private readonly account: string,
    private readonly media: string,
  ) {}

  async write(run: Run): Promise<CompletedRun> {
    const { id, startedAt, prefix, since, facts, copies, comparisons } = run;
    const folder = folderOf(run);
    const completed: CompletedRun = {
      ...{ id, startedAt, prefix, since, facts },
      completedAt: new Date().toISOString(),
      copies: copies.map(({ region, dt, asOf, versions, fingerprint }) => ({
        region,
        dt,
        asOf,
        versions,
        fingerprint,
      })),
      comparisons: comparisons.map(({ region, method, groups, handedOver }) => ({
        ...{ region, groups, handedOver },
        method: method!,
      })),
      report: { html: `${folder}/report.html`, json: `${folder}/report.json` },
    };
    const report = reportOf(this.media, completed);
    await this.put(completed.report.json, 'application/json', `${JSON.stringify(report, undefined, 2)}\n`);
    await this.put(completed.report.html, 'text/html; charset=utf-8', htmlOf(report));
    return completed;
  }

  private async put(Key: string, ContentType: string, Body: string): Promise<void> {
    const { bucket: Bucket, account: ExpectedBucketOwner } = this;
    await this.s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType, ExpectedBucketOwner }));
  }
}
