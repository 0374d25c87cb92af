import { Generations } from './generations';
import { RoomCleaner } from './room-cleaner';
import { Rooms } from './rooms';
import { CustomResourceEvent, respond } from '../../../../private/runtime/custom-resource';
import { Deadline } from '../../../../private/runtime/deadline';
import { ValidationError } from '../../../../private/validation-error';
import { MEETING_NAME, RoomConfig, RoomProperties } from '../../contract';
import { controlRegionFinding, roomFindings } from '../../room-rules';

export type RoomEvent = CustomResourceEvent<RoomProperties>;

/**
 * A room as a CloudFormation resource. Its physical id is the room's name, even if it could not be created, so that the
 * Delete that follows finds what the Create left behind.
 */
export class RoomResource {
  constructor(
    private readonly controlRegion: string,
    private readonly rooms: Rooms,
    private readonly generations: Generations,
    private readonly cleaner: RoomCleaner,
  ) {}

  /** @returns the reason of a failure */
  handle(event: RoomEvent, deadline: Deadline): Promise<string | undefined> {
    const owner = `${event.StackId}|${event.LogicalResourceId}`;
    return respond(
      event,
      () => (event.RequestType === 'Delete' ? this.delete(event, owner, deadline) : this.save(event, owner, deadline)),
      // A failed Update has changed nothing, so the physical id stays the same.
      event.PhysicalResourceId ?? nameIn(event.ResourceProperties) ?? 'none',
    );
  }

  /** @returns the physical id. If it has changed, CloudFormation deletes the room with the old one. */
  private async save(event: RoomEvent, owner: string, deadline: Deadline): Promise<string> {
    const config = parseRoom(event.ResourceProperties);
    // Values that were tokens at synthesis are validated only here.
    const finding = controlRegionFinding(this.controlRegion) ?? roomFindings(config, this.controlRegion)[0];
    if (finding) throw new ValidationError(finding.property, finding.got, finding.expected);
    const { meeting } = config;
    if (!(await this.rooms.save(config, owner))) throw await this.nameTaken(meeting);
    if (event.RequestType === 'Create' && event.ResourceProperties.StartOnDeploy === 'true') {
      try {
        await this.generations.ensureLive(meeting, 'host', deadline);
      } catch (error) {
        await this.cleaner.remove(meeting, owner, deadline);
        throw error;
      }
    }
    return meeting;
  }

  /** Deletes the named room if this resource owns it. */
  private async delete(event: RoomEvent, owner: string, deadline: Deadline): Promise<string> {
    const { PhysicalResourceId: id, ResourceProperties } = event;
    const isOwner = id !== undefined && (await this.rooms.find(id))?.owner === owner;
    // For a Create that never answered, CloudFormation generates an id. The properties have the name of that room.
    const meeting = isOwner ? id : nameIn(ResourceProperties);
    if (meeting) await this.cleaner.remove(meeting, owner, deadline);
    return id ?? meeting ?? 'none';
  }

  private async nameTaken(meeting: string): Promise<ValidationError> {
    const [stackId = '', resource] = (await this.rooms.find(meeting))?.owner.split('|') ?? [];
    const holder = resource ? `resource ${resource} of stack ${stackId.split('/')[1] ?? stackId}` : 'another resource';
    return new ValidationError('meetingName', meeting, `a name that is unique in the service, but ${holder} has it`);
  }
}

function parseRoom({ Room }: RoomProperties): RoomConfig {
  let room: unknown;
  try {
    room = JSON.parse(Room);
  } catch {
    // reported below
  }
  if (typeof room === 'object' && room !== null) return room as RoomConfig;
  throw new ValidationError('Room', Room, 'a JSON object, as the construct writes it');
}

/** The room's name if it is valid: the Delete of a room that could never be created must succeed. */
function nameIn(properties: RoomProperties): string | undefined {
  try {
    const { meeting } = parseRoom(properties);
    return MEETING_NAME.test(meeting) ? meeting : undefined;
  } catch {
    return undefined;
  }
}
