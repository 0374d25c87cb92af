import { randomBytes } from 'node:crypto';
import { DynamoDbTable, Key } from '../../../private/runtime/dynamodb-table';

const stateKey = (sk: string): Key => ({ pk: 'state', sk });

/** All failures that another attempt may heal. */
export const EVERY_REASON = '*';

export interface RepairRequest {
  readonly requestedAt: number;
  /** Also what was given up for this reason. */
  readonly giveAnotherTry?: string;
}

/** What there is one of. */
export class State {
  constructor(private readonly table: DynamoDbTable) {}

  /** Nothing new is started once the stack is being deleted. */
  async close(): Promise<void> {
    await this.table.put({ ...stateKey('closed'), at: Date.now() });
  }

  /** A stack whose deletion failed can be deployed again. */
  async reopen(): Promise<void> {
    await this.table.delete(stateKey('closed'));
  }

  async isClosed(): Promise<boolean> {
    return (await this.table.get(stateKey('closed'))) !== undefined;
  }

  /** @returns who has the lease: nobody else has one until it is given back or runs out */
  async takeLease(milliseconds: number): Promise<string | undefined> {
    const owner = randomBytes(8).toString('hex');
    const now = Date.now();
    const isTaken = await this.table.update(stateKey('lease'), {
      set: { owner, until: now + milliseconds },
      if: 'attribute_not_exists(#until) OR #until < :now',
      names: ['until'],
      values: { now },
    });
    return isTaken ? owner : undefined;
  }

  async giveBackLease(owner: string): Promise<void> {
    await this.table.delete(stateKey('lease'), { if: '#owner = :owner', names: ['owner'], values: { owner } });
  }

  async leaseIsTaken(): Promise<boolean> {
    const lease = await this.table.get<{ until: number }>(stateKey('lease'));
    return lease !== undefined && lease.until > Date.now();
  }

  /** Kept until a worker has made a job of it. */
  async requestRepair(giveAnotherTry?: string): Promise<void> {
    await this.table.update(stateKey('repair'), {
      set: { giveAnotherTry },
      setOnce: { requestedAt: Date.now() },
    });
  }

  repairRequest(): Promise<RepairRequest | undefined> {
    return this.table.get<RepairRequest>(stateKey('repair'));
  }

  async forgetRepairRequest({ requestedAt }: RepairRequest): Promise<void> {
    await this.table.delete(stateKey('repair'), {
      if: '#requestedAt = :requestedAt',
      names: ['requestedAt'],
      values: { requestedAt },
    });
  }
}
