import { Clock } from '../../../src/stored/canary/runtime/clock';
import { isCanaryKey } from '../../../src/stored/canary/runtime/keys';
import { ReadResult, Version } from '../../../src/stored/canary/runtime/media-copy';

/** A clock that advances only when a caller sleeps. Concurrent sleepers wake in the order of their deadlines. */
export class FakeClock implements Clock {
  private time = Date.parse('2026-11-21T08:00:00Z');
  private sleepers: { at: number; wake: () => void }[] = [];

  now(): number {
    return this.time;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((wake) => {
      this.sleepers.push({ at: this.time + milliseconds, wake });
      setImmediate(() => this.wakeNext());
    });
  }

  private wakeNext(): void {
    this.sleepers.sort((a, b) => a.at - b.at);
    const next = this.sleepers.shift();
    if (!next) return;
    this.time = Math.max(this.time, next.at);
    next.wake();
  }
}

export const s3Error = (status?: number): Error =>
  Object.assign(new Error('secret'), {
    name: status === 403 ? 'AccessDenied' : 'ServiceError',
    $metadata: { httpStatusCode: status },
  });

/** A copy in memory that can inject faults. */
export class FakeCopy {
  readonly objects: (Version & { body: Uint8Array; tags: Record<string, string> })[] = [];
  /** The number of seconds until this copy has what was put into its primary. Undefined for never. */
  arrivesAfter: number | undefined = 0;
  status: string | undefined = 'PENDING';
  versionId: string | undefined;
  fault?: (operation: string) => Error | undefined;
  alter?: (body: Uint8Array) => Uint8Array;
  unreadable = false;
  reads = 0;
  readonly operations: string[] = [];

  constructor(
    readonly region: string,
    private readonly folder: string,
    private readonly clock: Clock,
    private readonly primary?: FakeCopy,
  ) {}

  async put(key: string, body: Uint8Array, tags: Record<string, string>): Promise<string> {
    this.call('put');
    const versionId = this.versionId ?? `v${this.objects.length + 1}`;
    this.objects.push({ key, versionId, body, tags, lastModified: this.clock.now() });
    return versionId;
  }

  async read(key: string, versionId: string): Promise<ReadResult> {
    this.reads += 1;
    this.call('read');
    this.receive();
    const found = this.objects.find((each) => each.key === key && each.versionId === versionId);
    if (!found) return { state: 'missing' };
    if (this.unreadable) return { state: 'unreadable' };
    return { state: 'found', body: this.alter?.(found.body) ?? found.body };
  }

  async replicationStatus(): Promise<string | undefined> {
    this.call('status');
    return this.status;
  }

  async versions(prefix: string): Promise<Version[]> {
    this.call('list');
    return this.objects.filter(({ key }) => key.startsWith(prefix) && isCanaryKey(this.folder, key));
  }

  async delete({ key, versionId }: Version): Promise<void> {
    this.call('delete');
    const index = this.objects.findIndex((each) => each.key === key && each.versionId === versionId);
    if (index >= 0) this.objects.splice(index, 1);
  }

  async linkPath(key: string, versionId: string): Promise<string> {
    return `/${key}?versionId=${versionId}&X-Amz-Signature=secret`;
  }

  private call(operation: string): void {
    this.operations.push(operation);
    const error = this.fault?.(operation);
    if (error) throw error;
  }

  private receive(): void {
    for (const object of this.primary?.objects ?? []) {
      const due = this.arrivesAfter !== undefined && this.clock.now() - object.lastModified >= this.arrivesAfter * 1000;
      if (due && !this.objects.includes(object)) this.objects.push(object);
    }
  }
}
