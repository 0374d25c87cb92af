import { randomUUID } from 'node:crypto';
import { MeetingEvent } from './meeting-events';
import { DynamoDbTable, Item, Write } from '../../../../private/runtime/dynamodb-table';
import { garbageAt, GenerationAddress, keys } from '../store/keys';

/** An event that is to be published. */
export interface Entry extends MeetingEvent {
  readonly pk: string;
  /** When it happened, in RFC 3339 format. */
  readonly ord: string;
  readonly meeting: string;
  readonly generation: number;
}

/** Where an event happened. */
export interface Scene extends GenerationAddress {
  readonly config: { readonly meeting: string };
}

/** Stores an event in the transaction of the change that it reports, so that there is never one without the other. */
export class Outbox {
  constructor(private readonly table: DynamoDbTable) {}

  /** The write that adds an event to a transaction. */
  entry(scene: Scene, event: MeetingEvent): Write {
    return this.table.putIf(itemOf(scene, event), {});
  }

  /** Stores an event on its own, for a change that the caller repeats until the event is stored. */
  async put(scene: Scene, event: MeetingEvent): Promise<void> {
    await this.table.put(itemOf(scene, event));
  }
}

function itemOf({ uid, generation, config: { meeting } }: Scene, { type, detail }: MeetingEvent): Item & Entry {
  return {
    pk: keys.event({ uid, generation }, randomUUID()),
    grp: keys.events(uid),
    ord: new Date().toISOString(),
    meeting,
    generation,
    type,
    detail,
    expiresAt: garbageAt(),
  };
}
