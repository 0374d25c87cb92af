import { Attendees } from './attendees';
import { Chime } from './chime';
import { ChimeEvents } from './chime-events';
import { Generations } from './generations';
import { Caller, Joining } from './joining';
import { Operations } from './operations';
import { Places } from './places';
import { RoomCleaner } from './room-cleaner';
import { RoomResource } from './room-resource';
import { Rooms } from './rooms';
import { Stage } from './stage';
import { Sweeper } from './sweeper';
import { Table } from './table';
import { Telemetry } from './telemetry';
import { ENV } from '../contract';

/** Everything put together, from the environment of a function. */
export class Service {
  readonly telemetry = new Telemetry();
  private readonly table = new Table(process.env[ENV.table]!);
  private readonly controlRegion = process.env[ENV.controlRegion]!;
  private readonly chime = new Chime(this.controlRegion, process.env[ENV.serviceTag]!, (operation) =>
    this.telemetry.throttled(operation),
  );
  private readonly rooms = new Rooms(this.table);
  private readonly places = new Places(this.table);
  private readonly generations = new Generations(this.table, this.rooms, this.chime, this.telemetry);
  private readonly attendees = new Attendees(this.chime, this.places);
  private readonly cleaner = new RoomCleaner(this.table, this.rooms, this.generations);

  operations(caller: Caller): Operations {
    const { table, rooms, generations, places, attendees, telemetry } = this;
    const joining = new Joining(table, generations, places, attendees);
    const stage = new Stage(table, rooms, generations, places, attendees);
    return new Operations(caller, table, rooms, generations, joining, stage, telemetry);
  }

  roomResource(): RoomResource {
    return new RoomResource(this.controlRegion, this.rooms, this.generations, this.cleaner);
  }

  sweeper(): Sweeper {
    const { table, rooms, chime, generations, places, attendees, cleaner } = this;
    return new Sweeper(table, rooms, chime, generations, places, attendees, cleaner);
  }

  chimeEvents(): ChimeEvents {
    return new ChimeEvents(this.table, this.rooms, this.generations, this.places);
  }
}
