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
/** How long the first call waits for AppConfig. */
const FIRST_LOAD_MS = 1_000;
const REQUEST_MS = 3_000;

/**
 * Keeps the latest valid preferences. They are refreshed in the background, so that requests do not wait; only the first
 * request after a cold start waits, for up to a second.
 */
export class LivePreferences {
  private readonly client = new AppConfigDataClient({ maxAttempts: 2, requestHandler: patience(REQUEST_MS) });
  private readonly firstLoad: Promise<unknown>;
  private token?: string;
  private nextPoll = 0;
  private refreshing?: Promise<void>;

  constructor(
    private current: Preferences,
    private readonly store: readonly [application: string, environment: string, profile: string],
    private readonly copies: readonly string[],
    private readonly events: StoreEvents,
  ) {
    this.firstLoad = Promise.race([this.refresh(), new Promise((done) => setTimeout(done, FIRST_LOAD_MS).unref())]);
  }

  async get(): Promise<Preferences> {
    await this.firstLoad;
    if (Date.now() >= this.nextPoll) void this.refresh();
    return this.current;
  }

  private refresh(): Promise<void> {
    this.refreshing ??= this.load().finally(() => (this.refreshing = undefined));
    return this.refreshing;
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
