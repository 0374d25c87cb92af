import { HttpAuthorizer, ReplicatedMeetingService } from '../../src';
import { Acceptance, expectNagClean } from '../support/nag';
import { ALARMS, FUNCTIONS } from '../support/nag-acceptances';
import { newApp, primaryStack } from '../support/synth';

const MEETINGS: Acceptance[] = [
  {
    rule: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    path: /\/Service\/(Audience|Host|Room|Reconciler)Role\/DefaultPolicy\//,
    reason:
      'A meeting that is to be created has no ARN yet. The statement allows CreateMeeting alone, and only with the tag ' +
      'of this service.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:chime:\*:111111111111:meeting\/\*\]$/,
    path: /\/Service\/(Audience|Host|Room|Reconciler)Role\/DefaultPolicy\//,
    reason: 'Ids of meetings are not known before they live. The statements ask for the tag of this service.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Action::kms:(GenerateDataKey|ReEncrypt)\*\]$/,
    path: /\/Service\/(Audience|Host|Room|Reconciler)Role\/DefaultPolicy\//,
    reason: 'What DynamoDB asks of whoever uses an encrypted table; only through DynamoDB, and on the one key.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-DynamoDBInBackupPlan$/,
    path: /\/State\/Table\/Resource$/,
    reason: 'The table holds what lives for a day at most. Point-in-time recovery is on for what happens within it.',
  },
];

test('ReplicatedMeetingService passes cdk-nag', () => {
  const app = newApp();
  const stack = primaryStack(app, { account: '111111111111', region: 'us-east-1' });
  const service = new ReplicatedMeetingService(stack, 'Service', { httpApi: { authorizer: HttpAuthorizer.iam() } });
  service.addMeeting('Hall', { mediaRegion: 'us-east-1', replicas: [{ mediaRegion: 'eu-west-1' }] });
  service.addAlarms();
  expectNagClean(app, [...MEETINGS, ...FUNCTIONS, ...ALARMS]);
});
