import { HttpAuthorizer, MediaReplicationStack } from '../../../src';
import { Acceptance, expectNagClean } from '../../support/nag';
import { FUNCTIONS, MEDIA, MEETINGS } from '../../support/nag-acceptances';
import { newApp } from '../../support/synth';

const FORWARDING: Acceptance[] = [
  {
    rule: /^NIST\.800\.53\.R[45]-IAMNoInlinePolicy$/,
    path: /\/Forward\/EventsRole\/DefaultPolicy\//,
    reason: 'It lets one rule of EventBridge put events onto one bus, and comes and goes with the rule.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-CloudWatchAlarmAction$/,
    path: /\/Replica-eu-west-1\/ReplicationLatencyAlarm\/Resource$/,
    reason:
      'An action can not leave the region. EventBridge, which hears of every alarm, carries this one to the topic in the ' +
      'primary’s region (docs/decisions/0019-one-topic.md).',
  },
];

// The topic, its key and the other alarms need none: they have an action, and the topic is encrypted and wants TLS.
test('MediaReplicationStack passes cdk-nag', () => {
  const app = newApp();
  new MediaReplicationStack(app, 'Media', {
    env: { account: '111111111111', region: 'us-east-1' },
    replicas: [{ region: 'eu-west-1' }],
    serverAccessLogs: true,
    meetings: [{ name: 'town-hall', mediaRegion: 'us-east-1', replicas: [{ mediaRegion: 'eu-west-1' }] }],
    httpApi: { authorizer: HttpAuthorizer.iam() },
  });
  expectNagClean(app, [...FORWARDING, ...MEDIA, ...MEETINGS, ...FUNCTIONS]);
});
