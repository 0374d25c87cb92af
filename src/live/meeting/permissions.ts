import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { EVENT_SOURCE, SERVICE_TAG_KEY } from './contract';
import { allow } from '../../private/policy-statements';

/** The actions that functions need in addition to creating meetings. */
export const MEETING_ACTIONS = ['chime:GetMeeting', 'chime:DeleteMeeting'];
export const ATTENDEE_ACTIONS = ['chime:CreateAttendee', 'chime:BatchCreateAttendee', 'chime:DeleteAttendee'];
export const SWEEP_ACTIONS = ['chime:ListAttendees', 'chime:GetAttendee', 'chime:DeleteAttendee'];
export const POOL_ACTIONS = ['chime:BatchCreateAttendee'];

/**
 * Grants permission to create meetings with the service's tag, and to perform the actions on meetings with that tag.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonchime.html
 */
export function grantMeetings(grantee: iam.IGrantable, stack: Stack, serviceTag: string, actions: string[]): void {
  const meetings = stack.formatArn({ service: 'chime', region: '*', resource: 'meeting', resourceName: '*' });
  const add = (statement: iam.PolicyStatementProps) =>
    grantee.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement(statement));
  // A meeting has no ARN before it is created.
  add({
    actions: ['chime:CreateMeeting'],
    resources: ['*'],
    conditions: { StringEquals: { [`aws:RequestTag/${SERVICE_TAG_KEY}`]: serviceTag } },
  });
  add({
    actions: ['chime:TagResource'],
    resources: [meetings],
    conditions: {
      StringEquals: { [`aws:RequestTag/${SERVICE_TAG_KEY}`]: serviceTag },
      'ForAllValues:StringEquals': { 'aws:TagKeys': [SERVICE_TAG_KEY] },
    },
  });
  add({
    actions,
    resources: [meetings],
    conditions: { StringEquals: { [`aws:ResourceTag/${SERVICE_TAG_KEY}`]: serviceTag } },
  });
}

/** Grants permission to publish the events of meetings on the default event bus, and no others. */
export function grantEvents(grantee: iam.IGrantable, stack: Stack): void {
  const bus = stack.formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' });
  allow(grantee, ['events:PutEvents'], bus, { StringEquals: { 'events:source': EVENT_SOURCE } });
}
