import {
  AppConfigDataClient,
  GetLatestConfigurationCommand,
  StartConfigurationSessionCommand,
} from '@aws-sdk/client-appconfigdata';
import { parsePreferences, Preferences } from './preferences';
import { patience } from '../../../private/runtime/patience';

export interface StoreEvents {
  /** AppConfig did not answer. */
  unavailable(error: unknown): void;
  /** The preferences in AppConfig are invalid. */
  refused(error: unknown): void;
}

const POLL_SECONDS = 30;
/** How long calls wait for a refresh. */
const MAX_WAIT_MS = 1_000;
const REQUEST_MS = 3_000;

/**
 * Keeps the latest valid preferences. A request refreshes them if they are older than 30 seconds and waits for the result,
 * because a function can be frozen for hours between two requests. It waits for up to a second: if AppConfig does not
 * answer by then, this and the following requests use the last known preferences.
 */
export class LivePreferences {
  private readonly client = new AppConfigDataClient({ maxAttempts: 2, requestHandler: patience(REQUEST_MS) });
  private token?: string;
  private nextPoll = 0;
  private isRefreshing = false;
  /** Resolves when the latest refresh has ended or has taken too long. */
  private refreshed?: Promise<unknown>;

  constructor(
    private current: Preferences,
    private readonly store: readonly [application: string, environment: string, profile: string],
    private readonly copies: readonly string[],
    private readonly events: StoreEvents,
  ) {
    this.refresh();
  }

  async get(): Promise<Preferences> {
    if (Date.now() >= this.nextPoll) this.refresh();
    await this.refreshed;
    return this.current;
  }

  private refresh(): void {
    if (this.isRefreshing) return;
    this.isRefreshing = true;
    const loaded = this.load().finally(() => (this.isRefreshing = false));
    this.refreshed = Promise.race([loaded, new Promise((done) => setTimeout(done, MAX_WAIT_MS).unref())]);
  }

  private async load(): Promise<void> {
    let document: Uint8Array | undefined;
    try {
      document = await this.fetch();
    } catch (error) {
      this.nextPoll = Date.now() + POLL_SECONDS * 1000;
      return this.events.unavailable(error);
    }
    if (!document?.length) return; // unchanged
    try {
      this.current = parsePreferences(Buffer.from(document).toString(), this.copies);
    } catch (error) {
      this.events.refused(error);
    }
  }

  /** A token can be used once, within 24 hours. If it fails, a new session may succeed. */
  private async fetch(): Promise<Uint8Array | undefined> {
    if (this.token === undefined) return this.poll(await this.startSession());
    const token = this.token;
    this.token = undefined;
    return this.poll(token).catch(async () => this.poll(await this.startSession()));
  }

  private async startSession(): Promise<string | undefined> {
    const [ApplicationIdentifier, EnvironmentIdentifier, ConfigurationProfileIdentifier] = this.store;
    const session = await this.client.send(
      new StartConfigurationSessionCommand({
        ApplicationIdentifier,
        EnvironmentIdentifier,
        ConfigurationProfileIdentifier,
        RequiredMinimumPollIntervalInSeconds: POLL_SECONDS,
      }),
    );
    return session.InitialConfigurationToken;
  }

  private async poll(ConfigurationToken: string | undefined): Promise<Uint8Array | undefined> {
    const answer = await this.client.send(new GetLatestConfigurationCommand({ ConfigurationToken }));
    this.token = answer.NextPollConfigurationToken;
    this.nextPoll = Date.now() + (answer.NextPollIntervalInSeconds ?? POLL_SECONDS) * 1000;
    return answer.Configuration;
  }
}
