import { Duration, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { statement } from '../../private/policy-statements';

/** An audience of thousands joins together: its events are handled in a few batches, which do not compete with joins. */
const EVENTS_PER_BATCH = 1_000;
const BATCHING_WINDOW = Duration.seconds(10);
const CONCURRENT_BATCHES = 2;
/** Later, the sweeper has already repaired what events would have reported. */
const EVENT_AGE = Duration.minutes(10);

/**
 * Invokes the reconciler on two schedules and, where they arrive, for the events of Amazon Chime SDK.
 *
 * @param timeout the timeout of the reconciler
 */
export function triggerReconciler(
  scope: Construct,
  reconciler: lambda.IFunction,
  timeout: Duration,
  controlRegion: string,
): void {
  const sweep = (thorough: boolean) =>
    new targets.LambdaFunction(reconciler, {
      event: events.RuleTargetInput.fromObject({ thorough }),
      retryAttempts: 0, // the next sweep follows soon
    });
  new events.Rule(scope, 'Sweep', {
    description: 'Reconciles running meetings',
    schedule: events.Schedule.rate(Duration.minutes(1)),
    targets: [sweep(false)],
  });
  new events.Rule(scope, 'ThoroughSweep', {
    description: 'Also compares all seats with the attendees in Amazon Chime SDK',
    schedule: events.Schedule.rate(Duration.minutes(5)),
    targets: [sweep(true)],
  });
  const { region } = Stack.of(scope);
  if (region !== controlRegion) return; // events are sent to the control region only
  // There is no dead-letter queue: events are hints, and the sweeper finds out without them.
  const queue = new sqs.Queue(scope, 'ChimeEventsQueue', {
    encryption: sqs.QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: EVENT_AGE,
    visibilityTimeout: timeout, // Lambda requires at least the timeout of the function
  });
  new events.Rule(scope, 'ChimeEvents', {
    description: 'State changes of Amazon Chime SDK meetings',
    eventPattern: {
      source: ['aws.chime'],
      detailType: ['Chime Meeting State Change'],
      detail: {
        eventType: ['chime:MeetingEnded', 'chime:AttendeeJoined', 'chime:AttendeeLeft', 'chime:AttendeeDropped'],
      },
    },
    targets: [new targets.SqsQueue(queue, { maxEventAge: EVENT_AGE })],
  });
  reconciler.addToRolePolicy(
    statement(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], queue.queueArn),
  );
  new lambda.EventSourceMapping(scope, 'ChimeEventsMapping', {
    target: reconciler,
    eventSourceArn: queue.queueArn,
    batchSize: EVENTS_PER_BATCH,
    maxBatchingWindow: BATCHING_WINDOW,
    maxConcurrency: CONCURRENT_BATCHES,
  });
}
