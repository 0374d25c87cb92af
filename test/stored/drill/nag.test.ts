import { MediaRouter, ReplicatedMediaBucket, ReplicationDrill } from '../../../src';
import { Acceptance, expectNagClean } from '../../support/nag';
import { newApp, primaryStack } from '../../support/synth';

const DRILL: Acceptance[] = [
  {
    rule: /^AwsSolutions-IAM5\[Resource::(\*|arn:<AWS::Partition>:fis:.*)\]$/,
    path: /\/Drill\/Role\/DefaultPolicy\//,
    reason:
      'AWS FIS finds the bucket by its tag. Both actions are documented for all resources, and only read names and tags.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-IAMNoInlinePolicy$/,
    path: /\/Drill\/Role\/DefaultPolicy\//,
    reason: 'The policy belongs to this role, and is created and deleted with it.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-CloudWatchAlarmAction$/,
    path: /\/Drill\/FallbacksAlarm\/Resource$/,
    reason: 'AWS FIS reads the state of the alarm. The alarms of the router notify people.',
  },
  // Their own tests cover the findings of media and the router.
  { rule: /./, path: /\/(Media|Router)\//, reason: 'Not part of the drill.' },
];

test('ReplicationDrill passes cdk-nag', () => {
  const app = newApp();
  const stack = primaryStack(app, { account: '111111111111', region: 'us-east-1' });
  const media = new ReplicatedMediaBucket(stack, 'Media', {
    replicas: [{ region: 'eu-west-1' }],
    replicateExisting: false,
  });
  const router = new MediaRouter(stack, 'Router', { media });
  new ReplicationDrill(stack, 'Drill', { media, router });
  expectNagClean(app, DRILL);
});
