import { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { Finding, HandOver } from './hand-over';
import { ComparisonRow, parseComparisonRow, ResultRecord, Side } from './sql';
import { Group, ReplicaComparison, Run } from './state';
import { Task } from './tasks';
import { Deadline } from '../../../private/runtime/deadline';
import { KEYS_IN_REPORT, MAX_REPAIRS, REPORTS_FOLDER } from '../contract';

const PART = 8 * 1024 * 1024;

export interface FindingsProps {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly account: string;
  /** @returns undefined without a table of backfill and repair */
  readonly handOver: (region: string, at: number, limit: number) => HandOver | undefined;
}

/**
 * Reads the result of a pass: counts the reasons, hands over missing versions to the repair, and writes the complete list of
 * missing, different and extra versions to the reports bucket. A pass can be read again with the same effect.
 */
export class Findings {
  constructor(private readonly props: FindingsProps) {}

  /** @returns the run with the result, or why the result cannot be used */
  async read(
    run: Run,
    { comparison, index }: Extract<Task, { readonly kind: 'pass' }>,
    records: AsyncIterable<ResultRecord>,
    deadline: Deadline,
  ): Promise<Run | string> {
    const { region, groups, handedOver } = comparison;
    const handOver = this.props.handOver(region, Date.parse(run.startedAt), MAX_REPAIRS - handedOver);
    const counted = new Groups(groups);
    const totals = new Map<Side, ComparisonRow>();
    async function* lines(): AsyncGenerator<string> {
      for await (const record of records) {
        const row = parseComparisonRow(record);
        if (row.kind === 'total') totals.set(row.side, row);
        else counted.add(row);
        if (row.kind !== 'version') continue;
        const finding: Finding = { reason: row.reason!, side: row.side, version: row.samples[0] };
        await handOver?.add(finding);
        yield `${JSON.stringify({ reason: finding.reason, in: finding.side, ...finding.version })}\n`;
      }
    }
    await this.write(listKey(run, region, index), lines(), deadline);
    const wrong = problemIn(run, comparison, totals);
    if (wrong !== undefined) return wrong;
    const added = (await handOver?.finish()) ?? 0;
    const done = [...comparison.done, index];
    const next = { ...comparison, done, groups: counted.all, handedOver: handedOver + added };
    return { ...run, comparisons: run.comparisons.map((each) => (each === comparison ? next : each)) };
  }

  /** Creates no object for an empty list. */
  private async write(Key: string, lines: AsyncGenerator<string>, deadline: Deadline): Promise<void> {
    const first = await lines.next();
    if (first.done) return;
    async function* body() {
      yield first.value as string;
      yield* lines;
    }
    const { s3: client, bucket: Bucket, account: ExpectedBucketOwner } = this.props;
    const params = { Bucket, Key, ExpectedBucketOwner, Body: Readable.from(body()), ContentType: 'application/jsonl' };
    const upload = new Upload({ client, params, queueSize: 1, partSize: PART });
    const aborted = setTimeout(() => void upload.abort(), Math.max(1, deadline.left));
    await upload.done().finally(() => clearTimeout(aborted));
  }
}

/** The folder of a run in the reports bucket. */
export const folderOf = ({ id }: Pick<Run, 'id'>): string => `${REPORTS_FOLDER}/${id}`;

const listKey = (run: Run, region: string, pass: number): string => `${folderOf(run)}/${region}/versions-${pass}.jsonl`;

/** A table that lost rows since it was counted would look like a copy without these objects. */
function problemIn(
  run: Run,
  { region }: ReplicaComparison,
  totals: ReadonlyMap<Side, ComparisonRow>,
): string | undefined {
  const [source] = run.copies;
  const target = run.copies.find((copy) => copy.region === region)!;
  const wrong = (
    [
      ['source', source],
      ['target', target],
    ] as const
  ).find(([side, copy]) => totals.get(side)?.versions !== copy.versions);
  if (!wrong) return undefined;
  const [side, copy] = wrong;
  return (
    `The comparison read ${totals.get(side)?.versions ?? 'no'} rows of the inventory ${copy.dt} of ${copy.region}, which ` +
    `has ${copy.versions}. Check whether its files were deleted.`
  );
}

/** Adds up the rows of all passes by reason and copy. */
class Groups {
  private readonly groups = new Map<string, Group>();

  constructor(groups: readonly Group[]) {
    for (const group of groups) this.groups.set(`${group.reason}/${group.side}`, group);
  }

  add({ reason, side, versions, bytes, samples }: ComparisonRow): void {
    const id = `${reason}/${side}`;
    const old = this.groups.get(id) ?? { reason: reason!, side, versions: 0, bytes: 0, samples: [] };
    this.groups.set(id, {
      ...old,
      versions: old.versions + versions,
      bytes: old.bytes + bytes,
      samples: [...old.samples, ...samples].slice(0, KEYS_IN_REPORT),
    });
  }

  get all(): Group[] {
    return [...this.groups.values()];
  }
}
