/** Makes a thing when it is first asked for: functions that share a bundle make only what is theirs. */
export function once<T>(make: () => T): () => T {
  let made: { readonly thing: T } | undefined;
  return () => (made ??= { thing: make() }).thing;
}
