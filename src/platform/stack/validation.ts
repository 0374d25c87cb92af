import { Stack, Token } from 'aws-cdk-lib';
import { MediaReplicationStackProps } from './props';
import { ReplicatedMeeting, ReplicatedMeetingOptions, ReplicatedMeetingService } from '../../live/meeting';
import { Problems } from '../../private/problems';
import { ReplicaAudit } from '../../stored/audit';
import { ReplicatedMediaBucket } from '../../stored/bucket';
import { ReplicationCanary } from '../../stored/canary';
import { ReplicationDrill } from '../../stored/drill';
import { MediaRouter } from '../../stored/routing';
import { MediaMonitoring } from '../monitoring';

/**
 * Collects the problems of all constructs before the first one is created, so that one run reports all of them.
 *
 * @throws InvalidInput with the path of each property in the stack's props
 */
export function validateStack(stack: Stack, props: MediaReplicationStackProps): void {
  const { media, router = {}, meetings, canary, audit, drill, monitoring = {} } = props;
  const problems = new Problems(stack);
  const replicas = media.replicas.map(({ region }) => region);
  ReplicatedMediaBucket._validate(problems.within('media'), media, stack);
  MediaRouter._validate(problems.within('router'), router, { primary: stack.region, replicas });
  MediaRouter._validateStandby(problems.within('router'), router.standby, {
    writeToReplicas: media.writeToReplicas,
    replicas: media.replicas.map(({ proxy, ...replica }) => {
      const { region, prefix, tags, deleteMarkerReplication, storageClass } = replica;
      return { region, prefix, tags, deleteMarkerReplication, storageClass, proxyIsolation: !!proxy?.isolation };
    }),
  });
  if (canary) ReplicationCanary._validate(problems.within('canary'), canary, replicas);
  if (drill) {
    const enabled = media.replicas.flatMap(({ region, enabled: isEnabled = true }) => (isEnabled ? region : []));
    ReplicationDrill._validate(problems.within('drill'), drill, replicas, enabled);
  }
  if (audit) ReplicaAudit._validate(problems.within('audit'), audit, [stack.region, ...replicas]);
  if (meetings) {
    const within = problems.within('meetings');
    const controlRegion = meetings.controlRegion ?? stack.region;
    ReplicatedMeetingService._validate(within, meetings, stack);
    meetings.rooms.forEach((room, index) =>
      ReplicatedMeeting._validate(within.within(`rooms[${index}]`), room, controlRegion),
    );
    validateNames(within, meetings.rooms);
  }
  MediaMonitoring._validate(problems.within('monitoring'), monitoring, stack);
  problems.throwIfAny();
}

/** The ids of the rooms' constructs contain their names. */
function validateNames(problems: Problems, rooms: ReplicatedMeetingOptions[]): void {
  rooms.forEach(({ meetingName }, index) => {
    const property = `rooms[${index}].meetingName`;
    const fix = 'Give each room a name of its own.';
    const isToken = Token.isUnresolved(meetingName);
    const got = isToken ? 'a value known only at deployment' : meetingName;
    if (!problems.expect(!!meetingName && !isToken, { property, got, expected: 'a literal', fix })) return;
    const first = rooms.findIndex((other) => other.meetingName === meetingName);
    const expected = `a name that no other room has, but rooms[${first}] has it`;
    problems.expect(first === index, { property, got, expected, fix });
  });
}
