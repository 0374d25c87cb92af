/** A version of an object, the unit of replication. */
export interface ObjectVersion {
  readonly key: string;
  readonly versionId: string;
}

/** The version ID of objects that were put before versioning was enabled. */
export const NULL_VERSION = 'null';

/** Decodes a key from a report or event. These are form-encoded: a space is a plus sign or percent-encoded. */
export function decodeKey(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** Encodes a key for a manifest: percent-encoded, except for slashes. */
export function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A row of a manifest. No field needs quotes: commas in keys are encoded, and version IDs contain none. */
export function manifestRow(bucket: string, { key, versionId }: ObjectVersion): string {
  return `${bucket},${encodeKey(key)},${versionId}\n`;
}
