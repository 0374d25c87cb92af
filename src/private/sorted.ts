/**
 * A map with its keys in a fixed order. Go and Java pass maps in an order that changes from run to run; written as they
 * come, a template, or the hash of an asset, would change with it, and each deployment would replace something.
 */
export function sorted<T>(map: { readonly [key: string]: T } = {}): Record<string, T> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}
