import { Chime } from './chime/chime';
import { Operations } from './operations';
import { Caller, ENV, TABLE } from '../contract';
import { Generations } from './rooms/generations';
import { RoomCleaner } from './rooms/room-cleaner';
import { RoomResource } from './rooms/room-resource';
import { Rooms } from './rooms/rooms';
import { Sessions } from './rooms/sessions';
import { Attendees } from './seats/attendees';
import { BatchJoining } from './seats/batch-joining';
import { Joining } from './seats/joining';
import { Places } from './seats/places';
import { Stage } from './stage/stage';
import { ChimeEvents } from './sweeper/chime-events';
import { Sweeper } from './sweeper/sweeper';
import { Telemetry } from './telemetry';
import { DynamoDbTable } from '../../../private/runtime/dynamodb-table';

/** Creates the parts of the service from the environment variables of a function. */
export class Service {
  readonly telemetry = new Telemetry();
  private readonly table = new DynamoDbTable(process.env[ENV.table]!, {
    maxAttempts: 6,
    // Lists are read from the index, which makes them eventually consistent.
    index: { name: TABLE.index, partitionKey: TABLE.group },
  });
  private readonly controlRegion = process.env[ENV.controlRegion]!;
  private readonly chime = new Chime(this.controlRegion, process.env[ENV.serviceTag]!, this.telemetry);
  private readonly rooms = new Rooms(this.table);
  private readonly places = new Places(this.table);
  private readonly sessions = new Sessions(this.table, this.chime, this.telemetry);
  private readonly generations = new Generations(this.rooms, this.chime, this.sessions);
  private readonly attendees = new Attendees(this.chime, this.places);
  private readonly cleaner = new RoomCleaner(this.table, this.rooms, this.generations);

  operations(caller: Caller): Operations {
    const { table, rooms, sessions, generations, places, attendees, telemetry } = this;
    const joining = new Joining(sessions, generations, places, attendees);
    const batchJoining = new BatchJoining(sessions, generations, places, attendees, joining);
    const stage = new Stage(table, rooms, generations, places, attendees);
    return new Operations(caller, rooms, generations, sessions, joining, batchJoining, stage, telemetry);
  }

  roomResource(): RoomResource {
    return new RoomResource(this.controlRegion, this.rooms, this.generations, this.cleaner);
  }

  sweeper(): Sweeper {
    const { rooms, chime, generations, sessions, places, attendees, cleaner } = this;
    return new Sweeper(rooms, chime, generations, sessions, places, attendees, cleaner);
  }

  chimeEvents(): ChimeEvents {
    return new ChimeEvents(this.table, this.rooms, this.generations, this.places);
  }
}
