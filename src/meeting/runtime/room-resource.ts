import { request } from 'node:https';
import { Deadline } from './deadline';
import { Generations } from './generations';
import { RoomCleaner } from './room-cleaner';
import { Rooms } from './rooms';
import { ValidationError } from '../../private/runtime/validation-error';
import { RoomConfig, RoomProperties } from '../contract';
import { validateRoom } from '../room-rules';

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
    let PhysicalResourceId = event.PhysicalResourceId ?? 'unknown';
    try {
      const config = parseRoom(event.ResourceProperties);
      // A Delete is for the id that it names: of a replaced room, the old one.
      if (event.RequestType !== 'Delete' || !event.PhysicalResourceId) PhysicalResourceId = config.meeting;
      await this.apply(event, config, deadline);
      return { ...address, Status: 'SUCCESS', PhysicalResourceId };
    } catch (error) {
      const Reason = (error as Error).message.slice(0, MAX_REASON);
      return { ...address, Status: 'FAILED', Reason, PhysicalResourceId };
    }
  }

  private async apply(event: RoomEvent, config: RoomConfig, deadline: Deadline): Promise<void> {
    const owner = `${event.StackId}|${event.LogicalResourceId}`;
    if (event.RequestType === 'Delete') return this.cleaner.remove(config.meeting, owner, deadline);
    validateRoom(config, this.controlRegion);
    if (!(await this.rooms.save(config, owner))) {
      throw new ValidationError('meetingName', config.meeting, 'a name that no other meeting of this service has');
    }
    if (event.RequestType !== 'Create' || event.ResourceProperties.StartOnDeploy !== 'true') return;
    try {
      await this.generations.ensureLive(config.meeting, 'host', deadline);
    } catch (error) {
      await this.cleaner.remove(config.meeting, owner, deadline);
      throw error;
    }
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
  try {
    return JSON.parse(Room) as RoomConfig;
  } catch (error) {
    throw new ValidationError('Room', Room, `JSON (${(error as Error).message})`);
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
