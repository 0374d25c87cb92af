import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { ReplicatedMeeting } from './replicated-meeting';
// Only its type: the service makes the dashboard.
import type { ReplicatedMeetingService } from './replicated-meeting-service';

const WIDTH = 12;

export function createMeetingDashboard(
  service: ReplicatedMeetingService,
  meetings: readonly ReplicatedMeeting[],
): cloudwatch.Dashboard {
  const graph = (title: string, ...left: cloudwatch.IMetric[]) =>
    new cloudwatch.GraphWidget({ title, left, width: WIDTH });
  const dashboard = new cloudwatch.Dashboard(service, 'Dashboard');
  dashboard.addWidgets(
    graph('Meetings that live', service.metricLiveMeetings()),
    graph('Joins', service.metricJoins(), service.metricJoinsRefused(), service.metricPromotions()),
    graph('Throttled calls', service.metricThrottles()),
    graph('Put right by the sweeper', service.metricReconciledDrift(), service.metricSweepFailures()),
    ...meetings.map((meeting) =>
      graph(
        `Seats taken in ${meeting.meetingName}`,
        ...Array.from({ length: meeting.sessionCount }, (_, session) =>
          service.metricSeatsUsed(meeting, session, { label: session === 0 ? 'primary' : `replica ${session}` }),
        ),
      ),
    ),
  );
  return dashboard;
}
