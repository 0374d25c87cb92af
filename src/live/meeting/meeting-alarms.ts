import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC } from './contract';
import { IReplicatedMeetingService } from './i-replicated-meeting-service';
import { withRunbook } from '../../private/runbook';

export function createMeetingAlarms(service: IReplicatedMeetingService): cloudwatch.Alarm[] {
  const alarm = (
    id: string,
    metric: cloudwatch.IMetric,
    [threshold, evaluationPeriods]: readonly [number, number],
    runbookSection: string,
    description: string,
  ) =>
    new cloudwatch.Alarm(service, id, {
      metric,
      threshold,
      evaluationPeriods,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      alarmDescription: withRunbook(description, runbookSection),
    });
  return [
    alarm(
      'ThrottlesAlarm',
      service.metricThrottles(),
      [100, 1],
      'alarm-chime-api-throttling',
      'Amazon Chime SDK throttles calls: users wait, or are asked to retry later. Use seatPool, start meetings before ' +
        'the audience arrives, and request an increase of the quota "concurrent meetings" (L-9F286451), which also raises ' +
        'the API rates.',
    ),
    alarm(
      'DriftAlarm',
      service.metricReconciledDrift(),
      [20, 3],
      'alarm-repeated-repairs-by-the-sweeper',
      'The sweeper keeps repairing meetings: functions are interrupted, or something else changes these meetings. ' +
        'The logs of the functions have the errors.',
    ),
    alarm(
      'SweepFailuresAlarm',
      service.metricSweepFailures(),
      [1, 3],
      'alarm-sweep-failures',
      'The sweeper cannot reconcile a meeting. Sessions that it should delete may keep running and incur costs. ' +
        'The log of the reconciler names the meeting.',
    ),
    alarm(
      'NotAReplicaAlarm',
      service.metric(METRIC.notAReplica),
      [1, 1],
      'alarm-invalid-replica',
      'Amazon Chime SDK returned an independent meeting instead of a replica. The meeting was deleted; the start ' +
        'failed or continues with fewer replicas. Contact AWS Support.',
    ),
    alarm(
      'MissingReplicasAlarm',
      service.metricMissingReplicas(),
      [1, 3],
      'alarm-missing-replicas',
      'A running meeting lacks replicas, and they cannot be created. Users near them are sent to a more distant ' +
        'session, or find the meeting full. The usual reason is a quota (L-154D84D0, L-9F286451).',
    ),
    alarm(
      'ErrorsAlarm',
      service.reconcilerFunction.metricErrors(),
      [1, 3],
      'alarm-reconciler-errors',
      'The reconciler fails or times out while it sweeps or handles events. Its log has the error.',
    ),
  ];
}
