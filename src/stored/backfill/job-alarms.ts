import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { withRunbook } from '../../private/runbook';

export interface JobAlarmMetrics {
  readonly jobsFailed: cloudwatch.IMetric;
  readonly repeatedFailures: cloudwatch.IMetric;
  readonly givenUp: cloudwatch.IMetric;
  readonly workerFailures: cloudwatch.IMetric;
  readonly workerErrors: cloudwatch.IMetric;
  readonly eventsLost: cloudwatch.IMetric;
}

const COMMON = { threshold: 1, treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING };

export function createJobAlarms(scope: Construct, bucket: string, metrics: JobAlarmMetrics): cloudwatch.Alarm[] {
  return [
    new cloudwatch.Alarm(scope, 'JobsFailedAlarm', {
      ...COMMON,
      alarmDescription: withRunbook(
        `A backfill or the last repair of ${bucket} did not start, or S3 failed the whole job. Call ` +
          `DescribeReplication for the reason, fix the cause, then call RestartBackfill.`,
        'alarm-backfill-failures',
      ),
      metric: metrics.jobsFailed,
      evaluationPeriods: 2,
    }),
    new cloudwatch.Alarm(scope, 'RepeatedFailuresAlarm', {
      ...COMMON,
      alarmDescription: withRunbook(
        `Objects in ${bucket} that had failed to replicate failed again. Call DescribeReplication for the reasons and ` +
          `how to fix each.`,
        'alarm-repeated-replication-failures',
      ),
      metric: metrics.repeatedFailures,
      evaluationPeriods: 1,
    }),
    new cloudwatch.Alarm(scope, 'GivenUpAlarm', {
      ...COMMON,
      alarmDescription: withRunbook(
        `Objects in ${bucket} are missing on a replica and are no longer retried automatically. Call ListFailures for ` +
          `their keys, fix the cause, then call RetryFailures or DismissFailures.`,
        'alarm-objects-given-up',
      ),
      metric: metrics.givenUp,
      evaluationPeriods: 1,
    }),
    new cloudwatch.Alarm(scope, 'WorkerFailuresAlarm', {
      ...COMMON,
      alarmDescription: withRunbook(
        `The worker that manages the replication jobs of ${bucket} fails at some of its tasks. See its log for details.`,
        'alarm-backfill-worker-errors',
      ),
      metric: metrics.workerFailures,
      evaluationPeriods: 3,
    }),
    new cloudwatch.Alarm(scope, 'WorkerErrorsAlarm', {
      ...COMMON,
      alarmDescription: withRunbook(
        `The worker that manages the replication jobs of ${bucket} fails or times out. See its log for details.`,
        'alarm-backfill-worker-errors',
      ),
      metric: metrics.workerErrors,
      evaluationPeriods: 3,
    }),
    new cloudwatch.Alarm(scope, 'LostEventsAlarm', {
      ...COMMON,
      alarmDescription: withRunbook(
        `Events for objects in ${bucket} that failed to replicate could not be processed, so these objects are not ` +
          `repaired. See the log of the events function, then redrive the dead-letter queue.`,
        'alarm-lost-failure-events',
      ),
      metric: metrics.eventsLost,
      evaluationPeriods: 1,
    }),
  ];
}
