/** Creates a value on first use, so that functions in a shared bundle create only what they need. */
export function once<T>(make: () => T): () => T {
  let made: { readonly thing: T } | undefined;
  return () => (made ??= { thing: make() }).thing;
}
