/** An object's version, by which it is failed or replicated. */
export interface ObjectVersion {
  readonly key: string;
  readonly versionId: string;
}

/** What was put before the bucket was versioned has this one. */
export const NULL_VERSION = 'null';

/** Reports and events write keys as in a form: a space is a plus sign there, or percent-encoded. */
export function decodeKey(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** As manifests have them: percent-encoded, but for the slashes. */
export function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A row of a manifest. Nothing in it needs quotes: commas are encoded, and version ids have none. */
export function manifestRow(bucket: string, { key, versionId }: ObjectVersion): string {
  return `${bucket},${encodeKey(key)},${versionId}\n`;
}
