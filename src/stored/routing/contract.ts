/** Names, defaults, limits and payload types that the construct and the handler share. Imports neither the CDK nor an SDK. */

/** Whether viewers read from a replica. */
export type Preference = 'no' | 'yes' | 'auto';
export const PREFERENCES: readonly Preference[] = ['no', 'yes', 'auto'];
export const DEFAULT_PREFERENCE: Preference = 'no';

/** How the router determines whether a replica has an object. */
export type Readiness = 'delay' | 'exact';
export const DEFAULT_READINESS: Readiness = 'delay';
export const DEFAULT_READINESS_TIMEOUT_MS = 1_000;

/** Why a link points to a replica. */
export const REPLICA_REASONS = ['delay-over', 'in-replica', 'failover'] as const;

/** Why a link points to a copy. The routing API's documentation explains each reason. */
export const REASONS = [
  ...REPLICA_REASONS,
  // to the primary, by request
  'upload',
  'preference-no',
  'address-missing',
  'address-outside-ranges',
  'primary-chosen',
  // to the primary, by configuration
  'region-drained',
  'region-weighted',
  'replica-paused',
  'outside-proxy-network',
  // to the primary, because the replica does not have the object (yet)
  'not-replicated',
  'not-backfilled',
  'replication-failed',
  'too-new',
  'not-in-replica',
  'not-in-primary',
  // to the primary, because the router could not determine whether the replica has the object
  'replica-slow',
  'replica-failing',
  'primary-not-answering',
  'state-unknown',
] as const;
export type Reason = (typeof REASONS)[number];

/** Reasons of links that point to the primary because S3 or DynamoDB did not answer in time or failed. */
export const FALLBACK_REASONS: readonly Reason[] = [
  'replica-slow',
  'replica-failing',
  'primary-not-answering',
  'state-unknown',
];

export interface ObjectRequest {
  readonly key: string;
  readonly versionId?: string;
  /** When the object, or the given version of it, was created: RFC 3339. */
  readonly createdAt?: string;
  /** The `Content-Disposition` of S3's response. */
  readonly contentDisposition?: string;
  /** The `Content-Type` of S3's response, or the one that an upload must send. */
  readonly contentType?: string;
}

export interface Link {
  readonly key: string;
  readonly url: string;
  readonly region: string;
  readonly source: 'primary' | 'replica';
  readonly reason: Reason;
}

export interface ResolveLinksResponse {
  readonly links: Link[];
}

/** The stored preference of a user; without `preference` if the user has none. */
export interface PreferenceResponse {
  readonly user: string;
  readonly preference?: Preference;
  readonly region?: string;
}

/** A copy of the media, as a short tuple: the environment variables of a function are limited to 4 KB. */
export type CopySettings = [
  region: string,
  bucket: string,
  /** The origin of links, if it is not S3's own. */
  origin?: string,
  /** 1 if links are signed for the host name of the origin (PrivateLink), otherwise for S3's (a proxy). */
  signedForOrigin?: 0 | 1,
];

/** Describes which objects a replica contains, and who can read them. Properties with their default are absent. */
export interface ReplicaHoldings {
  /** The key prefix of the objects that are replicated. */
  readonly prefix?: string;
  /** Only objects with certain tags are replicated. */
  readonly tagged?: true;
  /** The objects are in an archive class, and cannot be read. */
  readonly archived?: true;
  /** The age in days from which a lifecycle rule can have deleted or archived an object. */
  readonly days?: number;
  /** The bucket denies reads that do not go through the replica's proxy. */
  readonly isolated?: true;
}

/** Which objects callers over HTTP get links to. */
export interface AccessSettings {
  /** The claim of the token, and the key prefix with `{claim}`. If undefined, callers get links to all keys. */
  readonly byClaim?: [claim: string, prefix: string];
  readonly readScopes?: string[];
  readonly uploadScopes?: string[];
  /** The role whose sessions sign the links, with `byClaim`. */
  readonly roleArn?: string;
  /** The default lifetime of links that these sessions sign. */
  readonly linkSeconds?: number;
}

/** The proxy that links to a replica use, or that isolates the replica. */
export interface ProxySettings {
  /** The ranges of its clients, if they are not the private ranges. */
  readonly clients?: string[];
  /** 1 if the replica can be read only through the proxy. */
  readonly isolated?: 1;
  /** The origin of links that point to the primary through the proxy. */
  readonly primary?: string;
}

/** The proxies by the region of their replica. */
export type ProxiesDocument = { readonly [region: string]: ProxySettings };

/** The bucket in the standby's region whose object `failover.json` exists while a failover is active. */
export type FailoverSettings = [region: string, bucket: string];

/** The configuration that the function receives from the construct. */
export interface RouterSettings {
  readonly primary: CopySettings;
  readonly replicas: CopySettings[];
  /** For each replica. Undefined if all have the defaults. */
  readonly holdings?: ReplicaHoldings[];
  /** The name of the table, in the primary's region, that describes what replicas lack. */
  readonly states?: string;
  /** The regions of paused replicas. */
  readonly paused?: string[];
  readonly readiness: Readiness;
  readonly readinessTimeoutMs: number;
  readonly uploads: boolean;
  readonly linkSeconds: number;
  readonly maxLinkSeconds: number;
  readonly access?: AccessSettings;
  /** The ids of the application, environment and configuration profile in AppConfig. */
  readonly store: [application: string, environment: string, profile: string];
  /** The name of the table with the preferences of users. */
  readonly userTable?: string;
  /** Undefined without a standby. */
  readonly failover?: FailoverSettings;
}

/** The preferences in AppConfig, which can change without a deployment. */
export interface PreferencesDocument {
  readonly defaultPreference?: Preference;
  readonly replicationDelaySeconds?: number;
  /** CIDR ranges by region. */
  readonly ipRanges?: Record<string, string[]>;
  readonly drainedRegions?: string[];
  /** The percentage of its objects that a replica serves, by region. */
  readonly regionWeights?: Record<string, number>;
}

/** The environment variable with the `RouterSettings`. */
export const SETTINGS_VARIABLE = 'MEDIA_ROUTER_SETTINGS';
/** The validator's environment variable with the regions of the copies, the primary's first. */
export const REGIONS_VARIABLE = 'MEDIA_REGIONS';
/** The file in the function's code with the preferences that apply until AppConfig has answered. */
export const INITIAL_PREFERENCES_FILE = 'preferences.json';
/** The file in the function's code with the proxies, which would not fit into its environment. */
export const PROXIES_FILE = 'proxies.json';

/** While this object exists, links for uploads and reads point to the replica in the standby's region. */
export const FAILOVER_KEY = 'failover.json';
/** How long an instance of the function creates upload links without checking for a failover again. */
export const FAILOVER_CACHED_SECONDS = 10;
/** The same for links for reading, which then check in the background. */
export const FAILOVER_CACHED_SECONDS_FOR_READS = 60;
/** How long the router waits for the check. */
export const FAILOVER_READ_MS = 1_000;

export const MAX_OBJECTS = 1000;
export const MAX_KEY_BYTES = 1024;
/** The limit of Signature Version 4: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
export const MAX_LINK_SECONDS = 604_800;
export const DEFAULT_MAX_LINK_SECONDS = 21_600;
export const DEFAULT_LINK_SECONDS = 3_600;
/** The limit of role chaining: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining */
export const SESSION_SECONDS = 3_600;
/** A session is renewed when a link would outlive it, so with this limit it is usable for at least 15 minutes. */
export const MAX_SESSION_LINK_SECONDS = 2_700;
export const DEFAULT_SESSION_LINK_SECONDS = 1_800;
export const MAX_DELAY_SECONDS = 604_800;
/** The age at which the router knows whether an object is late. Includes the 5 minutes between runs of the worker. */
export const DEFAULT_DELAY_SECONDS = 1_500;
/** The partition key of the table with the preferences of users. */
export const USER_KEY = 'user';
/** How long an instance of the function uses the preference of a user without reading it again. */
export const USERS_CACHED_SECONDS = 30;
/** How long the router waits for the preference of a user. */
export const USER_READ_MS = 300;
export const MAX_USER_LENGTH = 256;
export const DEFAULT_MEMORY_MIB = 1024;
/** The default threshold of the alarm on fallbacks, in percent of all links. */
export const DEFAULT_FALLBACK_PERCENT = 5;

export const METRICS_NAMESPACE = 'MediaReplication/Router';
export const METRIC = {
  links: 'Links',
  fallbacks: 'Fallbacks',
  configurationRefused: 'ConfigurationRefused',
  configurationUnavailable: 'ConfigurationUnavailable',
  userPreferencesUnavailable: 'UserPreferencesUnavailable',
} as const;
/** The dimension that Powertools adds: the name of the router. */
export const ROUTER_DIMENSION = 'service';
export const REGION_DIMENSION = 'Region';
export const REASON_DIMENSION = 'Reason';

export const LINKS_ROUTE = 'POST /links';
export const REDIRECT_ROUTE = 'GET /media';
export const GET_PREFERENCE_ROUTE = 'GET /preference';
export const PUT_PREFERENCE_ROUTE = 'PUT /preference';

export const HTTP_STATUS: { readonly [code: string]: number } = { ValidationError: 400, NotAllowed: 403 };
