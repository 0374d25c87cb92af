import { Annotations, CustomResource, Duration, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { MAX_ATTENDEES, RoomConfig, RoomProperties } from './contract';
import { IReplicatedMeeting } from './i-replicated-meeting';
import { IReplicatedMeetingService } from './i-replicated-meeting-service';
import { ContentResolution, MeetingStartPolicy, ReplicatedMeetingOptions, VideoResolution } from './props';
import { OPT_IN_REGIONS } from './regions';
import { roomFindings } from './room-rules';
import { DeterministicNames } from '../../private/naming';
import { Problems } from '../../private/problems';
import { CONCURRENT_MEETINGS, REPLICAS_PER_MEETING } from '../../private/quotas';
import { expectStackRegion } from '../../private/stacks';

const STAGE_SLOTS = 10;
const SHARP_ATTENDEES = 25;
const STAGE_GRACE_SECONDS = 60;
/** Stands for the generated name, which is always valid, while the options are validated. */
const GENERATED_NAME = 'generated';

/** Properties of a `ReplicatedMeeting`. */
export interface ReplicatedMeetingProps extends ReplicatedMeetingOptions {
  /** The service that runs the meeting. */
  readonly service: IReplicatedMeetingService;
}

/**
 * A meeting that can be started, joined and ended again and again. It incurs no costs while it is not running.
 *
 * Usually created with `addMeeting` of the service.
 */
export class ReplicatedMeeting extends Construct implements IReplicatedMeeting {
  /** @internal */
  public static _validate(problems: Problems, options: ReplicatedMeetingOptions, controlRegion: string): void {
    const { replicas = [] } = options;
    replicas.forEach(({ count = 1, maxCount = count }, index) => {
      const isValid = problems.expect(Number.isInteger(count) && count >= 1, {
        property: `replicas[${index}].count`,
        got: count,
        expected: 'a whole number of 1 or more',
        fix: 'Correct the count, or remove the entry.',
      });
      if (!isValid) return;
      problems.expect(Number.isInteger(maxCount) && maxCount >= count, {
        property: `replicas[${index}].maxCount`,
        got: maxCount,
        expected: `a whole number of ${count} or more, the \`count\``,
        fix: 'Raise it, or remove it.',
      });
      problems.expect(maxCount === count || options.seatPool !== false, {
        property: `replicas[${index}].maxCount`,
        got: maxCount,
        expected: `${count}, the \`count\`, because \`seatPool\` is false`,
        fix: 'Remove `seatPool`, or `maxCount`.',
      });
    });
    // One session for each entry, so that the paths of problems are those of the options.
    const regions = replicas.map(({ mediaRegion }) => mediaRegion);
    const known = Token.isUnresolved(controlRegion) ? undefined : controlRegion;
    const findings = roomFindings(roomOf(options, options.meetingName ?? GENERATED_NAME, regions, []), known);
    findings.filter(({ got }) => !Token.isUnresolved(got)).forEach((finding) => problems.add(finding));
  }

  public readonly meetingName: string;
  public readonly capacity: number;
  public readonly audienceCapacity: number;
  public readonly sessionCount: number;

  constructor(scope: Construct, id: string, props: ReplicatedMeetingProps) {
    super(scope, id);
    const { controlRegion, roomFunction } = props.service;
    const problems = new Problems(this);
    if (!props.meetingName) expectStackRegion(problems, this);
    ReplicatedMeeting._validate(problems, props, controlRegion);
    // CloudFormation requires the function of a custom resource to be in the account and region of the stack.
    for (const key of ['account', 'region'] as const) {
      const [here, there] = [Stack.of(this)[key], roomFunction.env[key]];
      problems.expect(here === there || Token.isUnresolved(here) || Token.isUnresolved(there), {
        property: 'service',
        got: there,
        expected: `a service in the ${key} of the meeting's stack, ${here}`,
        fix: `Add the meeting to a stack in ${there}.`,
      });
    }
    problems.throwIfAny();
    this.meetingName = props.meetingName ?? new DeterministicNames(this).base;
    const { replicas = [] } = props;
    const sessions = replicas.flatMap(({ mediaRegion, count = 1 }) => Array<string>(count).fill(mediaRegion));
    const spare = replicas.flatMap(({ mediaRegion, count = 1, maxCount = count }) =>
      Array<string>(maxCount - count).fill(mediaRegion),
    );
    const room = roomOf(props, this.meetingName, sessions, spare);
    const mostReplicas = sessions.length + spare.length;
    this.sessionCount = 1 + mostReplicas;
    this.capacity = room.attendeesPerSession * this.sessionCount - room.stageSlots;
    this.audienceCapacity = room.attendeesPerSession * Math.max(1, mostReplicas);
    this.warn(room);
    props.service._register(this);

    const properties: Omit<RoomProperties, 'ServiceToken'> = {
      Room: JSON.stringify(room),
      StartOnDeploy: props.startOnDeploy ? 'true' : 'false',
    };
    const resource = new CustomResource(this, 'Resource', {
      resourceType: 'Custom::ReplicatedMeeting',
      serviceToken: roomFunction.functionArn,
      properties,
    });
    // The function must still have its permissions when the resource is deleted. An imported function has no role here.
    if (roomFunction.role) resource.node.addDependency(roomFunction.role);
  }

  private warn({ mediaRegion, ...room }: RoomConfig): void {
    const replicas = [...room.replicas, ...room.spareReplicas];
    const warn = (has: string, quota: string, name: string) =>
      Annotations.of(this).addWarning(
        `The meeting has ${has}, but the default quota is ${quota}. Request an increase of the Amazon Chime SDK quota ` +
          `${name} before you start it.`,
      );
    if (replicas.length > REPLICAS_PER_MEETING.value) {
      const name = `"replica meetings per primary meeting" (${REPLICAS_PER_MEETING.code})`;
      warn(`${replicas.length} replicas`, `${REPLICAS_PER_MEETING.value}`, name);
    }
    if (this.sessionCount > CONCURRENT_MEETINGS.value) {
      const name = `"concurrent meetings" (${CONCURRENT_MEETINGS.code})`;
      warn(`${this.sessionCount} sessions`, `${CONCURRENT_MEETINGS.value} at once`, name);
    }
    const optIn = OPT_IN_REGIONS.filter((region) => [mediaRegion, ...replicas].includes(region));
    if (optIn.length > 0) {
      Annotations.of(this).addInfo(
        `Enable ${optIn.join(' and ')} in your account; otherwise the meeting cannot start.`,
      );
    }
  }
}

/**
 * @param replicas the media region of each replica session
 * @param spareReplicas those of the replicas that are added later
 */
function roomOf(
  options: ReplicatedMeetingOptions,
  meeting: string,
  replicas: readonly string[],
  spareReplicas: readonly string[],
): RoomConfig {
  const { features, presenters = [] } = options;
  const isSharp =
    features?.videoMaxResolution === VideoResolution.FHD || features?.contentMaxResolution === ContentResolution.UHD;
  const attendeesPerSession = options.attendeesPerSession ?? (isSharp ? SHARP_ATTENDEES : MAX_ATTENDEES);
  const stageSlots = replicas.length > 0 ? Math.min(STAGE_SLOTS, Math.floor(attendeesPerSession / 2)) : 0;
  return {
    meeting,
    mediaRegion: options.mediaRegion,
    replicas,
    spareReplicas,
    attendeesPerSession,
    stageSlots: options.stageSlots ?? stageSlots,
    presenters,
    startPolicy:
      options.startPolicy ?? (replicas.length > 0 ? MeetingStartPolicy.BY_PRESENTER : MeetingStartPolicy.ON_JOIN),
    participantsCanSend: options.participantsCanSend ?? replicas.length === 0,
    networkType: options.networkType,
    seatPool: options.seatPool ?? replicas.length > 0,
    startWithFewerReplicas: options.startWithFewerReplicas ?? false,
    startsAt: options.startsAt,
    stageGraceSeconds: secondsOf(options.stageGrace) ?? STAGE_GRACE_SECONDS,
    seatGraceSeconds: secondsOf(options.seatGrace),
    features: features && {
      echoReduction:
        features.echoReduction === undefined ? undefined : features.echoReduction ? 'AVAILABLE' : 'UNAVAILABLE',
      videoMaxResolution: features.videoMaxResolution,
      contentMaxResolution: features.contentMaxResolution,
    },
  };
}

/** Fractions are kept: the rules report them. */
function secondsOf(duration: Duration | undefined): number | undefined {
  return duration?.toSeconds({ integral: false });
}
