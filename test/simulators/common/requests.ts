/** A value after validation. The SDK's types let every required member be undefined. */
export type Valid<T> = T extends Date
  ? Date
  : T extends readonly (infer U)[]
    ? Valid<U>[]
    : T extends object
      ? { [K in keyof T]: Valid<Exclude<T[K], undefined>> }
      : T;

/** The same for the same parameters, in whichever order a client writes them. */
export function fingerprint(request: unknown): string {
  return JSON.stringify(request, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}
