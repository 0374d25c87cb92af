import { randomBytes } from 'node:crypto';
import { DynamoDbTable, Key } from '../../../private/runtime/dynamodb-table';

const stateKey = (sk: string): Key => ({ pk: 'state', sk });

/** All reasons after which another attempt can succeed. */
export const EVERY_REASON = '*';

const DAY = 24 * 3_600_000;

export interface RepairRequest {
  readonly requestedAt: number;
  /** The reason whose objects are retried even if they were given up. */
  readonly retryGivenUp?: string;
}

/** State that exists once for each bucket. */
export class State {
  constructor(private readonly table: DynamoDbTable) {}

  /** Prevents new jobs while the stack is being deleted. */
  async close(): Promise<void> {
    await this.table.put({ ...stateKey('closed'), at: Date.now() });
  }

  /** Allows new jobs again, for a stack that is redeployed after a failed deletion. */
  async reopen(): Promise<void> {
    await this.table.delete(stateKey('closed'));
  }

  async isClosed(): Promise<boolean> {
    return (await this.table.get(stateKey('closed'))) !== undefined;
  }

  /** @returns the owner of the lease, which excludes all others until it is returned or expires; undefined if it is taken */
  async takeLease(milliseconds: number): Promise<string | undefined> {
    const owner = randomBytes(8).toString('hex');
    const now = Date.now();
    const isTaken = await this.table.update(stateKey('lease'), {
      set: { owner, until: now + milliseconds },
      if: 'attribute_not_exists(#until) OR #until < :now',
      values: { now },
    });
    return isTaken ? owner : undefined;
  }

  async returnLease(owner: string): Promise<void> {
    await this.table.delete(stateKey('lease'), { if: '#owner = :owner', values: { owner } });
  }

  async leaseIsTaken(): Promise<boolean> {
    const lease = await this.table.get<{ until: number }>(stateKey('lease'));
    return lease !== undefined && lease.until > Date.now();
  }

  /** The request is kept until the worker has created a job for it. */
  async requestRepair(retryGivenUp?: string): Promise<void> {
    await this.table.update(stateKey('repair'), {
      set: { retryGivenUp },
      setOnce: { requestedAt: Date.now() },
    });
  }

  /** Requests a repair, unless this requested one within the last day. */
  async requestDailyRepair(): Promise<void> {
    const last = await this.table.get<{ at: number }>(stateKey('daily-repair'));
    const now = Date.now();
    if (last && now < last.at + DAY) return;
    await this.requestRepair();
    await this.table.put({ ...stateKey('daily-repair'), at: now });
  }

  repairRequest(): Promise<RepairRequest | undefined> {
    return this.table.get<RepairRequest>(stateKey('repair'));
  }

  async deleteRepairRequest({ requestedAt }: RepairRequest): Promise<void> {
    await this.table.delete(stateKey('repair'), {
      if: '#requestedAt = :requestedAt',
      values: { requestedAt },
    });
  }
}
