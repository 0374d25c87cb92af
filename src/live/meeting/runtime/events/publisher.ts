import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { Entry } from './outbox';
import { chunks } from '../../../../private/chunks';
import { DynamoDbTable } from '../../../../private/runtime/dynamodb-table';
import { patience } from '../../../../private/runtime/patience';
import { EVENT_SOURCE } from '../../contract';
import { keys } from '../store/keys';

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const EVENTS_PER_CALL = 10;
const ATTEMPTS = 4;
const PATIENCE_MS = 3_000;
/** Younger events are probably being published. */
const OVERDUE_MS = 60_000;
const MOST_OVERDUE = 500;

/** Publishes the events of the outbox on the default event bus: at least once, and usually in their order. */
export class Publisher {
  private readonly client = new EventBridgeClient({ maxAttempts: ATTEMPTS, requestHandler: patience(PATIENCE_MS) });

  constructor(
    private readonly table: DynamoDbTable,
    private readonly service: string,
  ) {}

  /** @throws if some events were not accepted. They stay in the outbox */
  async publish(events: readonly string[]): Promise<void> {
    const found = [...(await this.table.getAll<Entry>(events)).values()];
    const inOrder = found.sort((a, b) => (a.ord < b.ord ? -1 : 1));
    for (const chunk of chunks(inOrder, EVENTS_PER_CALL)) await this.publishChunk(chunk);
  }

  /** Publishes what an interrupted or failed call has left. */
  async publishOverdue(uid: string): Promise<void> {
    const { items } = await this.table.page<Entry>(keys.events(uid), { limit: MOST_OVERDUE });
    const before = new Date(Date.now() - OVERDUE_MS).toISOString();
    await this.publish(items.filter(({ ord }) => ord < before).map(({ pk }) => pk));
  }

  private async publishChunk(chunk: readonly Entry[]): Promise<void> {
    const { Entries = [] } = await this.client.send(new PutEventsCommand({ Entries: chunk.map(this.entryOf, this) }));
    const deletes = chunk.filter((_, index) => Entries[index]?.EventId).map(({ pk }) => pk);
    await this.table.writeAll({ deletes });
    const refused = Entries.find(({ ErrorCode }) => ErrorCode);
    if (deletes.length < chunk.length) throw new Error(`EventBridge refused events (${refused?.ErrorCode}).`);
  }

  private entryOf({ pk, ord, meeting, generation, type, detail }: Entry) {
    const id = pk.slice(pk.lastIndexOf('#') + 1);
    return {
      Source: EVENT_SOURCE,
      DetailType: type,
      Time: new Date(ord),
      Detail: JSON.stringify({ id, service: this.service, meeting, generation, ...detail }),
    };
  }
}
