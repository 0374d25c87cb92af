import { Generations } from './generations';
import { RoomCleaner } from './room-cleaner';
import { Rooms } from './rooms';
import { answerOf, CustomResourceAnswer, CustomResourceEvent } from '../../../../private/runtime/custom-resource';
import { Deadline } from '../../../../private/runtime/deadline';
import { ValidationError } from '../../../../private/validation-error';
import { MEETING_NAME, RoomConfig, RoomProperties } from '../../contract';
import { validateControlRegion, validateRoom } from '../../room-rules';

export type RoomEvent = CustomResourceEvent<RoomProperties>;

/**
 * A room as a resource of CloudFormation. Its physical id is the room's name, also of one that could not be created: so
 * that the Delete that follows finds what the Create left.
 */
export class RoomResource {
  constructor(
    private readonly controlRegion: string,
    private readonly rooms: Rooms,
    private readonly generations: Generations,
    private readonly cleaner: RoomCleaner,
  ) {}

  handle(event: RoomEvent, deadline: Deadline): Promise<CustomResourceAnswer> {
    const owner = `${event.StackId}|${event.LogicalResourceId}`;
    return answerOf(
      event,
      () => (event.RequestType === 'Delete' ? this.delete(event, owner, deadline) : this.save(event, owner, deadline)),
      // An Update that failed has changed nothing, so the old room stays the one.
      event.PhysicalResourceId ?? nameIn(event.ResourceProperties) ?? 'none',
    );
  }

  /** @returns the physical id: another one, if the name was changed; then CloudFormation deletes the old one by itself */
  private async save(event: RoomEvent, owner: string, deadline: Deadline): Promise<string> {
    const config = parseRoom(event.ResourceProperties);
    validateControlRegion(this.controlRegion); // a token at synthesis, perhaps
    validateRoom(config, this.controlRegion);
    const { meeting } = config;
    if (!(await this.rooms.save(config, owner))) {
      throw new ValidationError('meetingName', meeting, 'a name that no other meeting of this service has');
    }
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

  /** The room that is named, as far as it is this resource's. */
  private async delete(event: RoomEvent, owner: string, deadline: Deadline): Promise<string> {
    const { PhysicalResourceId: id, ResourceProperties } = event;
    const isOurs = id !== undefined && (await this.rooms.find(id))?.owner === owner;
    // CloudFormation makes up an id for a Create that never answered: what that one may have made is in its properties.
    const meeting = isOurs ? id : nameIn(ResourceProperties);
    if (meeting) await this.cleaner.remove(meeting, owner, deadline);
    return id ?? meeting ?? 'none';
  }
}

function parseRoom({ Room }: RoomProperties): RoomConfig {
  let room: unknown;
  try {
    room = JSON.parse(Room);
  } catch {
    // said below
  }
  if (typeof room === 'object' && room !== null) return room as RoomConfig;
  throw new ValidationError('Room', Room, 'a JSON object, as the construct makes it');
}

/** The room's name, as far as it is one: a Delete must succeed also for what could never be created. */
function nameIn(properties: RoomProperties): string | undefined {
  try {
    const { meeting } = parseRoom(properties);
    return MEETING_NAME.test(meeting) ? meeting : undefined;
  } catch {
    return undefined;
  }
}
