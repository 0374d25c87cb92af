import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { withRunbook } from '../../private/runbook';

export interface WatchedJobs {
  readonly jobsFailed: cloudwatch.IMetric;
  readonly repeatedFailures: cloudwatch.IMetric;
  readonly givenUp: cloudwatch.IMetric;
  readonly workerFailures: cloudwatch.IMetric;
  readonly workerErrors: cloudwatch.IMetric;
  readonly eventsLost: cloudwatch.IMetric;
}

const SILENT = { threshold: 1, treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING };

export function createJobAlarms(scope: Construct, bucket: string, metrics: WatchedJobs): cloudwatch.Alarm[] {
  return [
    new cloudwatch.Alarm(scope, 'JobsFailedAlarm', {
      ...SILENT,
      alarmDescription: withRunbook(
        `A backfill of ${bucket} did not start, or S3 failed it as a whole; or the last repair. DescribeReplication ` +
          `says why. Remove the cause, then call RestartBackfill.`,
        'alarm-backfill-failures',
      ),
      metric: metrics.jobsFailed,
      evaluationPeriods: 2,
    }),
    new cloudwatch.Alarm(scope, 'RepeatedFailuresAlarm', {
      ...SILENT,
      alarmDescription: withRunbook(
        `Objects of ${bucket} that had failed to replicate failed again. DescribeReplication says for which reasons, ` +
          `and what to do about each.`,
        'alarm-repeated-replication-failures',
      ),
      metric: metrics.repeatedFailures,
      evaluationPeriods: 1,
    }),
    new cloudwatch.Alarm(scope, 'GivenUpAlarm', {
      ...SILENT,
      alarmDescription: withRunbook(
        `Objects of ${bucket} are missing on a replica, and are not tried again by themselves. ListFailures names them. ` +
          `Remove the cause, then call RetryFailures or DismissFailures.`,
        'alarm-objects-given-up',
      ),
      metric: metrics.givenUp,
      evaluationPeriods: 1,
    }),
    new cloudwatch.Alarm(scope, 'WorkerFailuresAlarm', {
      ...SILENT,
      alarmDescription: withRunbook(
        `The worker that looks after the replication jobs of ${bucket} can not do a part of its work. Its log says ` +
          `which, and why.`,
        'alarm-backfill-worker-errors',
      ),
      metric: metrics.workerFailures,
      evaluationPeriods: 3,
    }),
    new cloudwatch.Alarm(scope, 'WorkerErrorsAlarm', {
      ...SILENT,
      alarmDescription: withRunbook(
        `The worker that looks after the replication jobs of ${bucket} fails or takes too long. Its log says why.`,
        'alarm-backfill-worker-errors',
      ),
      metric: metrics.workerErrors,
      evaluationPeriods: 3,
    }),
    new cloudwatch.Alarm(scope, 'LostEventsAlarm', {
      ...SILENT,
      alarmDescription: withRunbook(
        `S3's events of objects of ${bucket} that failed to replicate could not be noted: they are not repaired. The ` +
          `log of the events' function says why; send the messages of the dead-letter queue again.`,
        'alarm-lost-failure-events',
      ),
      metric: metrics.eventsLost,
      evaluationPeriods: 1,
    }),
  ];
}
