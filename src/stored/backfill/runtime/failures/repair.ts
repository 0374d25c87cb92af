import { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { Failures } from './failures';
import { Deadline } from '../../../../private/runtime/deadline';
import { MANIFESTS_PREFIX, MAX_REPAIR_OBJECTS } from '../../contract';
import { JobSettings } from '../jobs/job-requests';
import { JobStarter } from '../jobs/job-starter';
import { Job, Jobs } from '../jobs/jobs';
import { manifestRow } from '../object-keys';
import { PauseStore } from '../pauses';
import { RepairRequest, State } from '../state';
import { Telemetry } from '../telemetry';

const PART = 8 * 1024 * 1024;

export interface RepairSettings extends Pick<JobSettings, 'account' | 'reportsBucket'> {
  readonly bucket: string;
}

/** Replicates failed objects again: one job at a time, with a manifest of the objects. */
export class Repair {
  constructor(
    private readonly s3: S3Client,
    private readonly jobs: Jobs,
    private readonly state: State,
    private readonly failures: Failures,
    private readonly pauses: PauseStore,
    private readonly starter: JobStarter,
    private readonly settings: RepairSettings,
    private readonly telemetry: Telemetry,
  ) {}

  /** Creates a job for the request, if there is one and no repair is running. */
  async run(open: readonly Job[], deadline: Deadline): Promise<void> {
    const request = await this.state.repairRequest();
    if (!request) return;
    const id = `repair-${request.requestedAt}`;
    if (!(await this.jobs.find(id))) {
      if (open.some(({ kind }) => kind === 'repair')) return;
      const job = await this.plan(id, request, deadline);
      if (job) {
        // The job is recorded after its manifest is complete. After a crash, the next run starts it.
        const isNew = await this.jobs.add(job);
        const row = await this.jobs.find(id);
        if (isNew && row) await this.starter.start(row, true, deadline);
      }
    }
    await this.state.deleteRepairRequest(request);
  }

  /** Writes the manifest. Overwriting it is safe, because no job uses it yet. */
  private async plan(
    id: string,
    { retryGivenUp }: RepairRequest,
    deadline: Deadline,
  ): Promise<Omit<Job, 'pk' | 'sk'> | undefined> {
    const { bucket, reportsBucket, account } = this.settings;
    const key = `${MANIFESTS_PREFIX}/${id}.csv`;
    let objects = 0;
    const failures = this.failures;
    const pauses = await this.pauses.current();
    async function* manifestRows() {
      for await (const failure of failures.repairable(pauses, retryGivenUp)) {
        if (objects === MAX_REPAIR_OBJECTS) return;
        objects++;
        yield manifestRow(bucket, failure);
      }
    }
    const rows = manifestRows();
    const first = await rows.next();
    if (first.done) return undefined;
    async function* body() {
      yield first.value as string;
      yield* rows;
    }
    const upload = new Upload({
      client: this.s3,
      params: {
        Bucket: reportsBucket,
        Key: key,
        Body: Readable.from(body()),
        ContentType: 'text/csv',
        ExpectedBucketOwner: account,
      },
      queueSize: 1,
      partSize: PART,
    });
    const aborted = setTimeout(() => void upload.abort(), Math.max(1, deadline.left));
    const { ETag } = await upload.done().finally(() => clearTimeout(aborted));
    if (!ETag) throw new Error('S3 returned no ETag for the manifest.');
    this.telemetry.repairPlanned(objects);
    const now = Date.now();
    return {
      id,
      kind: 'repair',
      bucket,
      replicas: [],
      cause: 'repair',
      paused: Object.keys(pauses.since),
      manifest: { key, etag: ETag.replaceAll('"', ''), objects },
      state: 'wanted',
      attempt: 1,
      wantedAt: now,
    };
  }
}
