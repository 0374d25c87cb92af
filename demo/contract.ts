/** What the page and the server of the demo exchange. */

export interface LiveSettings {
  readonly rooms: readonly { readonly meeting: string; readonly title: string }[];
  readonly mediaRegions: readonly string[];
}

/** An event of EventBridge. */
export interface HostedEvent {
  readonly time: string;
  readonly detailType: string;
  readonly detail: { readonly meeting: string; readonly externalUserId?: string };
}

/** The channel between the windows of a browser. */
export const STAGE_NEWS = 'stage';

/** A user's window reports the user's way to the stage. */
export interface StageNews {
  readonly user: string;
  readonly stage: string;
}

export interface StoredSettings {
  readonly addresses: readonly { readonly address: string; readonly description: string }[];
  readonly regions: readonly string[];
}

export interface StoredObject {
  readonly key: string;
  readonly createdAt: string;
}

export interface StoredObjects {
  /** The time of the demo, which can be ahead. */
  readonly now: string;
  readonly objects: readonly StoredObject[];
}
