import { LRUCache } from 'lru-cache';
import { Fields, oneOf, optional } from './fields';
import { parseUser } from './request';
import { Viewer } from './rule';
import type { UserTable } from './user-table';
import { ValidationError } from '../../../private/validation-error';
import { Preference, PREFERENCES, PreferenceResponse, USER_READ_MS, USERS_CACHED_SECONDS } from '../contract';

/** The stored preference and region of a user. Empty for a user without a stored preference. */
export type UserPreference = Omit<PreferenceResponse, 'user'>;

export interface UserPreferencesEvents {
  /** The table did not answer in time, or failed. */
  userPreferencesUnavailable(error: unknown): void;
}

export interface UserPreferencesProps {
  readonly table: Pick<UserTable, 'get' | 'put' | 'delete'>;
  /** The regions of the copies. */
  readonly regions: readonly string[];
  readonly events: UserPreferencesEvents;
}

/** Limits the memory that the cache uses in an instance to about 2 MB. */
const USERS_CACHED = 10_000;

/** The preferences of users, which apply to requests that specify none. */
export class UserPreferences {
  private readonly cache = new LRUCache<string, UserPreference>({
    max: USERS_CACHED,
    ttl: USERS_CACHED_SECONDS * 1000,
    ttlResolution: 0,
    perf: { now: () => Date.now() }, // the default clock stops while the function is frozen
  });

  constructor(private readonly props: UserPreferencesProps) {}

  /** `GetPreference`: reads the table, not the cache. */
  async get(request: Fields): Promise<PreferenceResponse> {
    const user = parseUser(request.user);
    return { user, ...(await this.read(user)) };
  }

  /** `PutPreference`: replaces the preference and the region of the user. A preference of `null` removes both. */
  async put(request: Fields): Promise<PreferenceResponse> {
    const user = parseUser(request.user);
    const chosen = this.parse(request);
    const { table } = this.props;
    await (chosen.preference ? table.put({ user, ...chosen }) : table.delete(user));
    this.cache.set(user, chosen);
    return { user, ...chosen };
  }

  /**
   * Returns the viewer with the stored preference of the user, unless the request has a preference or a region. Never
   * fails: if the table does not respond in time, the default of the site applies.
   */
  async apply(viewer: Viewer, user: string | undefined): Promise<Viewer> {
    if (user === undefined || viewer.preference !== undefined || viewer.region !== undefined) return viewer;
    try {
      return { ...viewer, ...(this.cache.get(user) ?? (await this.read(user, USER_READ_MS))) };
    } catch (error) {
      this.props.events.userPreferencesUnavailable(error);
      return viewer;
    }
  }

  private async read(user: string, timeoutMs?: number): Promise<UserPreference> {
    const stored = this.valid(await this.props.table.get(user, timeoutMs));
    this.cache.set(user, stored);
    return stored;
  }

  /** Omits a region that no longer has a copy, and an unknown preference that another program has written. */
  private valid({ preference, region }: Fields = {}): UserPreference {
    if (!PREFERENCES.includes(preference as Preference)) return {};
    const isCopy = this.props.regions.includes(region as string);
    return { preference: preference as Preference, ...(isCopy && { region: region as string }) };
  }

  private parse({ preference, region }: Fields): UserPreference {
    if (preference === null) {
      optional(region, () => {
        throw new ValidationError('region', region, 'no value: a preference of null removes the region, too');
      });
      return {};
    }
    const chosen = oneOf<Preference>('preference', preference, PREFERENCES, 'null or a preference');
    const near = optional(region, (value) => oneOf('region', value, this.props.regions, 'a region with a copy'));
    return { preference: chosen, ...(near !== undefined && { region: near }) };
  }
}
