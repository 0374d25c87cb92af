import { S3Client } from '@aws-sdk/client-s3';
import { BackfillPlanner } from './backfill-plan';
import { BackfillResource } from './backfill-resource';
import { ENV } from '../contract';
import { FailureEvents } from './failures/failure-events';
import { Failures } from './failures/failures';
import { Repair } from './failures/repair';
import { JobCanceller } from './jobs/job-canceller';
import { JobStarter } from './jobs/job-starter';
import { Jobs } from './jobs/jobs';
import { S3Control } from './jobs/s3-control';
import { Worker } from './jobs/worker';
import { PauseStore } from './pauses';
import { ReplicaStates } from './replica-states';
import { emptyReports } from './reports/empty-reports';
import { Reports } from './reports/reports';
import { SourceBucket } from './source-bucket';
import { State } from './state';
import { Status } from './status';
import { Telemetry } from './telemetry';
import { Deadline } from '../../../private/runtime/deadline';
import { DynamoDbTable } from '../../../private/runtime/dynamodb-table';
import { patience } from '../../../private/runtime/patience';

/** Creates the objects behind each function from its environment. */
export class Service {
  readonly telemetry = new Telemetry();
  private readonly account = env('account');
  private readonly bucket = env('bucket');
  private readonly reportsBucket = env('reportsBucket');
  private readonly table = new DynamoDbTable(env('table'), { maxAttempts: 8 });
  private readonly jobs = new Jobs(this.table);
  private readonly state = new State(this.table);
  private readonly failures = new Failures(this.table, Number(env('maxAttempts')));
  private readonly pauses = new PauseStore(this.table, this.jobs);
  private readonly states = new ReplicaStates(this.table);
  private readonly s3 = new S3Client({ maxAttempts: 6, requestHandler: patience(30_000) });
  private readonly s3Control = new S3Control(this.account);
  private readonly source = new SourceBucket(this.s3, this.bucket, this.account);
  private readonly starter = new JobStarter(
    this.jobs,
    this.state,
    this.s3Control,
    this.source,
    {
      account: this.account,
      partition: env('partition'),
      reportsBucket: this.reportsBucket,
      role: env('jobRole'),
      tag: env('jobTag'),
    },
    this.telemetry,
  );

  backfillResource(): BackfillResource {
    const { jobs, state, starter, s3Control, source, pauses, states, telemetry } = this;
    const planner = new BackfillPlanner(source, telemetry);
    const canceller = new JobCanceller(jobs, s3Control, telemetry);
    return new BackfillResource(jobs, state, planner, starter, canceller, pauses, states, telemetry);
  }

  emptyReports(deadline: Deadline): Promise<void> {
    return emptyReports(this.s3, this.reportsBucket, this.account, deadline);
  }

  worker(): Worker {
    const { s3, jobs, state, failures, pauses, states, starter, s3Control, telemetry } = this;
    const { reportsBucket, account, bucket } = this;
    const reports = new Reports(s3, reportsBucket, account, jobs, failures, pauses, states, telemetry);
    const settings = { bucket, reportsBucket, account };
    const repair = new Repair(s3, jobs, state, failures, pauses, starter, settings, telemetry);
    const events = new FailureEvents(failures, states, bucket, env('failureQueue'), telemetry);
    return new Worker(jobs, state, starter, s3Control, reports, failures, events, repair, states, telemetry);
  }

  status(): Status {
    return new Status(this.bucket, this.jobs, this.state, this.failures, this.pauses);
  }
}

/** All functions have all variables, because they share a bundle. */
function env(name: keyof typeof ENV): string {
  return process.env[ENV[name]]!;
}
