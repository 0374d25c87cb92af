import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { HttpAuthorizer, ReplicatedMeetingService, ReplicatedMeetingServiceProps } from '../../../src';
import { newApp, primaryStack } from '../../support/synth';

const PROPS: ReplicatedMeetingServiceProps = { httpApi: { authorizer: HttpAuthorizer.iam() } };
const ROOM = { mediaRegion: 'us-east-1' };

interface Place {
  readonly stackName?: string;
  readonly parents?: string[];
  readonly id?: string;
}

/** The service and the resources of its stack, without the paths of constructs. */
function serviceAt({ stackName = 'LiveStack', parents = [], id = 'Meetings' }: Place, identity?: string) {
  const app = newApp();
  const stack = new Stack(app, stackName, { env: { region: 'us-east-1' } });
  const scope = parents.reduce<Construct>((parent, each) => new Construct(parent, each), stack);
  const service = new ReplicatedMeetingService(scope, id, { ...PROPS, identity });
  service.addMeeting('Hall', ROOM);
  service.addMeeting('Lobby', { ...ROOM, meetingName: 'lobby' });
  service.addAlarms();
  const { Resources } = app.synth().getStackArtifact(stack.artifactId).template;
  const withoutPaths = JSON.parse(
    JSON.stringify(Resources, (key, value) =>
      ['Metadata', 'PolicyName', 'AlarmDescription', 'Name'].includes(key) ? undefined : value,
    ),
  );
  return { service, resources: withoutPaths };
}

const ELSEWHERE: Place = { stackName: 'RenamedStack', parents: ['Studio'], id: 'Live' };

describe('identity of a ReplicatedMeetingService', () => {
  const before = serviceAt({});
  const identity = before.service.serviceName;

  test.each<[string, Place]>([
    ['in its place', {}],
    ['renamed', { id: 'Live' }],
    ['moved in the tree', { parents: ['Studio'] }],
    ['in a renamed stack', { stackName: 'RenamedStack' }],
    ['renamed and moved, in a renamed stack', ELSEWHERE],
  ])('keeps the names and all resources of a service that is %s', (_what, place) => {
    const after = serviceAt(place, identity);
    expect(after.service.serviceName).toBe(identity);
    expect(after.service.meetings.map(({ meetingName }) => meetingName)).toEqual(
      before.service.meetings.map(({ meetingName }) => meetingName),
    );
    expect(after.resources).toEqual(before.resources);
  });

  test('must be specified: a service that is moved without it uses nothing of the former one', () => {
    const after = serviceAt(ELSEWHERE);
    expect(JSON.stringify(after.resources)).not.toContain(identity);
    const shared = Object.keys(after.resources).filter((id) => id in before.resources);
    expect(shared).toEqual([]);
  });

  test('fails when it is invalid, or another service has it', () => {
    const stack = primaryStack();
    expect(() => new ReplicatedMeetingService(stack, 'Live', { identity: 'Live' })).toThrow(
      '[MediaStack/Live] identity: got "Live", expected 1 to 29 lowercase letters',
    );
    new ReplicatedMeetingService(stack, 'One', { identity: 'live' });
    expect(() => new ReplicatedMeetingService(stack, 'Two', { identity: 'live' })).toThrow(
      '[MediaStack/Two] identity: got "live", expected an identity that no other ReplicatedMeetingService has in the same ' +
        'account, but [MediaStack/One] has it.',
    );
  });

  test('fails in a stack without a region, also with a control region', () => {
    const stack = new Stack(newApp(), 'Anywhere');
    expect(() => new ReplicatedMeetingService(stack, 'Live', { controlRegion: 'us-east-1' })).toThrow(
      '[Anywhere] env.region: got nothing, expected a region, because derived names contain it. ' +
        "Set `env: { region: '…' }` on the stack. The account is optional.",
    );
  });
});
