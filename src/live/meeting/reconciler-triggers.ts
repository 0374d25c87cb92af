import { Duration, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

/** Invokes the reconciler on two schedules and, where they arrive, for the events of Amazon Chime SDK. */
export function triggerReconciler(scope: Construct, reconciler: lambda.IFunction, controlRegion: string): void {
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
  new events.Rule(scope, 'ChimeEvents', {
    description: 'State changes of Amazon Chime SDK meetings',
    eventPattern: {
      source: ['aws.chime'],
      detailType: ['Chime Meeting State Change'],
      detail: {
        eventType: ['chime:MeetingEnded', 'chime:AttendeeJoined', 'chime:AttendeeLeft', 'chime:AttendeeDropped'],
      },
    },
    targets: [new targets.LambdaFunction(reconciler, { maxEventAge: Duration.minutes(10) })],
  });
}
