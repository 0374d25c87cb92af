import { HttpAuthorizer, ReplicatedMeetingService } from '../../../src';
import { expectNagClean } from '../../support/nag';
import { ALARMS, FUNCTIONS, MEETINGS } from '../../support/nag-acceptances';
import { newApp, primaryStack } from '../../support/synth';

test('ReplicatedMeetingService passes cdk-nag', () => {
  const app = newApp();
  const stack = primaryStack(app, { account: '111111111111', region: 'us-east-1' });
  const service = new ReplicatedMeetingService(stack, 'Service', { httpApi: { authorizer: HttpAuthorizer.iam() } });
  service.addMeeting('Hall', { mediaRegion: 'us-east-1', replicas: [{ mediaRegion: 'eu-west-1' }] });
  service.addAlarms();
  expectNagClean(app, [...MEETINGS, ...FUNCTIONS, ...ALARMS]);
});
