import { request } from 'node:https';
import { Deadline } from './deadline';
import { Generations } from './generations';
import { RoomCleaner } from './room-cleaner';
import { Rooms } from './rooms';
import { ValidationError } from '../../private/runtime/validation-error';
import { MEETING_NAME, RoomConfig, RoomProperties } from '../contract';
import { validateControlRegion, validateRoom } from '../room-rules';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html */
export interface RoomEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: RoomProperties;
}

export interface RoomAnswer {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
}

/** CloudFormation refuses answers of more than 4,096 bytes. */
const MAX_REASON = 1_000;
const SEND_TRIES = 5;

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

  async handle(event: RoomEvent, deadline: Deadline): Promise<RoomAnswer> {
    const { StackId, RequestId, LogicalResourceId } = event;
    const address = { StackId, RequestId, LogicalResourceId };
    const owner = `${StackId}|${LogicalResourceId}`;
    try {
      const PhysicalResourceId =
        event.RequestType === 'Delete'
          ? await this.delete(event, owner, deadline)
          : await this.save(event, owner, deadline);
      return { ...address, Status: 'SUCCESS', PhysicalResourceId };
    } catch (error) {
      const Reason = (error as Error).message.slice(0, MAX_REASON);
      // An Update that failed has changed nothing, so the old room stays the one.
      const PhysicalResourceId = event.PhysicalResourceId ?? nameIn(event.ResourceProperties) ?? 'none';
      return { ...address, Status: 'FAILED', Reason, PhysicalResourceId };
    }
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

/** Tells CloudFormation, whose stack waits for an hour otherwise. */
export async function sendAnswer(url: string, answer: RoomAnswer): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await put(url, JSON.stringify(answer));
    } catch (error) {
      if (attempt === SEND_TRIES) throw error;
      await new Promise((done) => setTimeout(done, 200 * 2 ** attempt));
    }
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

/** The URL is presigned, without a content type. */
function put(url: string, body: string): Promise<void> {
  const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'PUT', headers, timeout: 10_000 }, (response) => {
      response.resume();
      if (response.statusCode === 200) resolve();
      else reject(new Error(`CloudFormation answered ${response.statusCode}.`));
    });
    sent.on('timeout', () => sent.destroy(new Error('CloudFormation did not answer.')));
    sent.on('error', reject);
    sent.end(body);
  });
}
