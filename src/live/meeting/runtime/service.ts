import { Chime } from './chime/chime';
import { Operations } from './operations';
import { Caller, ENV, TABLE } from '../contract';
import { BackgroundWork } from './background/background-work';
import { Outbox } from './events/outbox';
import { Publisher } from './events/publisher';
import { Growth } from './pool/growth';
import { SeatFiller } from './pool/seat-filler';
import { SeatPools } from './pool/seat-pools';
import { Generations } from './rooms/generations';
import { RollOver } from './rooms/roll-over';
import { RoomCleaner } from './rooms/room-cleaner';
import { RoomResource } from './rooms/room-resource';
import { Rooms } from './rooms/rooms';
import { Sessions } from './rooms/sessions';
import { Attendees } from './seats/attendees';
import { BatchJoining } from './seats/batch-joining';
import { Departures } from './seats/departures';
import { FreePlaces } from './seats/free-places';
import { Joining } from './seats/joining';
import { Places } from './seats/places';
import { Queue } from './seats/queue';
import { Seating } from './seats/seating';
import { Hands } from './stage/hands';
import { Stage } from './stage/stage';
import { Balance } from './sweeper/balance';
import { ChimeEvents } from './sweeper/chime-events';
import { Endings } from './sweeper/endings';
import { PoolSweep } from './sweeper/pool-sweep';
import { Sweeper } from './sweeper/sweeper';
import { Telemetry } from './telemetry';
import { DynamoDbTable } from '../../../private/runtime/dynamodb-table';

/** All attempts together take less time than the functions for the audience and hosts have. */
const DYNAMODB_ATTEMPTS = 6;
const DYNAMODB_PATIENCE_MS = 2_000;

/** Creates the parts of the service from the environment variables of a function. */
export class Service {
  readonly telemetry = new Telemetry();
  private readonly table = new DynamoDbTable(process.env[ENV.table]!, {
    maxAttempts: DYNAMODB_ATTEMPTS,
    requestTimeout: DYNAMODB_PATIENCE_MS,
    // Lists are read from the index, which makes them eventually consistent.
    index: { name: TABLE.index, partitionKey: TABLE.group, sortKey: TABLE.order },
  });
  private readonly controlRegion = process.env[ENV.controlRegion]!;
  /** Amazon Chime SDK sends its events to the control region only. */
  private readonly hasEvents = this.controlRegion === process.env.AWS_REGION;
  private readonly chime = new Chime(this.controlRegion, process.env[ENV.serviceTag]!, this.telemetry);
  private readonly outbox = new Outbox(this.table);
  private readonly rooms = new Rooms(this.table, this.outbox);
  private readonly free = new FreePlaces(this.table);
  private readonly places = new Places(this.table, this.free);
  private readonly pools = new SeatPools(this.table);
  private readonly sessions = new Sessions(this.table, this.free, this.pools, this.chime, this.telemetry);
  private readonly generations = new Generations(this.rooms, this.chime, this.sessions);
  private readonly attendees = new Attendees(this.chime, this.places, this.outbox);
  private readonly departures = new Departures(this.table, this.places, this.attendees);
  private readonly publisher = new Publisher(this.table, process.env[ENV.serviceTag]!);
  private readonly rollOver = new RollOver(this.rooms, this.sessions);
  private readonly cleaner = new RoomCleaner(
    this.table,
    this.places,
    this.pools,
    this.rooms,
    this.generations,
    this.rollOver,
  );

  operations(caller: Caller): Operations {
    const { table, free, rooms, sessions, generations, places, attendees, pools, telemetry } = this;
    const seating = new Seating(free, places);
    const queue = new Queue(table);
    const joining = new Joining(
      rooms,
      sessions,
      generations,
      seating,
      places,
      attendees,
      pools,
      this.departures,
      queue,
    );
    const batchJoining = new BatchJoining(sessions, generations, seating, attendees, joining);
    const { departures, outbox, hasEvents } = this;
    const hands = new Hands(table, outbox);
    const stage = new Stage(rooms, generations, seating, places, attendees, departures, hands, outbox, hasEvents);
    return new Operations(caller, rooms, generations, sessions, joining, batchJoining, stage, hands, telemetry);
  }

  roomResource(): RoomResource {
    return new RoomResource(this.controlRegion, this.rooms, this.generations, this.cleaner);
  }

  sweeper(): Sweeper {
    const { rooms, chime, generations, sessions, free, places, pools, attendees, cleaner } = this;
    const balance = new Balance(this.table, free, places, pools);
    const poolSweep = new PoolSweep(chime, sessions, free, places, pools, this.departures);
    return new Sweeper(
      rooms,
      chime,
      generations,
      sessions,
      free,
      places,
      poolSweep,
      attendees,
      balance,
      cleaner,
      this.publisher,
      new Endings(rooms, this.hasEvents),
      this.rollOver,
      this.hasEvents,
    );
  }

  backgroundWork(): BackgroundWork {
    const growth = new Growth(this.table, this.generations, this.sessions);
    const filler = new SeatFiller(this.sessions, this.pools, this.chime);
    return new BackgroundWork(
      this.table,
      this.rooms,
      this.rollOver,
      this.departures,
      growth,
      filler,
      this.publisher,
      this.telemetry,
    );
  }

  chimeEvents(): ChimeEvents {
    return new ChimeEvents(this.table, this.rooms, this.generations, this.places);
  }
}
