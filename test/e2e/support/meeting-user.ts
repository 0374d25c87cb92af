import type { Browser, BrowserContext, Page } from 'playwright-core';
import { Session, SignallingServer } from '../../simulators/signalling';

/** An event that a page reported. */
export interface UserEvent {
  readonly type: string;
  readonly at: number;
  readonly name?: string;
  readonly [field: string]: unknown;
}

const PATIENCE_MS = 45_000;

/** A user with a page of their own. */
export class MeetingUser {
  static async open(
    browser: Browser,
    server: SignallingServer,
    site: string,
    name: string,
    parameters: Record<string, string> = {},
  ): Promise<MeetingUser> {
    // Chromium offers its loopback address only to pages that may use devices.
    const context = await browser.newContext({ permissions: ['camera', 'microphone'] });
    const user = new MeetingUser(name, context, await context.newPage(), server);
    await user.page.exposeFunction('report', (event: UserEvent) => user.receive(event));
    user.page.on('pageerror', (error) => user.errors.push(error.message));
    await user.page.goto(`${site}/?${new URLSearchParams({ user: name, ...parameters })}`);
    return user;
  }

  readonly events: UserEvent[] = [];
  readonly errors: string[] = [];
  private readonly waiting = new Set<() => void>();
  private seen = 0;

  private constructor(
    readonly name: string,
    private readonly context: BrowserContext,
    readonly page: Page,
    private readonly server: SignallingServer,
  ) {}

  /** The connection of the user's seat, if it is connected or connecting. */
  get connection(): Session | undefined {
    return this.server.session(this.last('seat').attendeeId as string);
  }

  get session(): Session {
    if (!this.connection) throw new Error(`${this.name} is not connected`);
    return this.connection;
  }

  /** Calls a method of the page. */
  call(method: string, ...args: unknown[]): Promise<any> {
    return this.page.evaluate(([name, values]: any) => (globalThis as any).user[name](...values), [method, args]);
  }

  /** Calls a method of the client kit. */
  client(method: string, ...args: unknown[]): Promise<any> {
    return this.page.evaluate(
      ([name, values]: any) => (globalThis as any).user.client[name](...values),
      [method, args],
    );
  }

  async join(): Promise<void> {
    await this.call('join');
    await this.untilState('connected');
  }

  /** From here on, `until` does not return earlier events. */
  mark(): void {
    this.seen = this.events.length;
  }

  /** Waits for an event with these fields since the last mark. */
  async until(type: string, fields: Record<string, unknown> = {}): Promise<UserEvent> {
    const matches = (event: UserEvent) =>
      event.type === type && Object.entries(fields).every(([field, value]) => event[field] === value);
    const found = () => this.events.slice(this.seen).find(matches);
    const deadline = Date.now() + PATIENCE_MS;
    while (!found()) await this.next(deadline, `${type} ${JSON.stringify(fields)}`);
    return found()!;
  }

  untilState(name: string): Promise<UserEvent> {
    return this.until('state', { name });
  }

  untilStage(name: string): Promise<UserEvent> {
    return this.until('stage', { name });
  }

  /** The latest event of a type. */
  last(type: string): UserEvent {
    const events = this.events.filter((event) => event.type === type);
    return events[events.length - 1];
  }

  /** The states of the stage since the last mark. */
  get stages(): (string | undefined)[] {
    return this.namesOf('stage');
  }

  /** The states of the connection since the last mark. */
  get states(): (string | undefined)[] {
    return this.namesOf('state');
  }

  /** The longest time without a connection, in seconds. */
  get longestOutage(): number {
    let longest = 0;
    let lostAt: number | undefined;
    for (const { type, name, at } of this.events) {
      if (type !== 'state') continue;
      if (name !== 'connected') {
        lostAt ??= at;
      } else if (lostAt !== undefined) {
        longest = Math.max(longest, at - lostAt);
        lostAt = undefined;
      }
    }
    return longest / 1000;
  }

  close(): Promise<void> {
    return this.context.close();
  }

  private namesOf(wanted: string): (string | undefined)[] {
    const names = this.events.slice(this.seen).flatMap(({ type, name }) => (type === wanted ? [name] : []));
    return names.filter((name, index) => name !== names[index - 1]);
  }

  private receive(event: UserEvent): void {
    this.events.push({ ...event, at: Date.now() });
    for (const wake of [...this.waiting]) wake();
  }

  private next(deadline: number, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        settle();
      };
      const wake = () => end(resolve);
      const timer = setTimeout(
        () => end(() => reject(new Error(`${this.name} waits for ${what}: ${JSON.stringify(this.events, null, 1)}`))),
        deadline - Date.now(),
      );
      this.waiting.add(wake);
    });
  }
}
