import { MediaReplicationStack } from '../../../src';
import { newApp, synthesise } from '../../support/synth';

describe('MediaReplicationStack', () => {
  test('combines a replica in another account with a router, a canary and meetings', () => {
    const app = newApp();
    new MediaReplicationStack(app, 'Media', {
      env: { account: '111111111111', region: 'us-east-1' },
      media: { replicas: [{ region: 'eu-west-1', account: '222222222222' }] },
      meetings: { rooms: [{ meetingName: 'town-hall', mediaRegion: 'us-east-1' }] },
      canary: {},
    });
    const stacks = synthesise(app).stacksRecursively;
    const replica = stacks.find(({ environment }) => environment.account === '222222222222')!;
    const policies = JSON.stringify(replica.template);
    // The bucket's policy names the readers, whose roles do not exist yet when the replica is deployed.
    expect(policies).toContain('-router');
    expect(policies).toContain('-canary');
  });
});
