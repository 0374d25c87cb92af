import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import {
  MediaMonitoring,
  MediaReplicationStack,
  MediaRouter,
  ReplicatedMediaBucket,
  ReplicatedMeeting,
  ReplicatedMeetingService,
  ReplicationCanary,
} from '../../src';
import { InvalidInput } from '../../src/private/problems';
import { newApp } from '../support/synth';

const MESSAGE =
  '[Anywhere] env.region: got nothing, expected a region, because derived names contain it. ' +
  "Set `env: { region: '…' }` on the stack. The account is optional.";

/** The media of another app, whose names are known. */
const importedMedia = (scope: Construct) =>
  ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(scope, 'Media', {
    primary: { bucketName: 'media-us', region: 'us-east-1' },
    replicas: [{ bucketName: 'media-eu', region: 'eu-west-1', ruleId: 'eu' }],
  });

const importedService = (scope: Construct) =>
  ReplicatedMeetingService.fromReplicatedMeetingServiceAttributes(scope, 'Service', {
    serviceName: 'meetings-1a2b3c4d',
    audienceFunctionArn: 'arn:aws:lambda:us-east-1:111111111111:function:audience',
    hostFunctionArn: 'arn:aws:lambda:us-east-1:111111111111:function:host',
    roomFunctionArn: 'arn:aws:lambda:us-east-1:111111111111:function:room',
    reconcilerFunctionArn: 'arn:aws:lambda:us-east-1:111111111111:function:reconciler',
  });

describe('A stack without a region cannot contain', () => {
  test.each<[string, (stack: Stack) => unknown]>([
    ['a router', (stack) => new MediaRouter(stack, 'Router', { media: importedMedia(stack) })],
    ['a canary', (stack) => new ReplicationCanary(stack, 'Canary', { media: importedMedia(stack) })],
    ['monitoring', (stack) => new MediaMonitoring(stack, 'Monitoring', { media: importedMedia(stack) })],
    [
      'a meeting without a name',
      (stack) => new ReplicatedMeeting(stack, 'Hall', { service: importedService(stack), mediaRegion: 'us-east-1' }),
    ],
    [
      'a platform',
      ({ node }) =>
        new MediaReplicationStack(node.root as Construct, 'Whole', {
          media: { replicas: [{ region: 'eu-west-1' }] },
          meetings: { rooms: [], controlRegion: 'us-east-1' },
          canary: {},
        }),
    ],
  ])('%s', (what, make) => {
    const stack = new Stack(newApp(), 'Anywhere');
    let error: InvalidInput | undefined;
    try {
      make(stack);
    } catch (caught) {
      error = caught as InvalidInput;
    }
    expect(error?.message).toBe(what === 'a platform' ? MESSAGE.replace('Anywhere', 'Whole') : MESSAGE);
  });

  test('but it can import what another app created', () => {
    const stack = new Stack(newApp(), 'Anywhere');
    expect(importedMedia(stack).replicas).toHaveLength(1);
    importedService(stack).addMeeting('Hall', { meetingName: 'hall', mediaRegion: 'us-east-1' });
    expect(() => (stack.node.root as any).synth()).not.toThrow();
  });
});
