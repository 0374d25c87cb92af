/**
 * A map with sorted keys. Go and Java pass maps in an order that differs between runs, which would change templates and
 * asset hashes, and cause replacements at every deployment.
 */
export function sorted<T>(map: { readonly [key: string]: T } = {}): Record<string, T> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}
