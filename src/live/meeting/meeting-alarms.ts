import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { withRunbook } from '../../private/runbook';

export interface WatchedMeetings {
  readonly errors: cloudwatch.IMetric;
  readonly throttles: cloudwatch.IMetric;
  readonly drift: cloudwatch.IMetric;
  readonly sweepFailures: cloudwatch.IMetric;
  readonly notAReplica: cloudwatch.IMetric;
  readonly missingReplicas: cloudwatch.IMetric;
}

const SILENT = { treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING };

export function createMeetingAlarms(scope: Construct, metrics: WatchedMeetings): cloudwatch.Alarm[] {
  return [
    new cloudwatch.Alarm(scope, 'ThrottlesAlarm', {
      ...SILENT,
      alarmDescription: withRunbook(
        'The service throttles calls: people wait, or are told to come back later. Let many join by JoinMeetingBatch, ' +
          'and raise the quota of concurrent meetings (L-9F286451), with which the rates of the API grow.',
        'alarm-chime-api-throttling',
      ),
      metric: metrics.throttles,
      threshold: 100,
      evaluationPeriods: 1,
    }),
    new cloudwatch.Alarm(scope, 'DriftAlarm', {
      ...SILENT,
      alarmDescription: withRunbook(
        'The sweeper keeps on putting things right: calls are broken off, or somebody else changes these meetings. The ' +
          'logs of the functions say what fails.',
        'alarm-repeated-repairs-by-the-sweeper',
      ),
      metric: metrics.drift,
      threshold: 20,
      evaluationPeriods: 3,
    }),
    new cloudwatch.Alarm(scope, 'SweepFailuresAlarm', {
      ...SILENT,
      alarmDescription: withRunbook(
        'The sweeper can not put a meeting right. What it would delete may live on, and cost. The log of the reconciler ' +
          'names the meeting.',
        'alarm-sweep-failures',
      ),
      metric: metrics.sweepFailures,
      threshold: 1,
      evaluationPeriods: 3,
    }),
    new cloudwatch.Alarm(scope, 'NotAReplicaAlarm', {
      ...SILENT,
      alarmDescription: withRunbook(
        'The service made a meeting of its own where a replica was asked for. It was deleted, and the start failed or ' +
          'goes on with fewer replicas. Tell the support of AWS.',
        'alarm-invalid-replica',
      ),
      metric: metrics.notAReplica,
      threshold: 1,
      evaluationPeriods: 1,
    }),
    new cloudwatch.Alarm(scope, 'MissingReplicasAlarm', {
      ...SILENT,
      alarmDescription: withRunbook(
        'A meeting lives without replicas that it should have, and they can not be created. Their audience is sent ' +
          'farther away, or finds it full. The quotas are the usual reason (L-154D84D0, L-9F286451).',
        'alarm-missing-replicas',
      ),
      metric: metrics.missingReplicas,
      threshold: 1,
      evaluationPeriods: 3,
    }),
    new cloudwatch.Alarm(scope, 'ErrorsAlarm', {
      ...SILENT,
      alarmDescription: withRunbook(
        'The sweeper or the handler of events fails or takes too long. Its log says why.',
        'alarm-reconciler-errors',
      ),
      metric: metrics.errors,
      threshold: 1,
      evaluationPeriods: 3,
    }),
  ];
}
