import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { withRunbook } from '../../private/runbook';

type JobMetric = 'jobsFailed' | 'repeatedFailures' | 'givenUp' | 'workerFailures' | 'eventsLost';

interface JobAlarmProps {
  readonly metric: cloudwatch.IMetric;
  /** The problem, and the first step. */
  readonly description: string;
  /** The section of the runbook. */
  readonly section: string;
  readonly evaluationPeriods?: number;
}

export function createJobAlarms(
  scope: Construct,
  bucket: string,
  metrics: Readonly<Record<JobMetric, cloudwatch.IMetric>>,
): cloudwatch.Alarm[] {
  const createAlarm = (id: string, { metric, description, section, evaluationPeriods = 1 }: JobAlarmProps) =>
    new cloudwatch.Alarm(scope, id, {
      alarmDescription: withRunbook(description, section),
      metric,
      threshold: 1,
      evaluationPeriods,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  return [
    createAlarm('JobsFailedAlarm', {
      metric: metrics.jobsFailed,
      description:
        `A backfill or the last repair of ${bucket} did not start, or S3 failed the whole job. Call ` +
        `DescribeReplication for the reason, fix the cause, then call RestartBackfill.`,
      section: 'alarm-backfill-failures',
      evaluationPeriods: 2,
    }),
    createAlarm('RepeatedFailuresAlarm', {
      metric: metrics.repeatedFailures,
      description:
        `Objects in ${bucket} that had failed to replicate failed again. Call DescribeReplication for the reasons and ` +
        `how to fix each.`,
      section: 'alarm-repeated-replication-failures',
    }),
    createAlarm('GivenUpAlarm', {
      metric: metrics.givenUp,
      description:
        `Objects in ${bucket} are missing on a replica and are no longer retried automatically. Call ListFailures for ` +
        `their keys, fix the cause, then call RetryFailures or DismissFailures.`,
      section: 'alarm-objects-given-up',
    }),
    createAlarm('WorkerFailuresAlarm', {
      metric: metrics.workerFailures,
      description:
        `The worker that manages the replication jobs of ${bucket} fails, times out, or fails at some of its tasks. See ` +
        `its log for details.`,
      section: 'alarm-backfill-worker-errors',
      evaluationPeriods: 3,
    }),
    createAlarm('LostEventsAlarm', {
      metric: metrics.eventsLost,
      description:
        `Events for objects in ${bucket} that failed to replicate could not be processed, so these objects are not ` +
        `repaired. See the log of the worker, then redrive the dead-letter queue.`,
      section: 'alarm-lost-failure-events',
    }),
  ];
}
