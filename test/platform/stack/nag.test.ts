import { HttpAuthorizer, LinkAccess, MediaReplicationStack } from '../../../src';
import { Acceptance, expectNagClean } from '../../support/nag';
import { FUNCTIONS, MEDIA, MEETINGS } from '../../support/nag-acceptances';
import { newApp } from '../../support/synth';

const FORWARDING: Acceptance[] = [
  {
    rule: /^NIST\.800\.53\.R[45]-IAMNoInlinePolicy$/,
    path: /\/Forward\/EventsRole\/DefaultPolicy\//,
    reason: 'The CDK creates it with the rule. It allows one EventBridge rule to put events on one event bus.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-CloudWatchAlarmAction$/,
    path: /\/Replica-eu-west-1\/ReplicationLatencyAlarm\/Resource$/,
    reason:
      'An alarm action cannot publish to another region. EventBridge forwards this alarm to the topic in the primary’s ' +
      'region (docs/decisions/0019-one-topic.md).',
  },
];

// The topic, its key and the other alarms need no exception: alarms have an action, the topic is encrypted and requires TLS.
test('MediaReplicationStack passes cdk-nag', () => {
  const app = newApp();
  new MediaReplicationStack(app, 'Media', {
    env: { account: '111111111111', region: 'us-east-1' },
    // Backfill is tested in test/stored/backfill.
    media: { replicas: [{ region: 'eu-west-1' }], serverAccessLogs: true, replicateExisting: false },
    router: { httpApi: { authorizer: HttpAuthorizer.iam() }, access: LinkAccess.all() },
    meetings: {
      rooms: [{ meetingName: 'town-hall', mediaRegion: 'us-east-1', replicas: [{ mediaRegion: 'eu-west-1' }] }],
      httpApi: { authorizer: HttpAuthorizer.iam() },
    },
  });
  expectNagClean(app, [...FORWARDING, ...MEDIA, ...MEETINGS, ...FUNCTIONS]);
});
