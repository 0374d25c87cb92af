import { Annotations, CustomResource, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DEFAULT_CONCURRENT_MEETINGS, DEFAULT_REPLICAS, MAX_ATTENDEES, RoomConfig, RoomProperties } from './contract';
import { ContentResolution, MeetingStartPolicy, ReplicatedMeetingOptions, VideoResolution } from './props';
import { OPT_IN_REGIONS } from './regions';
import type { ReplicatedMeetingService } from './replicated-meeting-service';
import { validateRoom } from './room-rules';
import { DeterministicNames } from '../../private/naming';

const STAGE_SLOTS = 10;
const SHARP_ATTENDEES = 25;
const STAGE_GRACE_SECONDS = 60;

/** Properties of a `ReplicatedMeeting`. */
export interface ReplicatedMeetingProps extends ReplicatedMeetingOptions {
  /** The service that the meeting is one of. */
  readonly service: ReplicatedMeetingService;
}

/**
 * A meeting that can be joined, started and ended again and again: a room. It costs nothing while it does not live.
 *
 * `ReplicatedMeetingService.addMeeting` makes one.
 */
export class ReplicatedMeeting extends Construct {
  /** The name by which the meeting is joined. */
  public readonly meetingName: string;

  /**
   * How many attendees all its sessions can have together. `stageSlots` of them are places on the stage, for people who
   * have a seat in a replica too.
   */
  public readonly capacity: number;

  /** How many sessions it has while it lives: the primary and its replicas. */
  public readonly sessionCount: number;

  constructor(scope: Construct, id: string, props: ReplicatedMeetingProps) {
    super(scope, id);
    const { controlRegion, _roomFunction: roomFunction } = props.service;
    const room = this.configOf(props);
    this.meetingName = room.meeting;
    this.sessionCount = 1 + room.replicas.length;
    this.capacity = room.attendeesPerSession * this.sessionCount;
    this.check(room, controlRegion);
    props.service._register(this);

    const properties: RoomProperties = {
      ServiceToken: roomFunction.functionArn,
      Room: JSON.stringify(room),
      StartOnDeploy: props.startOnDeploy ? 'true' : 'false',
    };
    const resource = new CustomResource(this, 'Resource', {
      resourceType: 'Custom::ReplicatedMeeting',
      serviceToken: properties.ServiceToken,
      properties: { Room: properties.Room, StartOnDeploy: properties.StartOnDeploy },
    });
    // The function must still be allowed to end the meeting when its resource is deleted.
    resource.node.addDependency(roomFunction.role!);
  }

  private configOf(props: ReplicatedMeetingOptions): RoomConfig {
    const { features } = props;
    const replicas = (props.replicas ?? []).flatMap(({ mediaRegion, count = 1 }, index) => {
      if (!Number.isInteger(count) || count < 1) {
        throw this.invalid(`replicas[${index}].count: got ${count}, expected a whole number of 1 or more`);
      }
      return Array<string>(count).fill(mediaRegion);
    });
    const isSharp =
      features?.videoMaxResolution === VideoResolution.FHD || features?.contentMaxResolution === ContentResolution.UHD;
    const attendeesPerSession = props.attendeesPerSession ?? (isSharp ? SHARP_ATTENDEES : MAX_ATTENDEES);
    const stageSlots = replicas.length > 0 ? Math.min(STAGE_SLOTS, Math.floor(attendeesPerSession / 2)) : 0;
    return {
      meeting: props.meetingName ?? new DeterministicNames(this).base,
      mediaRegion: props.mediaRegion,
      replicas,
      attendeesPerSession,
      stageSlots: props.stageSlots ?? stageSlots,
      presenters: props.presenters ?? [],
      startPolicy: props.startPolicy ?? MeetingStartPolicy.ON_JOIN,
      startWithFewerReplicas: props.startWithFewerReplicas ?? false,
      startsAt: props.startsAt,
      stageGraceSeconds: props.stageGrace?.toSeconds() ?? STAGE_GRACE_SECONDS,
      seatGraceSeconds: props.seatGrace?.toSeconds(),
      features: features && {
        echoReduction:
          features.echoReduction === undefined ? undefined : features.echoReduction ? 'AVAILABLE' : 'UNAVAILABLE',
        videoMaxResolution: features.videoMaxResolution,
        contentMaxResolution: features.contentMaxResolution,
      },
    };
  }

  private check(room: RoomConfig, controlRegion: string): void {
    const { meeting, mediaRegion, replicas, startsAt = '' } = room;
    if (![meeting, mediaRegion, startsAt, controlRegion, ...replicas].some((value) => Token.isUnresolved(value))) {
      try {
        validateRoom(room, controlRegion);
      } catch (error) {
        throw this.invalid((error as Error).message);
      }
    }
    if (replicas.length > DEFAULT_REPLICAS) {
      Annotations.of(this).addWarning(
        `The meeting has ${replicas.length} replicas, of which an account can have ${DEFAULT_REPLICAS} by default. ` +
          'Raise the quota "replica meetings per primary meeting" (L-154D84D0) of Amazon Chime SDK before you start it.',
      );
    }
    if (this.sessionCount > DEFAULT_CONCURRENT_MEETINGS) {
      Annotations.of(this).addWarning(
        `The meeting has ${this.sessionCount} sessions, of which an account can have ${DEFAULT_CONCURRENT_MEETINGS} at once ` +
          'by default. Raise the quota "concurrent meetings" (L-9F286451) of Amazon Chime SDK before you start it.',
      );
    }
    const optIn = OPT_IN_REGIONS.filter((region) => [mediaRegion, ...replicas].includes(region));
    if (optIn.length > 0) {
      Annotations.of(this).addInfo(`Enable ${optIn.join(' and ')} in your account: meetings there fail otherwise.`);
    }
  }

  private invalid(message: string): Error {
    return new Error(`[${this.node.path}] ${message}.`);
  }
}
