/** What the construct and the handler share. No CDK here, and no SDK. */

/** Whether a viewer reads from a replica. */
export type Preference = 'no' | 'yes' | 'auto';
export const PREFERENCES: readonly Preference[] = ['no', 'yes', 'auto'];

/** How it is known that a replica has an object. */
export type Readiness = 'delay' | 'exact';

/** Why a link points to a replica. */
export const REPLICA_REASONS = ['delay-over', 'in-replica'] as const;

/** Why a link points where it points. Each is explained in docs/stored/routing-api.md. */
export const REASONS = [
  ...REPLICA_REASONS,
  // to the primary, because it was asked for
  'upload',
  'preference-no',
  'address-missing',
  'address-outside-ranges',
  'primary-chosen',
  // to the primary, by configuration
  'region-drained',
  'region-weighted',
  // to the primary, because the object has not arrived
  'too-new',
  'not-in-replica',
  'not-in-primary',
  // to the primary, because nobody could tell
  'replica-slow',
  'replica-failing',
  'primary-not-answering',
] as const;
export type Reason = (typeof REASONS)[number];

/** Reasons of links that would point to a replica if all were well. */
export const FALLBACKS: readonly Reason[] = ['replica-slow', 'replica-failing', 'primary-not-answering'];

export interface ObjectRequest {
  readonly key: string;
  readonly versionId?: string;
  /** When the object (or this version) was put: RFC 3339. */
  readonly createdAt?: string;
  /** What S3 is to answer as `Content-Disposition`. */
  readonly contentDisposition?: string;
  /** What S3 is to answer as `Content-Type`; of an upload, what the uploader must send. */
  readonly contentType?: string;
}

export interface ResolveLinksRequest {
  readonly operation: 'ResolveLinks';
  readonly method?: 'get' | 'put';
  readonly preference?: Preference;
  readonly region?: string;
  readonly clientIp?: string;
  readonly objects: readonly ObjectRequest[];
  readonly expiresInSeconds?: number;
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

/** The same for one object, answered as an HTTP response: for `<img src>`. */
export interface RedirectRequest extends Omit<ResolveLinksRequest, 'operation' | 'method' | 'objects'> {
  readonly operation: 'Redirect';
  readonly object: ObjectRequest;
}

export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

/** A copy of the media, as short as it goes: an environment holds no more than 4 KB. */
export type CopySettings = [
  region: string,
  bucket: string,
  /** What takes the place of S3's own name in links. */
  origin?: string,
  /** 1 if links are signed for the origin's name (PrivateLink), else for S3's (a proxy). */
  signedForOrigin?: 0 | 1,
];

/** What the function is told of its deployment. */
export interface RouterSettings {
  readonly primary: CopySettings;
  readonly replicas: CopySettings[];
  readonly readiness: Readiness;
  readonly readinessTimeoutMs: number;
  readonly uploads: boolean;
  readonly linkSeconds: number;
  readonly maxLinkSeconds: number;
  /** Application, environment and profile in AppConfig. */
  readonly store: [application: string, environment: string, profile: string];
}

/** What can change without a deployment: the document in the store. */
export interface PreferencesDocument {
  readonly defaultPreference?: Preference;
  readonly replicationDelaySeconds?: number;
  /** The ranges of each region. */
  readonly ipRanges?: Record<string, string[]>;
  readonly drainedRegions?: string[];
  /** How many percent of the objects a replica serves of those that it could. */
  readonly regionWeights?: Record<string, number>;
}

/** The environment variable that holds the `RouterSettings`. */
export const SETTINGS_VARIABLE = 'MEDIA_ROUTER_SETTINGS';
/** The environment variable of the validator: the regions that have a copy. */
export const REGIONS_VARIABLE = 'MEDIA_REGIONS';
/** The file beside the handler with the preferences that hold until the store has answered. */
export const INITIAL_PREFERENCES_FILE = 'preferences.json';

export const MAX_OBJECTS = 1000;
export const MAX_KEY_BYTES = 1024;
/** SigV4 allows no more: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
export const MAX_LINK_SECONDS = 604_800;
export const DEFAULT_DELAY_SECONDS = 900;

export const METRICS_NAMESPACE = 'MediaReplication/Router';
export const METRIC = {
  links: 'Links',
  fallbacks: 'Fallbacks',
  configurationRefused: 'ConfigurationRefused',
  configurationUnavailable: 'ConfigurationUnavailable',
} as const;
/** Powertools' own dimension, which tells one router from another. */
export const ROUTER_DIMENSION = 'service';
export const REGION_DIMENSION = 'Region';
export const REASON_DIMENSION = 'Reason';

export const LINKS_ROUTE = 'POST /links';
export const REDIRECT_ROUTE = 'GET /media';
